"""What every figure is: the drawing, the same in words, and the same in numbers."""

import html
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

SUPPORTS = "#3b78c2"  # blue and orange stay apart for every kind of colour blindness,
OPPOSES = "#d2691e"  # and reach 3:1 on both the light and the dark page
OUTLINE = "#7d8796"  # for lines that must show on both pages
LABEL_CHARACTERS = 54  # fits beside its number on a telephone


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


def number(value: float, places: int = 2) -> str:
    """Return a signed value to so many places, with a real minus sign, and none before zero."""
    return f"{round(value, places) + 0.0:+.{places}f}".replace("-", "−")


def residual(value: float) -> str:
    """Return how far a sum is off, as a power of ten."""
    return f"{value:.0e}".replace("-", "−") if value else "0"


def places_for(values: Iterable[float]) -> int:
    """Return how many places tell values of this size apart: two, or up to four for small ones."""
    largest = max((abs(value) for value in values), default=1.0)
    return 2 if largest >= 0.1 else 3 if largest >= 0.01 else 4


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


def signed_marker(values: Sequence[float]) -> dict[str, Any]:
    """Return the marker of bars whose sign shows by colour and by hatch."""
    colours = [SUPPORTS if value >= 0 else OPPOSES for value in values]
    return {
        "color": colours,
        "pattern": {
            "shape": ["" if value >= 0 else "/" for value in values],
            "fillmode": "replace",
            "size": 7,
            "solidity": 0.55,
        },
        "line": {"color": colours, "width": 1.2},
        "cornerradius": 3,
    }


def name_row(figure: go.Figure, row: float, label: str, text: str = "") -> None:
    """Write the name of a row above what is drawn in it, across all panels of a chart."""
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        y=row,
        yref="y",
        text=f"<b>{label}</b>  {plain(shorten(text, LABEL_CHARACTERS))}",
        showarrow=False,
        font={"size": 13},
    )


def write(figure: go.Figure, panel: int, row: float, text: str) -> None:
    """Write a number at the right edge of a panel (1, 2, ...), in a row."""
    axis = "" if panel == 1 else str(panel)
    figure.add_annotation(
        x=1,
        xref=f"x{axis} domain",
        xanchor="right",
        y=row,
        yref=f"y{axis}",
        text=text,
        showarrow=False,
        font={"size": 13},
    )


def head_panel(figure: go.Figure, panel: int, title: str, below: str = "") -> None:
    """Write the head of a panel (1, 2, ...): a title and a smaller line under it."""
    figure.add_annotation(
        x=0,
        xanchor="left",
        xref="x domain" if panel == 1 else f"x{panel} domain",
        y=1,
        yref="paper",
        yshift=52,
        yanchor="top",
        align="left",
        text=f"{title}<br><span style='font-size:12px'>{below}</span>",
        showarrow=False,
        font={"size": 14},
    )
