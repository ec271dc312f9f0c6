"""How far each context's values moved between two records: a dot before, a dot after."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.records import Side
from dashboard.figures.changes import ContextChange, changes_table
from dashboard.figures.drawing import (
    OPPOSES,
    OUTLINE,
    SUPPORTS,
    Drawing,
    head_panel,
    layout,
    name_row,
    number,
    write,
)

ROW_PIXELS = 46
MARK_OFFSET = 0.2  # marks lie under their name
SIDES: tuple[Side, Side] = ("text", "image")


def movement_chart(changes: Sequence[ContextChange]) -> Drawing:
    """Draw K·φ of each context before (hollow) and after (full), both sides on one scale.

    Args:
        changes: At least one.

    Returns:
        Two panels with one row per context; the table has the same numbers.
    """
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.06)
    for panel, side in enumerate(SIDES, start=1):
        head_panel(figure, panel, f"<b>{side} side</b>", "○ before  ● after  Δ K·φ")
        for row, change in enumerate(changes):
            _row(figure, panel, row + MARK_OFFSET, change, side)
        rows = [row + MARK_OFFSET for row in range(len(changes))]
        _marks(figure, panel, rows, [change.values[side][0] for change in changes], "before")
        _marks(figure, panel, rows, [change.values[side][1] for change in changes], "after")
    for row, change in enumerate(changes):
        name_row(figure, row - 0.26, str(change.place + 1), change.text)
    values = [
        value for change in changes for pair in change.values.values() for value in pair if value
    ]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    figure.update_xaxes(
        range=[low - 0.06 * span, high + 0.45 * span],
        zeroline=False,
        showgrid=False,
        nticks=5,
        fixedrange=True,
    )
    bottom = max(len(changes), 2) - 0.45
    figure.update_yaxes(range=[bottom, -0.55], visible=False, fixedrange=True)
    height = 86 + ROW_PIXELS * max(len(changes), 2)
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 54, "b": 28}))
    return Drawing(figure, _alt(changes), changes_table(changes))


def _row(figure: go.Figure, panel: int, row: float, change: ContextChange, side: Side) -> None:
    difference = change.difference(side)
    if difference is None:
        is_new = change.values[side][1] is not None
        write(figure, panel, row, "new" if is_new else "off" if change.is_off else "not played")
        return
    write(figure, panel, row, number(difference))
    before, after = change.values[side]
    figure.add_shape(
        type="line",
        x0=before,
        x1=after,
        y0=row,
        y1=row,
        line={"color": SUPPORTS if difference >= 0 else OPPOSES, "width": 3},
        layer="below",
        row=1,
        col=panel,
    )


def _marks(
    figure: go.Figure, panel: int, rows: Sequence[float], values: Sequence[float | None], when: str
) -> None:
    is_after = when == "after"
    figure.add_scatter(
        x=list(values),
        y=rows,
        name=when,
        mode="markers",
        marker={
            "size": 11 if is_after else 12,
            "symbol": "circle" if is_after else "circle-open",
            "color": SUPPORTS if is_after else OUTLINE,
            "line": {"width": 1 if is_after else 2},
        },
        hovertemplate=f"{when}<br>K·φ %{{x:+.3f}}<extra></extra>",
        row=1,
        col=panel,
    )


def _alt(changes: Sequence[ContextChange]) -> str:
    parts = []
    for change in changes:
        moved = [
            f"{side} side {number(difference)}"
            for side in SIDES
            if (difference := change.difference(side)) is not None
        ]
        parts.append(f"context {change.place + 1}: {', '.join(moved) or 'cannot be compared'}")
    return "Scaled Shapley values before and after the change. " + "; ".join(parts) + "."
