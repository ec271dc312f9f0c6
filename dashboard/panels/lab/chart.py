"""How the lab shows a drawing: larger on a presenter's screen."""

import streamlit as st

from dashboard.figures.drawing import Drawing
from dashboard.figures.lab.enlarge import enlarge
from dashboard.lab.state import Lab, key

ON_SCREEN = 1.4  # times the usual size


def chart(state: Lab, name: str, drawing: Drawing) -> None:
    """Draw a figure with its words for those who do not see it; `name` is unique on the page."""
    shown = enlarge(drawing, ON_SCREEN) if state.settings.screen else drawing
    st.plotly_chart(
        shown.figure, key=key("chart", name), alt=drawing.alt, config={"displayModeBar": False}
    )
