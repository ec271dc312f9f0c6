"""What every figure is: the drawing, the same in words, and the same in numbers."""

import html
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

SUPPORTS = "#3b78c2"  # blue and orange stay apart for every kind of colour blindness,
OPPOSES = "#d2691e"  # and reach 3:1 on both the light and the dark page
OUTLINE = "#7d8796"  # for lines that must show on both pages


class Drawing(NamedTuple):
    """A figure, its alternative text, and its table twin."""

    figure: go.Figure
    alt: str
    table: pd.DataFrame


def plain(text: str) -> str:
    """Return text that Plotly, which reads a little HTML, shows letter by letter."""
    return html.escape(text, quote=False)


def shorten(text: str, length: int) -> str:
    """Return at most `length` characters, cut at a word where there is one, with an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > length // 2 else cut) + "…"


def number(value: float) -> str:
    """Return a signed value to two places, with a real minus sign."""
    return f"{value:+.2f}".replace("-", "−")


def layout(**changes: Any) -> dict[str, Any]:
    """Return the layout all figures share: no decoration, explicit margins, no dragging."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        **changes,
    }
