"""Disagreements: where values, gates and predictions contradict one another."""

import html

import streamlit as st

from dashboard.errors import actions
from dashboard.errors.lists import disagreements
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, special
from dashboard.errors.state import Errors, key
from dashboard.panels.card import caption, card
from dashboard.panels.errors import posts

SHOWN = 6  # posts of each list
PHOTO = "-photo"  # ends the name of a list on that side
SIDES = {"": "Sentence", PHOTO: "Photo"}
NOTHING = {
    "let-in": "No post of this run: where the gate opens, the contexts are worth something.",
    "still-wrong": "No post of this run, or none that has gold answers.",
    "better-without": "No post of this run, or nobody asked what is predicted without contexts.",
}


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw each list with its worst posts; a list can be selected as a whole."""
    lists = disagreements(run)
    side = ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="errors-lists"):
        if any(name.endswith(PHOTO) for name in lists):
            side = st.segmented_control(
                "Gate and φ on the side of the",
                list(SIDES),
                format_func=SIDES.__getitem__,
                default="",
                required=True,
                key=key("list", "side"),
            )
        caption(
            "Each list says what to repair: the gate, the value, or the context itself. All of "
            "them count every post of the run."
        )
    names = [name + side if name + side in lists else name for name in NOTHING]
    for column, name in zip(st.columns(len(names), gap="small"), names, strict=True):
        found = lists[name]
        # Not capitalised where it begins with a sign: Φ is another one than φ.
        title = found.name.capitalize() if found.name[0].isascii() else found.name
        with column, card(f"errors-list-{name}", title):
            st.html(
                f'<p class="sc-count"><b>{len(found.rows):,}</b> posts</p>'
                f'<p class="sc-caption">{html.escape(found.definition)}</p>'
            )
            _list(state, run, selected, name, found.rows)


def _list(state: Errors, run: Run, selected: Selection, name: str, rows: list[int]) -> None:
    if not rows:
        caption(NOTHING[name.removesuffix(PHOTO)])
        return
    link = special("list", name)
    st.button(
        "Selected" if selected.link == link else "Select all",
        key=key("list", name),
        disabled=selected.link == link,
        on_click=actions.select,
        args=(state, link),
    )
    posts.lines(state, run, rows[:SHOWN], name)
