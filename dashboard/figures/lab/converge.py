"""Estimators compared: their error and their ranking, averaged over repeats."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing
from dashboard.figures.lab.lines import COLOURS, SYMBOLS, add_legend, axis_title, quiet_axes

if TYPE_CHECKING:
    from core.lab.converge import Point

FLOOR = 1e-12  # an error below it is rounding, and a logarithm needs something


def frame(points: Iterable["Point"]) -> pd.DataFrame:
    """Return one row per estimate, in the order they came."""
    rows = [
        (
            point.estimator,
            point.repeat,
            point.evaluations,
            point.rmse,
            point.kendall_tau,
            point.stopped,
        )
        for point in points
    ]
    columns = ["estimator", "repeat", "evaluations", "rmse", "tau", "stopped"]
    return pd.DataFrame(rows, columns=columns)


def over_repeats(points: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column averaged over the repeats: one row per evaluations, one column per estimator.

    Errors are averaged as squares. A repeat that a rule has ended keeps its last value; one that
    still runs counts as far as it has come.
    """
    if points.empty:
        return pd.DataFrame()
    wide = points.pivot(index="evaluations", columns=["estimator", "repeat"], values=column)
    # None becomes NaN: a ranking that is all ties has no τ.
    wide = wide.astype(float) ** (2 if column == "rmse" else 1)
    known = wide.notna()
    ended = points.groupby(["estimator", "repeat"], sort=False)["stopped"].last() != ""
    counted = wide.ffill().where(known | ended.reindex(wide.columns).to_numpy())
    asked = known.T.groupby(level="estimator", sort=False).any().T
    averaged = counted.T.groupby(level="estimator", sort=False).mean().T.where(asked)
    return averaged**0.5 if column == "rmse" else averaged


def error_chart(points: pd.DataFrame, names: Mapping[str, str]) -> Drawing:
    """Draw the error of each estimator against its evaluations, on logarithmic scales.

    Args:
        points: Of `frame`.
        names: Of the estimators, in words.

    Returns:
        The chart with a guide that falls as m^-1/2; the table has one column per estimator.
    """
    table = over_repeats(points, "rmse").clip(lower=FLOOR)
    figure = _lines(table, names)
    if not table.empty:
        start, end = float(table.index[0]), float(table.index[-1])
        first = float(table.iloc[0].max())
        figure.add_scatter(
            x=[start, end],
            y=[first, first * (start / end) ** 0.5],
            mode="lines",
            line={"color": OUTLINE, "width": 1.4, "dash": "dot"},
            name="m<sup>−1/2</sup>",
            hoverinfo="skip",
        )
    quiet_axes(figure, None)
    figure.update_xaxes(type="log", title=axis_title("evaluations m"), **_ticks(table.index))
    figure.update_yaxes(type="log", nticks=6, exponentformat="power")
    add_legend(figure)
    return Drawing(figure, _lines_alt("Error", table, names), table)


def rank_chart(points: pd.DataFrame, names: Mapping[str, str]) -> Drawing:
    """Draw how well each estimator ranks the players: Kendall τ with the exact ranking."""
    table = over_repeats(points.dropna(subset=["tau"]), "tau")
    figure = _lines(table, names)
    quiet_axes(figure, [min(-0.05, float(table.min().min()) if not table.empty else 0.0), 1.05])
    if table.empty and len(points):
        figure.add_annotation(
            text="No ranking to compare: all exact values are equal.",
            xref="paper",
            yref="paper",
            x=0.5,
            y=0.5,
            showarrow=False,
        )
    figure.add_hline(y=1, line={"color": OUTLINE, "width": 1.2, "dash": "dash"})
    figure.update_xaxes(type="log", title=axis_title("evaluations m"), **_ticks(table.index))
    add_legend(figure)
    return Drawing(figure, _lines_alt("Kendall τ", table, names), table)


def _lines(table: pd.DataFrame, names: Mapping[str, str]) -> go.Figure:
    figure = go.Figure()
    order = list(names)
    for estimator in table.columns:
        place = order.index(str(estimator))
        own = table[estimator].dropna()
        figure.add_scatter(
            x=own.index,
            y=own,
            mode="lines+markers",
            name=names[str(estimator)],
            line={"color": COLOURS[place], "width": 2},
            marker={"symbol": SYMBOLS[place], "size": 7},
            hovertemplate=f"{names[str(estimator)]}<br>%{{y:.3g}} after %{{x}}<extra></extra>",
        )
    return figure


def _ticks(evaluations: Iterable[int]) -> dict[str, list[int]]:
    """Return 1, 2 and 5 times the powers of ten that lie within."""
    asked = list(evaluations)
    every = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    return {"tickvals": [tick for tick in every if asked and asked[0] <= tick <= asked[-1]]}


def _lines_alt(what: str, table: pd.DataFrame, names: Mapping[str, str]) -> str:
    parts = []
    for estimator in table.columns:
        own = table[estimator].dropna()
        if len(own):
            parts.append(
                f"{names[str(estimator)]} {own.iloc[0]:.3g} after {own.index[0]} evaluations, "
                f"{own.iloc[-1]:.3g} after {own.index[-1]}"
            )
    return f"{what} by evaluations: {'; '.join(parts)}." if parts else f"{what}: nothing yet."
