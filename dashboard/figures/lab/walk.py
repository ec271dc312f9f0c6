"""One order of arrival: the value grows, or shrinks, by what each arrival adds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing, layout, name_row, signed_marker, write
from dashboard.figures.lab.values import BAR_OFFSET, QUIET_AXIS, ROW_PIXELS, amount, mark, span

if TYPE_CHECKING:
    from core.lab.walk import Step

COLUMNS = ["arrival", "player", "v before", "adds", "v after"]


def walk_chart(
    players: Sequence[str], steps: Sequence["Step"], arrived: int, values: Sequence[float]
) -> Drawing:
    """Draw the arrivals so far as bars from the value before to the value after.

    Args:
        players: One label each.
        steps: All steps of the order.
        arrived: How many players have arrived; rows of the others stay empty.
        values: v(S) of every coalition, so that the scale never moves.

    Returns:
        One row per arrival; the table has a row for each player who is there.
    """
    seen = steps[:arrived]
    figure = go.Figure(
        go.Bar(
            x=[step.marginal for step in seen],
            base=[step.before for step in seen],
            y=[row + BAR_OFFSET for row in range(arrived)],
            orientation="h",
            width=0.36,
            marker=signed_marker([step.marginal for step in seen]),
            customdata=[[step.before, step.after, step.marginal] for step in seen],
            hovertemplate="v %{customdata[0]:.4f} → %{customdata[1]:.4f}"
            "<br>adds %{customdata[2]:+.4f}<extra></extra>",
        )
    )
    for row, step in enumerate(seen):
        name_row(figure, row - 0.24, str(step.player + 1), players[step.player])
        write(figure, 1, row + BAR_OFFSET, amount(step.marginal))
    for row in range(arrived, len(steps)):
        name_row(figure, row - 0.24, "·", "not here yet")
    _links(figure, seen)
    rows = [row + BAR_OFFSET for row in range(len(steps))]
    mark(figure, [0.0] * len(rows), rows, "nobody", 1.0)
    mark(figure, [values[-1]] * len(rows), rows, "everybody", 2.4)
    figure.update_xaxes(range=span(values), **QUIET_AXIS)
    figure.update_yaxes(range=[max(len(steps), 2) - 0.45, -0.5], visible=False, fixedrange=True)
    height = 34 + ROW_PIXELS * max(len(steps), 2)
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 4, "b": 26}))
    return Drawing(figure, _alt(players, seen), _table(players, seen))


def _links(figure: go.Figure, seen: Sequence["Step"]) -> None:
    """Lead each bar's end down to the next bar's start."""
    for row, step in enumerate(seen[:-1]):
        figure.add_shape(
            type="line",
            x0=step.after,
            x1=step.after,
            y0=row + BAR_OFFSET,
            y1=row + 1 + BAR_OFFSET,
            line={"color": OUTLINE, "width": 1},
            layer="below",
        )


def _table(players: Sequence[str], seen: Sequence["Step"]) -> pd.DataFrame:
    rows = [
        (place, players[step.player], step.before, step.marginal, step.after)
        for place, step in enumerate(seen, start=1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _alt(players: Sequence[str], seen: Sequence["Step"]) -> str:
    if not seen:
        return "Nobody has arrived; the value is 0."
    parts = [f"{players[step.player]} adds {amount(step.marginal)}" for step in seen]
    return f"In order of arrival: {', '.join(parts)}. The value is {amount(seen[-1].after)}."
