"""A drawing on the page, the same way everywhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from dashboard.figures.drawing import Drawing

# Dollar signs in a post are money, not formulas.
_CONFIG = {"displayModeBar": False, "typesetMath": False}
Mode = Literal["points", "box", "lasso"]
Chosen = Mapping[str, Any]  # points, box and lasso, as Plotly names them


def chart(
    drawing: Drawing,
    key: str,
    *,
    on_choose: Callable[[Chosen], None] | None = None,
    modes: Sequence[Mode] = ("points",),
) -> None:
    """Draw a figure with its words for those who do not see it; the panel shows its table.

    Args:
        drawing: What is drawn.
        key: Unique in the app.
        on_choose: Called with what a visitor chose in it, never with nothing: a figure that is
            drawn anew loses what was chosen, which says nothing about the visitor's wish.
        modes: How something can be chosen.
    """
    if on_choose is None:
        st.plotly_chart(drawing.figure, key=key, alt=drawing.alt, config=_CONFIG)
        return

    def choose() -> None:
        chosen = st.session_state[key]["selection"]
        if any(chosen.get(part) for part in ("points", "box", "lasso")):
            on_choose(chosen)

    st.plotly_chart(
        drawing.figure,
        key=key,
        alt=drawing.alt,
        config=_CONFIG,
        on_select=choose,
        selection_mode=modes,
    )
