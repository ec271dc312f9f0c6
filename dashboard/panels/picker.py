"""Which model reads the post: one of the checkpoints on this machine."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.records import Task
from dashboard.offers import Offer
from dashboard.panels import notice
from dashboard.panels.card import caption
from dashboard.state import key

DOES: dict[Task, str] = {
    "mner": "Finds names and their types.",
    "mre": "Tells the relation of two names that you mark.",
    "jmere": "Finds names, their types, and the relations among them.",
    "classification": "Gives the whole post one label.",
}


def render(offered: Sequence[Offer], chosen: Offer, *, on_choose: Callable[[str], None]) -> None:
    """Draw the list of checkpoints, and what the chosen one does.

    Args:
        offered: At least one, the server's own first.
        chosen: One of them.
        on_choose: Called with the name of another one, "" for the server's own.
    """
    by_name = {offer.name: offer for offer in offered}
    widget = key("model")
    st.session_state[widget] = chosen.name

    def choose() -> None:
        name = st.session_state[widget]
        on_choose("" if name == offered[0].name else name)

    st.selectbox(
        "Model",
        list(by_name),
        format_func=lambda name: by_name[name].title,
        key=widget,
        on_change=choose,
        help="Checkpoints of this machine: name, task, and the first signs of the SHA-256 of its "
        "weights. The same post is analysed again with the one you choose.",
    )
    if chosen.trouble:
        notice.problem(f"{chosen.name} cannot be used: {chosen.trouble}")
    elif chosen.task:
        caption(DOES[chosen.task])
