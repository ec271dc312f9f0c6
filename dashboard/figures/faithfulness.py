"""Deletion and insertion: do contexts with larger values matter more to the prediction?"""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.records import Band, Faithfulness
from dashboard.figures.drawing import OUTLINE, SUPPORTS, Drawing, head_panel, layout, number

HEIGHT_PIXELS = 268
BAND_FILL = "rgba(125, 135, 150, 0.22)"
GAMES = {"prediction": "the prediction", "text": "the text side", "image": "the image side"}


def faithfulness_chart(faithfulness: Faithfulness) -> Drawing:
    """Draw both curves over the band that random orders stay in.

    Args:
        faithfulness: Of one ranking.

    Returns:
        Deletion left, insertion right, on one scale; the table has one row per number of contexts.
    """
    table = faithfulness_table(faithfulness)
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    order = [place + 1 for place in faithfulness.order]
    _curve(figure, 1, faithfulness.deletion, faithfulness.random_deletion)
    _curve(figure, 2, faithfulness.insertion, faithfulness.random_insertion)
    head_panel(figure, 1, "<b>Taken away</b>, best first", "faithful: falls early")
    head_panel(figure, 2, "<b>Given</b>, best first", "faithful: rises early")
    for panel, first, sign in ((1, "all", "−"), (2, "none", "+")):
        figure.update_xaxes(
            tickvals=list(range(len(order) + 1)),
            ticktext=[first, *(f"{sign} {place}" for place in order)],
            row=1,
            col=panel,
        )
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(showgrid=False, zeroline=True, zerolinecolor=OUTLINE, fixedrange=True)
    figure.update_layout(layout(height=HEIGHT_PIXELS, margin={"l": 40, "r": 8, "t": 56, "b": 26}))
    return Drawing(figure, _alt(faithfulness), table)


def faithfulness_table(faithfulness: Faithfulness) -> pd.DataFrame:
    """Return both curves and their bands, one row per number of contexts taken or given."""
    deletion, insertion = faithfulness.random_deletion, faithfulness.random_insertion
    return pd.DataFrame(
        {
            "step": range(len(faithfulness.deletion)),
            "context": ["–", *(str(place + 1) for place in faithfulness.order)],
            "deletion": faithfulness.deletion,
            "random 5 %": deletion.low,
            "random mean": deletion.mean,
            "random 95 %": deletion.high,
            "insertion": faithfulness.insertion,
            "random 5 % ": insertion.low,
            "random mean ": insertion.mean,
            "random 95 % ": insertion.high,
        }
    )


def verdict(faithfulness: Faithfulness) -> str:
    """Return in plain words whether the ranking beats chance."""
    deletion = _beats(faithfulness.deletion, faithfulness.random_deletion, -1)
    insertion = _beats(faithfulness.insertion, faithfulness.random_insertion, 1)
    ranking = f"Ranking the contexts by {GAMES[faithfulness.by]}"
    if len(faithfulness.order) < 2:
        return "With a single context there is nothing to rank, so nothing to be faithful about."
    if deletion > 0 and insertion > 0:
        return f"{ranking} predicts better than chance what matters."
    if deletion < 0 and insertion < 0:
        return f"{ranking} does worse than chance at saying what matters."
    if deletion == insertion == 0:
        return f"{ranking} does as well as chance."
    return f"{ranking} does no better than chance in one of the two curves."


def _beats(curve: Sequence[float], band: Band, better: int) -> int:
    """Return 1 where the curve's mean is on the better side of random orders' mean, -1, or 0."""
    gap = better * (sum(curve) - sum(band.mean)) / len(curve)
    return 0 if abs(gap) < 1e-6 else 1 if gap > 0 else -1


def _curve(figure: go.Figure, panel: int, curve: Sequence[float], band: Band) -> None:
    steps = list(range(len(curve)))
    edge = {"width": 0}
    figure.add_scatter(
        x=steps, y=band.low, mode="lines", line=edge, hoverinfo="skip", row=1, col=panel
    )
    figure.add_scatter(
        x=steps,
        y=band.high,
        name="random orders, 5–95 %",
        mode="lines",
        line=edge,
        fill="tonexty",
        fillcolor=BAND_FILL,
        hoverinfo="skip",
        row=1,
        col=panel,
    )
    figure.add_scatter(
        x=steps,
        y=band.mean,
        name="random orders, mean",
        mode="lines",
        line={"color": OUTLINE, "width": 1.5, "dash": "dash"},
        hovertemplate="random orders %{y:+.4f}<extra></extra>",
        row=1,
        col=panel,
    )
    figure.add_scatter(
        x=steps,
        y=list(curve),
        name="this ranking",
        mode="lines+markers",
        line={"color": SUPPORTS, "width": 2.5},
        marker={"size": 8},
        hovertemplate="v %{y:+.4f}<extra></extra>",
        row=1,
        col=panel,
    )


def _alt(faithfulness: Faithfulness) -> str:
    def said(curve: Sequence[float]) -> str:
        return ", ".join(number(value, 3) for value in curve)

    return (
        f"Value of the prediction game, contexts ranked by {GAMES[faithfulness.by]}. Taken away "
        f"best first: {said(faithfulness.deletion)}; given best first: "
        f"{said(faithfulness.insertion)}. {verdict(faithfulness)}"
    )
