"""How much better each system is than the first: a point, its interval, and zero."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import (
    OPPOSES,
    OUTLINE,
    SUPPORTS,
    Drawing,
    layout,
    name_row,
    number,
    write,
)

ROW_PIXELS = 46
MARK_OFFSET = 0.2  # marks lie under their name
POINTS = 100  # of F1, as papers write it


class Difference(NamedTuple):
    """F1 of a system less that of the first, with its interval; None: unknown."""

    letter: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    p: float | None


def difference_chart(rows: Sequence[Difference]) -> Drawing:
    """Draw one row per system: right of zero is better than the first, in points of F1.

    Returns:
        The chart; the table has the same rows.
    """
    figure = go.Figure()
    for row, found in enumerate(rows):
        name_row(figure, row - 0.26, found.letter, found.name)
        if found.value is None:
            write(figure, 1, row + MARK_OFFSET, "not scored")
            continue
        write(figure, 1, row + MARK_OFFSET, f"{number(POINTS * found.value)}  {p_words(found.p)}")
        _mark(figure, row + MARK_OFFSET, found)
    figure.add_vline(x=0, line={"color": OUTLINE, "width": 1.5})
    figure.update_xaxes(
        range=_span(rows), zeroline=False, showgrid=False, nticks=6, fixedrange=True
    )
    count = max(len(rows), 1)
    figure.update_yaxes(range=[count - 0.45, -0.55], visible=False, fixedrange=True)
    height = 40 + ROW_PIXELS * count
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 4, "b": 28}))
    return Drawing(figure, _alt(rows), _table(rows))


def p_words(p: float | None) -> str:
    """Return a p value in words.

    Example:
        >>> p_words(0.0321), p_words(0.0002), p_words(None)
        ('p 0.032', 'p < 0.001', '')
    """
    if p is None:
        return ""
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"


def _mark(figure: go.Figure, row: float, found: Difference) -> None:
    value = POINTS * (found.value or 0.0)
    colour = SUPPORTS if value >= 0 else OPPOSES
    low, high = (None if end is None else POINTS * end for end in (found.low, found.high))
    figure.add_scatter(
        x=[value],
        y=[row],
        mode="markers",
        marker={"color": colour, "size": 11, "symbol": "circle" if value >= 0 else "diamond"},
        error_x=None
        if low is None or high is None
        else {
            "array": [high - value],
            "arrayminus": [value - low],
            "color": colour,
            "thickness": 2,
            "width": 6,
        },
        name=found.letter,
        hovertemplate=f"{found.letter} − A: %{{x:+.2f}} points<extra></extra>",
    )


def _span(rows: Sequence[Difference]) -> list[float]:
    ends = [POINTS * end for row in rows for end in (row.value, row.low, row.high) if end]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    width = (high - low) or 1.0
    return [low - 0.06 * width, high + 0.5 * width]


def _table(rows: Sequence[Difference]) -> pd.DataFrame:
    columns = ["", "run", "F1 − F1(A)", "low", "high", "p"]
    return pd.DataFrame(list(rows), columns=columns)


def _alt(rows: Sequence[Difference]) -> str:
    parts = [
        f"{row.letter} ({row.name}) "
        + (
            "not scored"
            if row.value is None
            else f"{number(POINTS * row.value)} points"
            + (
                ""
                if row.low is None or row.high is None
                else f", {number(POINTS * row.low)} to {number(POINTS * row.high)}"
            )
        )
        for row in rows
    ]
    return f"F1 less that of A: {'; '.join(parts)}."
