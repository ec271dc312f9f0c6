"""The F1 of each type by two systems: a dot each, and the way between."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.compare.differences import POINTS, p_words
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

ROW_PIXELS = 42
MARK_OFFSET = 0.2  # marks lie under their name


class TypeScores(NamedTuple):
    """The F1 of one type by A and by another system; None: unknown."""

    name: str
    support: int
    a: float | None
    b: float | None
    p: float | None


def dumbbell_chart(types: Sequence[TypeScores], letter: str) -> Drawing:
    """Draw one row per type: hollow for A, full for the other, blue where it is better.

    Args:
        types: From the top.
        letter: Of the other system.

    Returns:
        The chart; the table has the same rows.
    """
    figure = go.Figure()
    for row, found in enumerate(types):
        name_row(figure, row - 0.26, found.name, f"{found.support:,} in gold")
        if found.a is None or found.b is None:
            write(figure, 1, row + MARK_OFFSET, "not scored")
            continue
        moved = found.b - found.a
        words = f"{number(POINTS * moved, 1)}  {p_words(found.p)}"
        write(figure, 1, row + MARK_OFFSET, words)
        figure.add_shape(
            type="line",
            x0=found.a,
            x1=found.b,
            y0=row + MARK_OFFSET,
            y1=row + MARK_OFFSET,
            line={"color": SUPPORTS if moved >= 0 else OPPOSES, "width": 3},
            layer="below",
        )
    known = [(row, one) for row, one in enumerate(types) if None not in (one.a, one.b)]
    _marks(figure, [(row, one.a) for row, one in known], "A", full=False)
    _marks(figure, [(row, one.b) for row, one in known], letter, full=True)
    low, high = _span(types)
    step = 0.25 if low < 0.4 else 0.1 if low < 0.8 else 0.05
    figure.update_xaxes(
        range=[low, high],
        tickvals=[1 - place * step for place in range(int(1 / step) + 1)],
        tickformat=".2~f",
        showgrid=True,
        gridcolor="rgba(125,135,150,0.18)",
        zeroline=False,
        fixedrange=True,
    )
    rows = max(len(types), 1)
    figure.update_yaxes(range=[rows - 0.45, -0.55], visible=False, fixedrange=True)
    height = 40 + ROW_PIXELS * rows
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 4, "b": 28}))
    return Drawing(figure, _alt(types, letter), type_table(types, letter))


def type_table(types: Sequence[TypeScores], letter: str) -> pd.DataFrame:
    """Return one row per type with both scores."""
    columns = ["type", "in gold", "F1 of A", f"F1 of {letter}", "p, adjusted"]
    return pd.DataFrame(list(types), columns=columns)


def _span(types: Sequence[TypeScores]) -> tuple[float, float]:
    """Return a range that holds all scores, with room for numbers at the right."""
    known = [score for one in types for score in (one.a, one.b) if score is not None]
    low = max(min(known, default=0.0) - 0.05, 0.0)
    return low, 1 + 0.45 * (1 - low)


def _marks(
    figure: go.Figure, found: Sequence[tuple[int, float | None]], letter: str, *, full: bool
) -> None:
    figure.add_scatter(
        x=[value for _, value in found],
        y=[row + MARK_OFFSET for row, _ in found],
        mode="markers",
        name=letter,
        marker={
            "size": 11 if full else 12,
            "symbol": "circle" if full else "circle-open",
            "color": SUPPORTS if full else OUTLINE,
            "line": {"width": 1 if full else 2},
        },
        hovertemplate=f"{letter}: F1 %{{x:.3f}}<extra></extra>",
    )


def _alt(types: Sequence[TypeScores], letter: str) -> str:
    parts = [
        f"{one.name} "
        + (
            "not scored"
            if one.a is None or one.b is None
            else f"{one.a:.3f} by A, {one.b:.3f} by {letter}"
        )
        for one in types
    ]
    return f"F1 by type: {'; '.join(parts) or 'nothing'}."
