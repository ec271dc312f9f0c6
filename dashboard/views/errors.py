"""Error analysis: what goes wrong in many posts, and what the contexts have to do with it."""

from collections.abc import Callable

import streamlit as st

from core.errors import InputError
from dashboard.errors import actions
from dashboard.errors.runs import Run, RunFile, open_run, run_files
from dashboard.errors.selection import Selection, everything, select
from dashboard.errors.settings import View
from dashboard.errors.state import Errors, visitor
from dashboard.lab.actions import our_fault
from dashboard.panels import notice
from dashboard.panels.errors import (
    bar,
    calibration,
    confusion,
    contexts,
    disagreements,
    misalignment,
    overview,
    records,
    review,
    slices,
    welcome,
)

SECTIONS: dict[View, Callable[[Errors, Run, Selection], None]] = {
    "overview": overview.render,
    "map": misalignment.render,
    "contexts": contexts.render,
    "slices": slices.render,
    "confusion": confusion.render,
    "disagreements": disagreements.render,
    "calibration": calibration.render,
    "records": records.render,
    "review": review.render,
}


def render() -> None:
    """Draw the run chosen: what is selected of it, and the section that is open."""
    state = visitor(st.session_state)
    state.follow(st.query_params.to_dict())
    files = run_files()
    file = _wanted(state, files)
    about = bar.runs(state, files, file)
    run = _opened(file)
    if run:
        about.html(bar.about_html(run))
        _workbench(state, run)
    elif not files and not state.upload:
        welcome.empty()


def _wanted(state: Errors, files: list[RunFile]) -> RunFile | None:
    try:
        return actions.opened_file(state, files)
    except InputError as error:
        notice.problem(str(error))
        return None


def _opened(file: RunFile | None) -> Run | None:
    if file is None:
        return None
    try:
        return open_run(file)
    except InputError as error:
        notice.problem(str(error))
    except Exception:
        notice.problem(our_fault("a run could not be opened"))
    return None


@st.fragment
def _workbench(state: Errors, run: Run) -> None:
    """Draw everything that a click changes; the head of the page stays."""
    state.follow(st.query_params.to_dict())
    for sentence in state.refused:
        notice.hint(sentence)
    selected = _selected(state, run)
    bar.views(state)
    bar.selection(state, run, selected)
    try:
        SECTIONS[state.settings.view](state, run, selected)
    except InputError as error:
        notice.problem(str(error))
    except Exception:
        notice.problem(our_fault(f"the section {state.settings.view} failed"))


def _selected(state: Errors, run: Run) -> Selection:
    settings = state.settings
    try:
        return select(run, settings.slice, (settings.tau_text, settings.tau_image), settings.name)
    except InputError as error:
        notice.problem(str(error))
        return everything(run)
