"""Whether a chart counts all posts or those selected."""

import streamlit as st

from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, everything
from dashboard.errors.state import key

ALL, SELECTED = "All posts", "The selection"


def choose(run: Run, selected: Selection, name: str) -> Selection:
    """Draw the choice, where there is one, and return the posts that count."""
    if selected.is_all or not len(selected):
        return everything(run)
    whose = st.segmented_control(
        "Count",
        [ALL, SELECTED],
        default=ALL,
        required=True,
        key=key("scope", name),
    )
    return selected if whose == SELECTED else everything(run)
