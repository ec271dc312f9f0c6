"""Training runs: what runs now, how it goes, and how one run differs from another."""

from collections.abc import Sequence

import streamlit as st

from dashboard.panels import notice
from dashboard.panels.runs import curves, details, promises, table, welcome
from dashboard.runs import store
from dashboard.runs.state import Runs, visitor
from dashboard.runs.store import Run

LIVE_SECONDS = 2.0  # while something runs
IDLE_SECONDS = 15.0  # something may be started


def render() -> None:
    """Draw the page, again and again, so that what is written meanwhile shows."""
    state = visitor(st.session_state)
    state.follow(st.query_params.to_dict())
    for sentence in state.refused:
        notice.hint(sentence)
    pace = _pace(store.found())
    st.fragment(_page, run_every=pace)(state, pace)


def _pace(runs: Sequence[Run]) -> float:
    running = any(run.summary.status == "running" for run in runs)
    return LIVE_SECONDS if running else IDLE_SECONDS


def _page(state: Runs, pace: float) -> None:
    runs = store.found()
    if _pace(runs) != pace:
        st.rerun()  # a run began or ended: the page goes on at its pace
    if not runs:
        welcome.nothing()
        return
    drawn, refused = store.chosen(runs, state.settings.runs)
    for sentence in refused:
        notice.hint(sentence)
    table.render(state, runs, drawn)
    curves.render(state, drawn)
    promises.render(state, drawn)
    details.render(state, runs, drawn)
