"""Presenter mode: one section per screen, larger, turned by the arrow keys."""

import streamlit as st

from dashboard.lab.settings import SCREENS
from dashboard.lab.state import Lab, key

STEPS = {  # id of each card -> its title
    "lab-choose": "Choose a game",
    "lab-walk": "Walk",
    "lab-count": "Count",
    "lab-axioms": "Axioms",
    "lab-converge": "Converge",
    "lab-interact": "Interact",
    "lab-ask": "Ask",
}


def bar(state: Lab) -> None:
    """Draw the way into presenter mode, or the way through it and out."""
    screen = state.settings.screen
    with st.container(
        horizontal=True, vertical_alignment="center", key="lab-presenter" if screen else "lab-page"
    ):
        if not screen:
            items = "".join(
                f'<li><a href="#{card}"><b>{place}</b> {title}</a></li>'
                for place, (card, title) in enumerate(STEPS.items(), start=1)
            )
            st.html(f'<nav aria-label="Steps"><ol class="sc-path">{items}</ol></nav>')
            _button("present", "Present", 1, state, icon=":material/slideshow:")
            return
        _button("left", "Back", max(screen - 1, 1), state, shortcut="Left", off=screen == 1)
        _button(
            "right",
            "Next",
            min(screen + 1, SCREENS),
            state,
            shortcut="Right",
            off=screen == SCREENS,
        )
        st.html(f'<p class="sc-caption" role="status">{screen} of {SCREENS}</p>')
        _button("leave", "All on one page", 0, state, shortcut="Esc")


def _button(
    name: str,
    label: str,
    screen: int,
    state: Lab,
    *,
    shortcut: str | None = None,
    icon: str | None = None,
    off: bool = False,
) -> None:
    st.button(
        label,
        key=key("present", name),
        shortcut=shortcut,
        icon=icon,
        disabled=off,
        on_click=state.set_to,
        kwargs={"screen": screen},
    )
