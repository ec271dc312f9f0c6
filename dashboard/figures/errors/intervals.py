"""Scores of groups of posts as bars, each with its interval, beside the score of all posts."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OPPOSES, OUTLINE, SUPPORTS, Drawing, layout, name_row, plain

ROW_PIXELS = 42
BAR_OFFSET = 0.2  # bars lie under their name
ROOM = 1.28  # of the axis: numbers stand to the right of 1


class Bar(NamedTuple):
    """The score of one group.

    Attributes:
        name: Of the group.
        value: Its score, between 0 and 1; None where it has none.
        low: Lower end of its interval.
        high: Upper end of its interval.
        support: What was counted, as "412 posts".
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    support: str


def interval_chart(
    bars: Sequence[Bar], *, whole: float | None, score: str, chosen: int | None = None
) -> Drawing:
    """Draw one bar a group: blue at or above the score of all posts, orange hatched below it.

    A click on a bar returns its place in `customdata`.

    Args:
        bars: From the top.
        whole: Score of all posts, drawn as a dashed line; None leaves it out and all are blue.
        score: What is measured, as "F1".
        chosen: Place of the group that is selected.

    Returns:
        The bars; the table has one row per group.
    """
    figure = go.Figure()
    _add_bars(figure, bars, whole, score)
    for row, bar in enumerate(bars):
        mark = "▸ " if row == chosen else ""
        name_row(figure, row - 0.24, f"{mark}{plain(bar.name)}", bar.support)
        _write(figure, row, bar)
    if whole is not None:
        figure.add_shape(
            type="line",
            x0=whole,
            x1=whole,
            y0=-0.5,
            y1=len(bars) - 0.4,
            line={"color": OUTLINE, "width": 1.5, "dash": "dash"},
        )
    figure.update_xaxes(range=[0, ROOM], visible=False, fixedrange=True)
    rows = max(len(bars), 1)
    figure.update_yaxes(range=[rows - 0.4, -0.6], visible=False, fixedrange=True)
    figure.update_layout(
        layout(height=12 + ROW_PIXELS * rows, margin={"l": 4, "r": 4, "t": 6, "b": 6})
    )
    return Drawing(figure, _alt(bars, whole, score), interval_table(bars, score))


def interval_table(bars: Sequence[Bar], score: str) -> pd.DataFrame:
    """Return the chart's numbers."""
    return pd.DataFrame(
        [
            {
                "group": bar.name,
                score: bar.value,
                "low": bar.low,
                "high": bar.high,
                "support": bar.support,
            }
            for bar in bars
        ],
        columns=["group", score, "low", "high", "support"],
    )


def _add_bars(figure: go.Figure, bars: Sequence[Bar], whole: float | None, score: str) -> None:
    values = [bar.value or 0.0 for bar in bars]
    below = [whole is not None and value < whole for value in values]
    colours = [OPPOSES if lower else SUPPORTS for lower in below]
    figure.add_bar(
        x=values,
        y=[row + BAR_OFFSET for row in range(len(bars))],
        orientation="h",
        width=0.34,
        marker={
            "color": colours,
            "pattern": {
                "shape": ["/" if lower else "" for lower in below],
                "fillmode": "replace",
                "size": 7,
                "solidity": 0.55,
            },
            "line": {"color": colours, "width": 1.2},
            "cornerradius": 3,
        },
        error_x={
            "array": [_reach(bar.value, bar.high) for bar in bars],
            "arrayminus": [_reach(bar.low, bar.value) for bar in bars],
            "color": OUTLINE,
            "thickness": 1.6,
            "width": 4,
        },
        customdata=[[row, plain(bar.name)] for row, bar in enumerate(bars)],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{customdata[1]}<br>" + score + " %{x:.3f}<extra></extra>",
    )


def _reach(low: float | None, high: float | None) -> float:
    return 0.0 if low is None or high is None else max(high - low, 0.0)


def _write(figure: go.Figure, row: int, bar: Bar) -> None:
    words = "–" if bar.value is None else f"{bar.value:.3f}"
    if bar.low is not None and bar.high is not None:
        words += f"<span style='font-size:11px'>  {bar.low:.2f}–{bar.high:.2f}</span>"
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=row - 0.24,
        text=words,
        showarrow=False,
        font={"size": 13},
    )


def _alt(bars: Sequence[Bar], whole: float | None, score: str) -> str:
    parts = [
        f"{bar.name} ({bar.support}) "
        + ("no score" if bar.value is None else f"{bar.value:.3f}")
        + ("" if bar.low is None or bar.high is None else f", {bar.low:.3f} to {bar.high:.3f}")
        for bar in bars
    ]
    over_all = "" if whole is None else f" All posts: {whole:.3f}."
    return f"{score} of each group with its 95 percent interval.{over_all} {'; '.join(parts)}."
