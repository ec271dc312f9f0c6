"""Confusion: which type is taken for which, with what is missed and what is invented."""

import streamlit as st

from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, cell_link, cell_of, special
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.confusion import confusion_chart, confusions
from dashboard.panels.card import caption, card, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.errors import posts, scope
from dashboard.panels.errors.overview import no_gold_words
from dashboard.panels.notice import literal

SHOWN = 6  # confusions


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw a matrix for each kind of unit; a click on a cell selects its posts."""
    kinds = numbers.kinds(run)
    if not kinds:
        with card("errors-confusion", "Confusion", "gold against predicted"):
            caption(no_gold_words(run))
        return
    counted = scope.choose(run, selected, "confusion")
    for kind in kinds:
        with card(f"errors-confusion-{kind}", f"Confusion of {_plural(kind)}", "click a cell"):
            _matrix(state, run, selected, counted, kind)
    posts.preview(state, run, selected)


def _plural(kind: str) -> str:
    return {"entity": "entities"}.get(kind, f"{kind}s")


def _matrix(state: Errors, run: Run, selected: Selection, counted: Selection, kind: str) -> None:
    from core.analysis.confusion import DEFINITION

    found = numbers.confusion(run, counted, kind)
    drawing = confusion_chart(found.counts, _chosen(selected, kind))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        chart(
            drawing,
            key("confusion", kind),
            on_choose=lambda chosen: actions.select(state, cell_link(kind, chosen)),
        )
    with right:
        _most_frequent(state, selected, kind, confusions(found.counts))
        caption(DEFINITION)
        with st.expander("Matrix as a table", type="compact"):
            st.dataframe(drawing.table, alt=drawing.alt)


def _most_frequent(
    state: Errors, selected: Selection, kind: str, found: list[tuple[int, str, str]]
) -> None:
    if not found:
        caption("Nothing is confused: every unit is right.")
        return
    subtitle("Most frequent")
    with st.container(gap=None, key=f"errors-frequent-{kind}"):
        for count, gold, predicted in found[:SHOWN]:
            link = special("cell", kind, gold, predicted)
            st.button(
                f"{literal(gold)} → {literal(predicted)}  **{count:,}**",
                key=key("confusion", kind, gold, predicted),
                type="tertiary",
                disabled=link == selected.link,
                on_click=actions.select,
                args=(state, link),
            )


def _chosen(selected: Selection, kind: str) -> tuple[str, str] | None:
    cell = cell_of(selected.link)
    return cell[1:] if cell and cell[0] == kind else None
