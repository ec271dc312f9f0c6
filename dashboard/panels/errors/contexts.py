"""Contexts: which kind of them helps, by what they are like and by what they are worth."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.amounts import amount
from core.errors import InputError
from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.state import Errors, key
from dashboard.figures.drawing import number
from dashboard.figures.errors.forest import Correlation, forest_chart
from dashboard.panels import notice
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart
from dashboard.panels.errors import leaving_out, posts, scope
from dashboard.panels.errors.overview import gain_html, no_gold_words

if TYPE_CHECKING:
    from core.analysis.context_quality import Association, ContextQuality, Third


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw how each measure of the contexts goes with what they repaired, and one by thirds."""
    if not run.has_gold:
        with card("errors-contexts", "Which contexts help?"):
            caption(no_gold_words(run))
        return
    counted = scope.choose(run, selected, "contexts")
    try:
        found = numbers.context_quality(run, counted)
    except InputError as error:
        with card("errors-contexts", "Which contexts help?"):
            caption(html.escape(f"{str(error).capitalize()}."))
        return
    ranked = sorted(found.associations, key=_strength)
    columns = [one.column for one in ranked]
    chosen = columns.index(state.settings.measure) if state.settings.measure in columns else 0
    left, right = st.columns([7, 5], gap="small")
    with left, card("errors-contexts", "Which contexts help?", "rank correlation with the gain"):
        _forest(state, found, ranked, chosen)
    with right, card("errors-thirds", "By thirds", "what contexts change in F1"):
        _thirds(state, selected, found, ranked[chosen], columns)
    rho = ranked[chosen].rho.value
    leaving_out.render(
        run, counted, ranked[chosen].column, "highest" if (rho or 0) < 0 else "lowest"
    )
    posts.preview(state, run, selected)


def _strength(one: "Association") -> float:
    return 1.0 if one.rho.value is None else -abs(one.rho.value)


def _forest(
    state: Errors, found: "ContextQuality", ranked: "list[Association]", chosen: int
) -> None:
    from core.analysis.context_quality import DEFINITION

    drawing = forest_chart([_correlation(one) for one in ranked], chosen=chosen)

    def choose(clicked: Mapping[str, Any]) -> None:
        point = clicked["points"][0]
        if "customdata" in point:
            state.set_to(measure=ranked[int(point["customdata"][0])].column)

    chart(drawing, key("contexts", "forest"), on_choose=choose)
    caption(f"{html.escape(DEFINITION)} Click a mark to see its thirds; hollow: may be chance.")
    caption(html.escape(found.note))
    with st.expander("Correlations as a table", type="compact"):
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _correlation(one: "Association") -> Correlation:
    support = one.note or amount(one.rho.posts, "post")
    return Correlation(one.label, one.rho.value, one.rho.low, one.rho.high, one.p_adjusted, support)


def _thirds(
    state: Errors,
    selected: Selection,
    found: "ContextQuality",
    one: "Association",
    columns: list[str],
) -> None:
    labels = {column: numbers.features()[column] for column in columns}
    tied = state.holds("measure")
    state.widgets[tied["key"]] = one.column  # also where the settings name none
    st.selectbox(
        "Measure of the contexts",
        columns,
        format_func=lambda column: labels[column].label.capitalize(),
        **tied,
    )
    st.html(gain_html(found.gain) if found.gain.difference is not None else "")
    for place, third in enumerate(one.thirds):
        link = numbers.third_link(third)
        st.button(
            notice.literal(third_words(third)),
            key=key("contexts", "third", place),
            type="primary" if selected.link == link else "secondary",
            width="stretch",
            on_click=actions.select,
            args=(state, link),
        )
    if not one.thirds:
        caption(
            f"Not cut into thirds: {html.escape(one.note or 'too many posts share one value')}."
        )
    caption(
        f"{html.escape(labels[one.column].definition)} Each part: its posts, and F1 with contexts "
        "less F1 without. Click one to select its posts."
    )
    left_out = str(found.left_out)
    caption(f"{found.posts:,} posts count{f'; left out: {left_out}' if left_out else ''}.")
    with st.expander("Thirds of every measure as a table", type="compact"):
        st.dataframe(third_rows(found), hide_index=True, alt="What contexts change, by thirds")


def third_words(third: "Third") -> str:
    """Return which posts a third holds, how many, and what contexts change there."""
    gain = "not scored" if third.gain is None else f"F1 {number(third.gain, 3)}"
    return f"{third.range} · {amount(third.posts, 'post')} · {gain}"


def third_rows(found: "ContextQuality") -> list[dict[str, object]]:
    """Return one row a third of a measure, with everything that is known of it."""
    return [
        {
            "measure": one.label,
            "part": str(third.range),
            "posts": third.posts,
            "units repaired a post": third.change,
            "F1 without": third.f1_without,
            "F1 with": third.f1_with,
            "gain": third.gain,
        }
        for one in found.associations
        for third in one.thirds
    ]
