"""Slices: where it goes well and where badly, by one feature, and the parts that cost most."""

import html
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.amounts import amount
from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, everything
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.intervals import Bar, interval_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart
from dashboard.panels.errors import posts
from dashboard.panels.errors.overview import no_gold_words

if TYPE_CHECKING:
    from core.analysis.slices import SliceScores
    from core.analysis.worst_slices import RankedSlice, WorstSlices

MOST_WORST = 12
LARGE_P = 0.05


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the slices of the feature chosen, those that cost most, and the posts of one."""
    if not run.has_gold:
        with card("errors-slices", "Slices", "F1 of posts that have something in common"):
            caption(no_gold_words(run))
        return
    left, right = st.columns([5, 7], gap="small")
    with left, card("errors-slices", "Slices", "F1 of posts that have something in common"):
        _by_feature(state, run, selected)
    with right, card("errors-worst", "Worst slices", "of every feature and every two"):
        _worst(state, run, selected)
    posts.preview(state, run, selected)


def _by_feature(state: Errors, run: Run, selected: Selection) -> None:
    features = numbers.features()
    st.selectbox(
        "Cut the posts by",
        list(features),
        format_func=lambda column: features[column].label.capitalize(),
        **state.holds("feature"),
    )
    feature = state.settings.feature
    if feature not in features:
        caption(f"Posts are not cut by {html.escape(feature)}; choose another feature.")
        return
    found = numbers.slices(run, feature)
    links = [numbers.slice_link(one) for one in found]
    whole = numbers.scores(run, everything(run))
    drawing = interval_chart(
        [_bar(one) for one in found],
        whole=whole.f1.value if whole else None,
        score="F1",
        chosen=links.index(selected.link) if selected.link in links else None,
    )
    chart(
        drawing,
        key("slices", "chart"),
        on_choose=lambda chosen: actions.select(state, links[_place(chosen)]),
    )
    caption(
        f"{html.escape(features[feature].definition)} Click a bar to select its posts. Dashed: F1 "
        "of all posts; whiskers: 95 %, posts drawn again 1,000 times."
    )
    with st.expander("Slices as a table", type="compact"):
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _place(chosen: Mapping[str, Any]) -> int:
    return int(chosen["points"][0]["customdata"][0])


def _bar(one: "SliceScores") -> Bar:
    f1 = one.scores.f1
    support = f"{amount(one.posts, 'post')}, {one.scores.support:,} gold"
    return Bar(one.slice.name, f1.value, f1.low, f1.high, support)


def _worst(state: Errors, run: Run, selected: Selection) -> None:
    from core.analysis.worst_slices import DEFINITION

    if not state.widgets.get(key("slices", "found")):
        caption(
            "Every feature and every pair of two is cut into slices of at least 30 posts; those "
            "that take most from F1 are listed."
        )
        st.button(
            "Find the worst slices",
            key=key("slices", "find"),
            type="primary",
            icon=":material/search:",
            on_click=partial(_find, state),
        )
        return
    with st.spinner("Looking at every slice"):
        found = numbers.worst(run)
    caption(html.escape(found.note))
    if not found.slices:
        caption("No slice does worse than the rest of the posts.")
        return
    for place, one in enumerate(found.slices[:MOST_WORST]):
        _ranked(state, place, one, numbers.slice_link(one.result) == selected.link)
    caption(html.escape(DEFINITION))
    with st.expander("All found, as a table", type="compact"):
        st.dataframe(worst_rows(found), hide_index=True, alt="Worst slices")


def _find(state: Errors) -> None:
    state.widgets[key("slices", "found")] = True


def _ranked(state: Errors, place: int, one: "RankedSlice", is_chosen: bool) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"errors-worst-{place}", gap="small"
    ):
        st.html(ranked_html(one))
        st.button(
            "Selected" if is_chosen else "Select",
            key=key("slices", "worst", place),
            disabled=is_chosen,
            on_click=actions.select,
            args=(state, numbers.slice_link(one.result)),
        )


def ranked_html(one: "RankedSlice") -> str:
    """Return a slice with its score, how far it lies below the rest, and how sure that is."""
    f1, sure = one.result.scores.f1, one.p_adjusted < LARGE_P
    p = "p &lt; 0.001" if one.p_adjusted < 0.001 else f"p = {one.p_adjusted:.3f}"
    value = "–" if f1.value is None else f"{f1.value:.3f}"
    chance = "" if sure else '<span class="sc-off"> may be chance</span>'
    return (
        f'<div class="sc-worst"><p><b>{html.escape(one.result.slice.name)}</b></p>'
        f'<p class="sc-caption">F1 {value}, <b class="sc-wrong">{one.gap:.3f} below</b> the rest · '
        f"{amount(one.result.posts, 'post')} ({one.result.share:.0%}) · {p}{chance}</p></div>"
    )


def worst_rows(found: "WorstSlices") -> list[dict[str, object]]:
    """Return one row a slice found, with everything that is known of it."""
    return [
        {
            "slice": one.result.slice.name,
            "posts": one.result.posts,
            "gold": one.result.scores.support,
            "F1": one.result.scores.f1.value,
            "low": one.result.scores.f1.low,
            "high": one.result.scores.f1.high,
            "gap": one.gap,
            "gap × share": one.weight,
            "p": one.p,
            "p adjusted": one.p_adjusted,
        }
        for one in found.slices
    ]
