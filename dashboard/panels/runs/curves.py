"""The curves of the runs chosen: dev score first, then everything the steps log."""

import html
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from core.training.run_curves import best_epochs, curve, quantities
from core.training.run_tail import RunHistory
from dashboard.figures.drawing import Drawing
from dashboard.figures.runs.curves import RunCurve, curve_chart, score_chart
from dashboard.figures.runs.words import LOSSES, listed, quantity
from dashboard.panels.card import caption, card, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.runs.table import swatch
from dashboard.runs.state import MOST_SMOOTHING, Runs
from dashboard.runs.store import Run

EXPECTED = ("learning_rate", "posts_per_second")
EXACT = ("learning_rate",)  # planned, not measured: nothing to smooth
COLUMNS = 3

Histories = tuple[tuple[str, RunHistory], ...]  # of the runs drawn, by name


def render(state: Runs, drawn: Sequence[Run]) -> None:
    """Draw the dev score by epoch, and losses, learning rate and throughput by step."""
    with card("runs-curves", "Curves", "what the logs say so far"):
        st.html(legend_html(drawn))
        left, right = st.columns([8, 4], gap="medium")
        with left:
            _score(state, drawn)
        with right:
            _controls(state)
            _missing(drawn)
        _steps(state, drawn)


def legend_html(drawn: Sequence[Run]) -> str:
    """Return the names of the runs with their colours."""
    names = "".join(
        f"<span>{swatch(place)}{html.escape(run.name)}</span>" for place, run in enumerate(drawn)
    )
    return f'<p class="sc-legend">{names}</p>'


def _score(state: Runs, drawn: Sequence[Run]) -> None:
    subtitle("Dev F1", "by epoch; the star is the best")
    drawing = _score_drawing(histories(drawn), tuple(run.summary.ended for run in drawn))
    if drawing.table.empty:
        caption("No epoch has ended yet.")
        return
    chart(drawing, state.key("chart", "score"))
    with st.expander("Scores as a table", type="compact"):
        st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)


def _controls(state: Runs) -> None:
    st.slider(
        "Smoothing by step: weight of the past",
        0.0,
        MOST_SMOOTHING,
        step=0.02,
        **state.holds("smoothing"),
    )
    st.toggle("Losses on a logarithmic scale", **state.holds("log"))
    caption(
        "Faint: as logged. Strong: the moving average. Dotted lines: ends of epochs of the first "
        "run. A part of the loss is drawn for the batches that have something to compute it from."
    )


def _missing(drawn: Sequence[Run]) -> None:
    for run in drawn:
        known = set(quantities(run.history))
        absent = [LOSSES[name].lower() for name in EXPECTED if name not in known]
        if run.files.folder is None:
            caption(f"{html.escape(run.name)}: only its checkpoint is here, no log to draw from.")
        elif absent and len(run.history.steps):
            caption(f"{html.escape(run.name)}: its log does not hold {listed(absent)}.")
        if run.history.bad_count:
            caption(f"{html.escape(run.name)}: {_bad(run)}")


def _bad(run: Run) -> str:
    lines, count = run.history.bad_lines, run.history.bad_count
    if count == 1:
        return f"line {lines[0]} of its log is no event and left out."
    shown = ", ".join(map(str, lines)) + (", …" if count > len(lines) else "")
    return f"{count:,} lines of its log are no events and left out ({shown})."


def _steps(state: Runs, drawn: Sequence[Run]) -> None:
    names = list({name: None for run in drawn for name in quantities(run.history)})
    order = [*LOSSES, *names]
    names.sort(key=lambda name: (name in EXPECTED, order.index(name)))
    drawings = []
    for place, name in enumerate(names):
        drawing = _curve_drawing(
            name,
            histories(drawn),
            smoothing=0.0 if name in EXACT else state.settings.smoothing,
            log=state.settings.log and name not in EXPECTED,
        )
        drawings.append((name, drawing))
        if place % COLUMNS == 0:  # a row of its own: narrow screens keep the order
            columns = st.columns(COLUMNS, gap="medium")
        with columns[place % COLUMNS]:
            subtitle(html.escape(quantity(name)))
            chart(drawing, state.key("chart", name))
    if not drawings:
        return
    with st.expander(
        "Curves as tables", type="compact", on_change="rerun", key=state.key("curves", "tables")
    ) as tables:
        if tables.open:
            for name, drawing in drawings:
                subtitle(html.escape(quantity(name)))
                st.dataframe(drawing.table, hide_index=True, alt=drawing.alt, height=220)


def histories(drawn: Sequence[Run]) -> Histories:
    """Return what drawings of runs are remembered by: they are made anew when a log has grown."""
    return tuple((run.name, run.history) for run in drawn)


@lru_cache(maxsize=8)
def _score_drawing(known: Histories, ends: tuple[str, ...]) -> Drawing:
    runs = [
        RunCurve(name, place, best_epochs(history)) for place, (name, history) in enumerate(known)
    ]
    return score_chart(runs, ends)


@lru_cache(maxsize=64)
def _curve_drawing(column: str, known: Histories, *, smoothing: float, log: bool) -> Drawing:
    runs = [
        RunCurve(name, place, curve(history, column, smoothing=smoothing))
        for place, (name, history) in enumerate(known)
    ]
    epochs = [event["step"] for event in known[0][1].epochs]
    there = [run for run in runs if len(run.table)]
    return curve_chart(quantity(column), there, log=log, epochs=epochs)
