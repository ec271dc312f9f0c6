"""What the method promises, epoch by epoch: whether training makes it come true."""

import html
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from core.records import Side
from core.training.run_curves import SIDES, gate_shares, promises
from core.training.run_tail import RunHistory
from dashboard.figures.drawing import Drawing
from dashboard.figures.runs.curves import RunCurve
from dashboard.figures.runs.promises import RATES, VALUES, gate_chart, promise_chart
from dashboard.panels.card import caption, card, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.runs.curves import Histories, histories, legend_html
from dashboard.runs.state import Runs
from dashboard.runs.store import Run

GATED = {"text": "words", "image": "regions"}


def render(state: Runs, drawn: Sequence[Run]) -> None:
    """Draw own against foreign values, how often the own context wins, and the gates."""
    with card("runs-promises", "What the method promises", "and what became of it, by epoch"):
        if not any(len(promises(run.history)) for run in drawn):
            caption(_nothing(drawn))
            return
        if len(drawn) > 1:
            st.html(legend_html(drawn))
        for side in SIDES:
            _side(state, drawn, side)
        for run in drawn:
            _gates(state, run, named=len(drawn) > 1)
        silent = [run.name for run in drawn if not len(promises(run.history))]
        if silent:
            caption(f"{html.escape(', '.join(silent))}: nothing about alignment in the log.")


def _nothing(drawn: Sequence[Run]) -> str:
    if any(run.summary.is_old or not run.files.folder for run in drawn):
        return (
            "These logs are of an older kind, which does not say how the alignment developed. "
            "A run that is started now says it after every epoch."
        )
    return "Said after the first epoch, by runs that learn an alignment."


def _side(state: Runs, drawn: Sequence[Run], side: Side) -> None:
    found = _side_drawings(side, histories(drawn))
    if found is None:
        return
    subtitle(f"{side.capitalize()} side")
    values, rates = found
    left, right = st.columns(2, gap="medium")
    with left:
        chart(values, state.key("chart", "values", side))
        caption(
            "Mean K·φ of contexts towards their own post (solid) and towards other posts (dotted). "
            "Diagonal dominance: the one less the other. Promise: own rises above foreign."
        )
    with right:
        chart(rates, state.key("chart", "rates", side))
        caption(
            "AUROC: chance that an own pair has a larger φ than a foreign one; 0.5 is a guess. Own "
            "first: share of posts whose own context has the largest φ of all."
        )
    with st.expander(f"{side.capitalize()} side as tables", type="compact"):
        st.dataframe(values.table.round(4), hide_index=True, alt=values.alt)
        st.dataframe(rates.table.round(4), hide_index=True, alt=rates.alt)


def _gates(state: Runs, run: Run, *, named: bool) -> None:
    sides = [side for side in SIDES if len(gate_shares(run.history, side))]
    if not sides:
        return
    whose = f"of {html.escape(run.name)}, " if named else ""
    columns = st.columns(2, gap="medium")
    for column, side in zip(columns, sides, strict=False):
        with column:
            subtitle(f"Gates of {GATED[side]}", f"{whose}by epoch; darker holds more of them")
            drawing = _gate_drawing(side, run.history)
            chart(drawing, state.key("chart", "gates", side, run.name))
            with st.expander(f"Gates of {GATED[side]} as a table", type="compact"):
                st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)
    caption(
        "1: keeps its own voice. 0: the contexts' bridge takes its place. Promise: gates spread "
        "out, instead of staying where they started."
    )


@lru_cache(maxsize=16)
def _side_drawings(side: Side, known: Histories) -> tuple[Drawing, Drawing] | None:
    """Return the values and the rates of a side, None where no run says anything about it."""
    runs = []
    for place, (name, history) in enumerate(known):
        table = promises(history)
        runs.append(RunCurve(name, place, table[table["side"] == side]))
    there = [run for run in runs if len(run.table)]
    if not there:
        return None
    return promise_chart(side, there, VALUES), promise_chart(side, there, RATES)


@lru_cache(maxsize=16)
def _gate_drawing(side: Side, history: RunHistory) -> Drawing:
    return gate_chart(side, gate_shares(history, side))
