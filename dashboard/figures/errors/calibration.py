"""Whether confidence can be believed, and what is gained by leaving doubtful posts to people."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, SUPPORTS, Drawing, layout
from dashboard.figures.lab.lines import COLOURS

CHART_PIXELS = 320
DASHES = ("solid", "dash", "dot", "dashdot")


class Bin(NamedTuple):
    """Predictions of similar confidence.

    Attributes:
        confidence: Mean of theirs.
        accuracy: Share of them that is right.
        low: Lower end of its interval.
        high: Upper end of its interval.
        units: Number of predictions.
    """

    confidence: float
    accuracy: float
    low: float
    high: float
    units: int


class Curve(NamedTuple):
    """Risk against coverage.

    Attributes:
        coverage: Share of posts kept, rising.
        risk: Share of them that is not right.
    """

    coverage: Sequence[float]
    risk: Sequence[float]


def reliability_chart(bins: Sequence[Bin]) -> Drawing:
    """Draw accuracy against confidence: on the diagonal, confidence can be taken at its word.

    A click on a mark returns its place in `customdata`.

    Args:
        bins: With at least one prediction each, by rising confidence.

    Returns:
        The plot; the table has one row a bin.
    """
    most = max((one.units for one in bins), default=1)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": OUTLINE, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[one.confidence for one in bins],
        y=[one.accuracy for one in bins],
        mode="markers",
        marker={
            "color": SUPPORTS,
            "size": [9 + 13 * (one.units / most) ** 0.5 for one in bins],
            "opacity": 1,
            "line": {"width": 0},
        },
        error_y={
            "array": [max(one.high - one.accuracy, 0) for one in bins],
            "arrayminus": [max(one.accuracy - one.low, 0) for one in bins],
            "color": OUTLINE,
            "thickness": 1.6,
            "width": 4,
        },
        customdata=[[place, one.units] for place, one in enumerate(bins)],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="confidence %{x:.2f}, right %{y:.0%}<br>%{customdata[1]:,} predictions"
        "<extra></extra>",
    )
    _axes(figure, "confidence", "share that is right", [0, 1.02])
    figure.update_layout(layout(height=CHART_PIXELS, margin={"l": 48, "r": 8, "t": 8, "b": 42}))
    said = "; ".join(
        f"confidence {one.confidence:.2f}: {one.accuracy:.2f} right of {one.units:,}"
        for one in bins
    )
    return Drawing(figure, f"Reliability plot. {said}.", pd.DataFrame(bins, columns=Bin._fields))


def coverage_chart(curves: Mapping[str, Curve]) -> Drawing:
    """Draw the share of wrong posts among those kept, when the most doubtful are left out first.

    Args:
        curves: By what the posts are ordered by.

    Returns:
        The lines; the table has one row per curve and tenth of coverage.
    """
    figure = go.Figure()
    for place, (name, curve) in enumerate(curves.items()):
        figure.add_scatter(
            x=list(curve.coverage),
            y=list(curve.risk),
            mode="lines",
            name=name,
            line={"color": COLOURS[place], "width": 2.2, "dash": DASHES[place % len(DASHES)]},
            hovertemplate=f"{name}<br>%{{x:.0%}} kept, %{{y:.1%}} of them not right<extra></extra>",
        )
    top = max((risk for curve in curves.values() for risk in curve.risk), default=1.0)
    _axes(figure, "share of posts kept", "share not right", [0, 1.08 * top or 1])
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    figure.update_layout(
        layout(
            height=CHART_PIXELS,
            margin={"l": 48, "r": 8, "t": 40, "b": 42},
            showlegend=True,
            legend=legend,
        )
    )
    return Drawing(figure, _coverage_alt(curves), coverage_table(curves))


def coverage_table(curves: Mapping[str, Curve]) -> pd.DataFrame:
    """Return the risk of each curve at every tenth of coverage."""
    return pd.DataFrame(
        [
            {"ordered by": name, "kept": tenth / 10, "not right": _risk_at(curve, tenth / 10)}
            for name, curve in curves.items()
            for tenth in range(1, 11)
        ],
        columns=["ordered by", "kept", "not right"],
    )


def _risk_at(curve: Curve, coverage: float) -> float:
    return next(
        (
            risk
            for kept, risk in zip(curve.coverage, curve.risk, strict=True)
            if kept >= coverage - 1e-9
        ),
        curve.risk[-1],
    )


def _coverage_alt(curves: Mapping[str, Curve]) -> str:
    said = "; ".join(
        f"by {name} {_risk_at(curve, 0.5):.0%} of the half kept first"
        for name, curve in curves.items()
    )
    return f"Share of posts not right against the share kept. Not right: {said}."


def _axes(figure: go.Figure, x: str, y: str, values: list[float]) -> None:
    quiet = {"gridcolor": "rgba(125,135,150,0.18)", "zeroline": False, "fixedrange": True}
    for update, words, span in (
        (figure.update_xaxes, x, [0, 1.02]),
        (figure.update_yaxes, y, values),
    ):
        title = {"text": words, "font": {"size": 12}, "standoff": 6}
        update(range=span, tickformat=".0%", title=title, **quiet)
