"""One value per player as bars, with a tick where another rule would end."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing, layout, name_row, signed_marker, write

ROW_PIXELS = 46
BAR_OFFSET = 0.2  # bars lie under their name
QUIET_AXIS = {"zeroline": False, "showgrid": False, "nticks": 5, "fixedrange": True}


def amount(value: float, *, signed: bool = True) -> str:
    """Return a value of a game with a real minus sign: two places, three when it is small.

    Example:
        >>> amount(12.5), amount(-0.25), amount(3, signed=False), amount(-1e-17)
        ('+12.50', '−0.250', '3.00', '0')
    """
    rounded = round(value, 2 if abs(value) >= 1 else 3)
    if rounded == 0:
        return "0"
    places = 2 if abs(rounded) >= 1 else 3
    return f"{rounded:{'+' if signed else ''}.{places}f}".replace("-", "−")


def residual_words(residual: float) -> str:
    """Return how far values miss what they should add up to: 0, or its order of magnitude."""
    return f"{residual:.0e}".replace("-", "−") if residual else "0"


def values_chart(
    players: Sequence[str],
    values: Sequence[float],
    *,
    name: str = "φ",
    ticks: Sequence[float] | None = None,
    tick_name: str = "",
) -> Drawing:
    """Draw what each player gets.

    Args:
        players: One label each.
        values: In units of the game, one per player.
        name: What the values are called.
        ticks: The same by another rule, marked at each bar.
        tick_name: What the ticks are called.

    Returns:
        Bars from zero, one row per player; the table has the same rows.
    """
    rows = [row + BAR_OFFSET for row in range(len(players))]
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=rows,
            orientation="h",
            width=0.36,
            marker=signed_marker(values),
            hovertemplate=f"{name} %{{x:+.4f}}<extra></extra>",
        )
    )
    mark(figure, [0.0] * len(rows), rows, "zero", 1.0)
    if ticks is not None:
        mark(figure, ticks, rows, tick_name, 2.4)
    for row, (player, value) in enumerate(zip(players, values, strict=True)):
        name_row(figure, row - 0.24, str(row + 1), player)
        write(figure, 1, row + BAR_OFFSET, amount(value))
    figure.update_xaxes(range=span([*values, *(ticks or ())]), **QUIET_AXIS)
    figure.update_yaxes(range=[max(len(players), 2) - 0.45, -0.5], visible=False, fixedrange=True)
    height = 34 + ROW_PIXELS * max(len(players), 2)
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 4, "b": 26}))
    table = pd.DataFrame({"player": list(players), name: list(values)})
    if ticks is not None:
        table[tick_name] = list(ticks)
    return Drawing(figure, _alt(players, values, name), table)


def mark(
    figure: go.Figure, values: Sequence[float], rows: Sequence[float], name: str, width: float
) -> None:
    """Draw a tick at each bar, short enough not to cross the names."""
    figure.add_scatter(
        x=list(values),
        y=list(rows),
        mode="markers",
        name=name,
        marker={"symbol": "line-ns", "size": 18, "line": {"width": width, "color": OUTLINE}},
        hovertemplate=f"{name} %{{x:+.4f}}<extra></extra>",
    )


def span(values: Sequence[float], *, room: float = 0.24) -> list[float]:
    """Return a range that holds zero and all values, with room for numbers at the right."""
    low, high = min([0.0, *values]), max([0.0, *values])
    width = (high - low) or 1.0
    return [low - 0.04 * width, high + room * width]


def _alt(players: Sequence[str], values: Sequence[float], name: str) -> str:
    parts = [f"{player} {amount(value)}" for player, value in zip(players, values, strict=True)]
    return f"{name} of each player: {', '.join(parts)}."
