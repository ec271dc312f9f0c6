"""A drawing on the page, the same way everywhere."""

import streamlit as st

from dashboard.figures.drawing import Drawing

# Dollar signs in a post are money, not formulas.
_CONFIG = {"displayModeBar": False, "typesetMath": False}


def chart(drawing: Drawing, key: str) -> None:
    """Draw a figure with its words for those who do not see it; the panel shows its table."""
    st.plotly_chart(drawing.figure, key=key, alt=drawing.alt, config=_CONFIG)
