"""All runs, one a row, and the choice of those that are drawn."""

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.figures.lab.lines import COLOURS
from dashboard.figures.runs.words import UNKNOWN, duration, status
from dashboard.panels.card import caption, card
from dashboard.runs.state import MOST_RUNS, Runs
from dashboard.runs.store import Run

HEADS = {
    "run": "",
    "status": "status",
    "task": "task, seed",
    "f1": "best dev F1",
    "progress": "progress",
    "speed": "posts/s",
    "time": "time",
    "device": "device",
}


def render(state: Runs, runs: Sequence[Run], drawn: Sequence[Run]) -> None:
    """Draw the choice of runs and the table of all.

    Args:
        state: Of this visitor.
        runs: All there are.
        drawn: Those chosen, whose colours the table tells.
    """
    with card("runs-table", "Runs", "every training that left a log or a checkpoint here"):
        st.multiselect(
            f"Draw up to {MOST_RUNS}",
            [run.name for run in runs],
            max_selections=MOST_RUNS,
            placeholder="The newest is drawn",
            **state.shows("runs", [run.name for run in drawn]),
        )
        others = [run for run in runs if run not in drawn]
        st.html(table_html([*drawn, *others], {run.name: at for at, run in enumerate(drawn)}))
        if any(run.summary.is_old for run in runs):
            caption(
                "Older logs say neither when they began nor that they ended; what they leave open "
                "shows as –."
            )


def table_html(runs: Sequence[Run], places: Mapping[str, int]) -> str:
    """Return the runs as a table; those with a place carry its colour."""
    head = "".join(f"<th>{words}</th>" for words in HEADS.values())
    rows = "".join(_row(run, places.get(run.name)) for run in runs)
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="All runs">'
        f'<table class="sc-facts sc-runs"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def swatch(place: int) -> str:
    """Return a small square of the colour of a place."""
    return f'<i class="sc-swatch" style="background:{COLOURS[place]}"></i>'


def _row(run: Run, place: int | None) -> str:
    summary = run.summary
    mark = swatch(place) if place is not None else ""
    said = html.escape(run.trouble or status(summary))
    kind = "unreadable" if run.trouble else summary.status
    score = UNKNOWN if summary.best_f1 is None else f"{summary.best_f1:.4f}"
    best = f"<small>epoch {summary.best_epoch}</small>" if summary.best_epoch else ""
    seed = "" if summary.seed is None else f"<small>seed {summary.seed}</small>"
    speed = UNKNOWN if summary.posts_per_second is None else f"{summary.posts_per_second:,.0f}"
    cells = {
        "status": f'<b class="sc-state sc-{kind}">{kind}</b><small>{said}</small>',
        "task": f"{html.escape(summary.task or UNKNOWN)}{seed}",
        "f1": f"{score}{best}",
        "progress": _progress(run),
        "speed": speed,
        "time": duration(summary.seconds),
        "device": html.escape(summary.device or UNKNOWN),
    }
    tail = "".join(
        f'<td class="sc-{name}" data-label="{HEADS[name]}">{cell}</td>'
        for name, cell in cells.items()
    )
    drawn = " class=sc-here" if place is not None else ""
    return f'<tr{drawn}><th scope="row">{mark}{html.escape(run.name)}</th>{tail}</tr>'


def _progress(run: Run) -> str:
    summary = run.summary
    if not summary.epoch and not summary.steps:
        return UNKNOWN
    epochs = f" of {summary.epochs}" if summary.epochs else ""
    steps = f" of {summary.steps:,}" if summary.steps else ""
    words = f"epoch {summary.epoch or 1}{epochs}<small>step {summary.step:,}{steps}</small>"
    if not summary.steps:
        return words
    share = min(summary.step / summary.steps, 1.0)
    return f'{words}<span class="sc-track"><span style="width:{share:.1%}"></span></span>'
