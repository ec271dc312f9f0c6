"""Correlations one below the other, each with its interval, around zero: a forest plot."""

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
    plain,
    write,
)

ROW_PIXELS = 44
MARK_OFFSET = 0.22  # marks lie under their name
CLEAR = 0.05  # adjusted p below which a mark is full
ROOM = 0.06  # of the axis, on both sides


class Correlation(NamedTuple):
    """How one measure goes with the outcome.

    Attributes:
        name: Of the measure.
        value: Between −1 and 1; None: unknown.
        low: Lower end of its interval; None: unknown.
        high: Upper end, likewise.
        p: Adjusted for how many are drawn; None: unknown.
        support: What was counted, or why nothing is known.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    p: float | None
    support: str


def forest_chart(rows: Sequence[Correlation], *, chosen: int | None = None) -> Drawing:
    """Draw one row a measure: blue right of zero, an orange diamond left of it.

    A mark is hollow when chance may explain it. A click on one returns its place in `customdata`.

    Args:
        rows: From the top.
        chosen: Place of the measure that is looked at.

    Returns:
        The chart; the table has the same rows.
    """
    figure = go.Figure()
    for row, found in enumerate(rows):
        mark = "▸ " if row == chosen else ""
        name_row(figure, row - 0.24, f"{mark}{plain(found.name)}", found.support)
        write(figure, 1, row - 0.24, "–" if found.value is None else number(found.value))
        if found.value is not None:
            _mark(figure, row, found.value, found)
    figure.add_vline(x=0, line={"color": OUTLINE, "width": 1.5})
    figure.update_xaxes(
        range=_span(rows),
        nticks=6,
        zeroline=False,
        showgrid=True,
        gridcolor="rgba(125,135,150,0.18)",
        fixedrange=True,
    )
    count = max(len(rows), 1)
    figure.update_yaxes(range=[count - 0.4, -0.6], visible=False, fixedrange=True)
    figure.update_layout(
        layout(height=40 + ROW_PIXELS * count, margin={"l": 4, "r": 4, "t": 4, "b": 28})
    )
    return Drawing(figure, _alt(rows), pd.DataFrame(list(rows), columns=_COLUMNS))


_COLUMNS = ["measure", "ρ", "low", "high", "p, adjusted", "counted"]


def _mark(figure: go.Figure, row: int, value: float, found: Correlation) -> None:
    colour = SUPPORTS if value >= 0 else OPPOSES
    symbol = "circle" if value >= 0 else "diamond"
    is_clear = found.p is not None and found.p < CLEAR
    p = "" if found.p is None else f", p {found.p:.3f}"
    figure.add_scatter(
        x=[value],
        y=[row + MARK_OFFSET],
        mode="markers",
        name=found.name,
        marker={
            "color": colour,
            "size": 12,
            "symbol": symbol if is_clear else f"{symbol}-open",
            "line": {"color": colour, "width": 2},
        },
        error_x=None
        if found.low is None or found.high is None
        else {
            "array": [max(found.high - value, 0.0)],
            "arrayminus": [max(value - found.low, 0.0)],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        customdata=[[row]],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate=f"{plain(found.name)}: ρ %{{x:+.3f}}{p}<extra></extra>",
    )


def _span(rows: Sequence[Correlation]) -> list[float]:
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    low, high = min([-0.1, *ends]), max([0.1, *ends])
    room = ROOM * (high - low)
    return [low - room, high + room]


def _alt(rows: Sequence[Correlation]) -> str:
    parts = [
        f"{row.name} "
        + (f"unknown ({row.support})" if row.value is None else number(row.value))
        + (
            ""
            if row.low is None or row.high is None
            else f", {number(row.low)} to {number(row.high)}"
        )
        + ("" if row.p is None else ", clear" if row.p < CLEAR else ", may be chance")
        for row in rows
    ]
    return f"Rank correlation of each measure with its 95 percent interval: {'; '.join(parts)}."
