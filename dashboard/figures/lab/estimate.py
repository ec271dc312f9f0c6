"""One player's value on its way to the exact one: estimates with their 95 % bands."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing
from dashboard.figures.lab.lines import COLOURS, SYMBOLS, add_legend, axis_title, quiet_axes
from dashboard.figures.lab.values import amount

if TYPE_CHECKING:
    from core.lab.converge import Point

BAND = 1.96  # standard errors on each side hold 95 %
BAND_NAME = "95 % band"


def estimate_chart(
    points: Sequence["Point"], player: int, exact: float, budget: int, names: Mapping[str, str]
) -> Drawing:
    """Draw how one player's value is found: an estimate with its 95 % band per estimator.

    Args:
        points: Of one repeat of each estimator, as far as it has come.
        player: Whose value.
        exact: The exact value, drawn dashed.
        budget: Evaluations at the right end.
        names: Of the estimators, in words.

    Returns:
        The chart; its table has one row per estimate.
    """
    table = _estimates(points, player)
    figure = go.Figure()
    for estimator, own in table.groupby("estimator", sort=False):
        place = list(names).index(str(estimator))
        known = own.dropna()
        _band(figure, known, COLOURS[place])
        figure.add_scatter(
            x=own["evaluations"],
            y=own["estimate"],
            mode="lines+markers",
            line={"color": COLOURS[place], "width": 2},
            marker={"symbol": SYMBOLS[place], "size": 5},
            name=names[str(estimator)],
            hovertemplate=f"{names[str(estimator)]}<br>%{{y:+.4f}} after %{{x}}<extra></extra>",
        )
    figure.add_hline(y=exact, line={"color": OUTLINE, "width": 2, "dash": "dash"})
    figure.add_annotation(
        xref="x domain",
        x=1,
        xanchor="right",
        y=exact,
        yanchor="bottom",
        text=f"exact {amount(exact)}",
        showarrow=False,
        font={"size": 12},
    )
    quiet_axes(figure, _window(table, exact, budget))
    figure.update_xaxes(range=[0, budget * 1.01], title=axis_title("evaluations of v(S)"))
    add_legend(figure)
    return Drawing(figure, _estimate_alt(table, exact, names), table)


def _band(figure: go.Figure, known: pd.DataFrame, colour: str) -> None:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    upper, lower = (known["estimate"] + sign * known["± 95 %"] for sign in (1, -1))
    figure.add_scatter(
        x=[*known["evaluations"], *known["evaluations"][::-1]],
        y=[*upper, *lower[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.18)",
        hoverinfo="skip",
        name=BAND_NAME,
        showlegend=False,
    )


def _window(table: pd.DataFrame, exact: float, budget: int) -> list[float]:
    """Return what to show of the values: the wild first tenth does not set the scale."""
    later = table[table["evaluations"] >= budget / 10]
    seen = later if len(later) else table
    far = (seen["estimate"] - exact).abs() + seen["± 95 %"].fillna(0.0)
    room = 1.1 * float(far.max()) if len(far) else 0.0
    room = room or abs(exact) / 2 or 1.0
    return [exact - room, exact + room]


def _estimates(points: Sequence["Point"], player: int) -> pd.DataFrame:
    rows = [
        (
            point.estimator,
            point.evaluations,
            point.values[player],
            BAND * point.standard_error[player] if point.standard_error else float("nan"),
        )
        for point in points
    ]
    return pd.DataFrame(rows, columns=["estimator", "evaluations", "estimate", "± 95 %"])


def _estimate_alt(table: pd.DataFrame, exact: float, names: Mapping[str, str]) -> str:
    parts = [
        f"{names[str(estimator)]} {amount(own['estimate'].iloc[-1])} after "
        f"{own['evaluations'].iloc[-1]} evaluations"
        for estimator, own in table.groupby("estimator", sort=False)
    ]
    return f"Exact value {amount(exact)}. Estimates: {'; '.join(parts) or 'none yet'}."
