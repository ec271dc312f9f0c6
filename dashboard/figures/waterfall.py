"""The way from no context to all of them: what each adds to the prediction."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from core.records import Context, PredictionGame
from dashboard.figures.drawing import (
    OUTLINE,
    Drawing,
    layout,
    name_row,
    number,
    places_for,
    signed_marker,
    write,
)

ROW_PIXELS = 46
BAR_OFFSET = 0.2  # bars lie under their name
FAINT_OUTLINE = "rgba(125, 135, 150, 0.45)"
NOBODY, EVERYBODY = "no context", "all contexts"


class Step(NamedTuple):
    """One bar of the waterfall: a context, its value, and v before and after it."""

    context: int
    value: float
    start: float
    end: float


def waterfall_chart(game: PredictionGame, contexts: Sequence[Context]) -> Drawing:
    """Draw how the contexts' values lead from v(∅) to v(N) of the prediction game.

    Args:
        game: Played.
        contexts: Of the record.

    Returns:
        One bar per context, largest value first, each starting where the one before it ends; the
        table has one row per step.
    """
    steps = waterfall_steps(game)
    empty, grand = game.coalitions[0].value, game.coalitions[-1].value
    last = len(steps) + 1
    figure = go.Figure()
    figure.add_bar(
        x=[step.value for step in steps],
        base=[step.start for step in steps],
        y=[row + BAR_OFFSET for row in range(1, last)],
        orientation="h",
        width=0.36,
        marker=signed_marker([step.value for step in steps]),
        customdata=[[number(step.end, 4)] for step in steps],
        hovertemplate="φ %{x:+.4f}<br>v so far %{customdata[0]}<extra></extra>",
    )
    figure.add_bar(
        x=[grand],
        y=[last + BAR_OFFSET],
        orientation="h",
        width=0.36,
        marker={"color": OUTLINE, "cornerradius": 3},
        hovertemplate="v(N) %{x:+.4f}<extra></extra>",
    )
    _levels(figure, [empty, *(step.end for step in steps)])
    _names(figure, steps, contexts, empty, grand)
    levels = [empty, grand, *(step.end for step in steps)]
    low, high = min(levels), max(levels)
    span = (high - low) or 1.0
    figure.update_xaxes(
        range=[low - 0.03 * span, high + 0.26 * span],
        zeroline=False,
        showgrid=False,
        nticks=5,
        fixedrange=True,
    )
    figure.update_yaxes(range=[last + 0.55, -0.55], visible=False, fixedrange=True)
    height = 34 + ROW_PIXELS * (last + 1)
    margin = {"l": 4, "r": 4, "t": 4, "b": 26}
    figure.update_layout(layout(height=height, margin=margin, barmode="overlay"))
    return Drawing(figure, _alt(steps, grand), waterfall_table(steps))


def waterfall_steps(game: PredictionGame) -> list[Step]:
    """Return the steps from no context to all of them, largest value first."""
    ranked = sorted(zip(game.shapley_values, game.contexts, strict=True), reverse=True)
    steps, level = [], game.coalitions[0].value
    for value, place in ranked:
        steps.append(Step(place, value, level, level + value))
        level += value
    return steps


def waterfall_table(steps: Sequence[Step]) -> pd.DataFrame:
    """Return one row per step: the context, its value, and v before and after it."""
    rows = [(step.context + 1, step.value, step.start, step.end) for step in steps]
    return pd.DataFrame(rows, columns=["context", "φ", "v before", "v after"])


def _levels(figure: go.Figure, levels: Sequence[float]) -> None:
    """Lead the eye from where one bar ends to where the next one starts."""
    for row, level in enumerate(levels):
        top = row + BAR_OFFSET
        line = {"color": FAINT_OUTLINE, "width": 1}
        figure.add_shape(type="line", x0=level, x1=level, y0=top - 0.18, y1=top + 1.18, line=line)


def _names(
    figure: go.Figure,
    steps: Sequence[Step],
    contexts: Sequence[Context],
    empty: float,
    grand: float,
) -> None:
    places = places_for([*(step.value for step in steps), grand])
    rows = [
        (NOBODY, "v(∅)", empty),
        *((str(step.context + 1), contexts[step.context].text, step.value) for step in steps),
        (EVERYBODY, "v(N)", grand),
    ]
    for row, (name, words, value) in enumerate(rows):
        name_row(figure, row - 0.26, name, words)
        write(figure, 1, row + BAR_OFFSET, number(value, places))


def _alt(steps: Sequence[Step], grand: float) -> str:
    said = ", ".join(f"context {step.context + 1} {number(step.value, 3)}" for step in steps)
    return (
        "Waterfall of the prediction game from no context, 0, to all contexts, "
        f"{number(grand, 3)}: {said}."
    )
