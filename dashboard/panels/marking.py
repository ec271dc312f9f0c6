"""Marking head and tail: the two names whose relation a checkpoint is asked for."""

from collections.abc import Callable

import streamlit as st

from core.datasets.marked_pairs import Span
from dashboard.marking import Marks
from dashboard.panels.card import caption
from dashboard.state import key

OnMark = Callable[[Span | None, Span | None], None]


def render(marks: Marks, *, on_mark: OnMark) -> None:
    """Draw one list of words for each of the two, and a button that swaps them.

    Args:
        marks: Words of the sentence, and which of them are marked.
        on_mark: Called with head and tail when one of them changes.
    """
    if not marks.tokens:
        caption("Head and tail can be marked once there is a sentence.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="marking"):
        with st.container(gap="xsmall"):
            _choice("Head", marks, marks.head, lambda one: on_mark(one, marks.tail))
            _choice("Tail", marks, marks.tail, lambda one: on_mark(marks.head, one))
        st.button(
            "Swap head and tail",
            icon=":material/swap_vert:",
            type="tertiary",
            key=key("marking", "swap"),
            disabled=marks.head is None and marks.tail is None,
            on_click=on_mark,
            args=(marks.tail, marks.head),
        )
    if marks.missing:
        caption(marks.missing)


def _choice(
    role: str, marks: Marks, marked: Span | None, on_choose: Callable[[Span | None], None]
) -> None:
    widget = key("marking", role.lower())
    st.session_state[widget] = marked
    st.selectbox(
        role,
        marks.choices,
        format_func=marks.words,
        key=widget,
        placeholder="Choose words, or type to find them",
        on_change=lambda: on_choose(st.session_state[widget]),
    )
