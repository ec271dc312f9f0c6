"""Compare: up to four systems on the same posts, and what the first has to do with the others."""

import streamlit as st

from core.errors import InputError
from dashboard.compare import actions, numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import FIELDS, LETTERS, Compare, visitor
from dashboard.errors.runs import Run, run_files
from dashboard.lab.actions import our_fault
from dashboard.panels import notice
from dashboard.panels.compare import (
    agreement,
    changes,
    choose,
    costs,
    evidence,
    scores,
    types,
    welcome,
)


def render() -> None:
    """Draw the choice, then everything that is known of the runs chosen."""
    state = visitor(st.session_state)
    state.follow(st.query_params.to_dict())
    for sentence in state.refused:
        notice.hint(sentence)
    files = actions.available(state, run_files())
    chosen, missing = actions.chosen(state, files)
    choose.render(state, files, chosen)
    for sentence in missing:
        notice.problem(sentence)
    runs, refused = actions.opened(chosen)
    for place, reason in refused.items():
        notice.problem(f"{LETTERS[FIELDS.index(place)]}: {reason}")
    if FIELDS[0] in runs and len(runs) > 1:
        _compare(state, runs)
    elif not refused:
        welcome.empty()
    evidence.render()


def _compare(state: Compare, runs: dict[str, Run]) -> None:
    try:
        among = numbers.compared(runs)
    except InputError as error:
        notice.problem(str(error))
        return
    except Exception:
        notice.problem(our_fault("runs could not be compared"))
        return
    for letter, reason in among.refused.items():
        notice.problem(f"{letter}: {reason}")
    if among.others:
        _workbench(state, among)


@st.fragment
def _workbench(state: Compare, among: Compared) -> None:
    """Draw everything that a click changes; the choice of runs stays."""
    state.follow(st.query_params.to_dict())
    st.html(choose.about_html(among.runs))
    words = choose.left_out_words(among.lineup.left_out, among.lineup.posts)
    if words:
        notice.hint(words)
    try:
        _panels(state, among)
    except Exception:
        notice.problem(our_fault("a comparison could not be drawn"))


def _panels(state: Compare, among: Compared) -> None:
    scores.render(state, among)
    letter = _against(state, among)
    left, right = st.columns(2, gap="small")
    with left:
        types.render(state, among, letter)
    with right:
        agreement.render(state, among, letter)
    changes.render(state, among, letter)
    costs.render(among)


def _against(state: Compare, among: Compared) -> str:
    """Return the run that A is held against in detail; a choice where there are several."""
    if state.settings.against not in among.others:
        state.settings = state.settings.changed(against=among.others[0])
    if len(among.others) > 1:
        st.segmented_control(
            "A in detail against",
            among.others,
            format_func=lambda letter: f"{letter}  {among.runs[letter].file.name}",
            required=True,
            **state.holds("against"),
        )
    return state.settings.against
