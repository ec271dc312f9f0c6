"""Pairs of contexts: which say the same thing, and which only help together."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from core.records import Explanation, PredictionGame
from dashboard.figures.drawing import Drawing, layout, number, places_for

CELL_PIXELS = 46
MOST_WRITTEN = 6  # players; with more, cells are too small for numbers
# Paler than elsewhere: numbers are written on it.
SCALE = [
    [0.0, "rgba(210, 105, 30, 0.6)"],
    [0.5, "rgba(125, 135, 150, 0.05)"],
    [1.0, "rgba(43, 108, 186, 0.6)"],
]


class Pairs(NamedTuple):
    """The pairwise interactions of one game.

    Attributes:
        game: "prediction", "text side" or "image side".
        contexts: The players, as indices into Record.contexts.
        matrix: Shapley interaction index, symmetric, (n, n).
        noun: What the players are.
    """

    game: str
    contexts: Sequence[int]
    matrix: Sequence[Sequence[float]]
    noun: str = "contexts"


def all_pairs(explanation: Explanation) -> list[Pairs]:
    """Return the interactions of every game that was played."""
    played = []
    game = explanation.prediction
    if isinstance(game, PredictionGame):
        played.append(Pairs("prediction", game.contexts, game.interactions))
    played += [
        Pairs(f"{own.side} side", own.contexts, own.interactions) for own in explanation.own_games
    ]
    return played


def interaction_chart(pairs: Pairs) -> Drawing:
    """Draw one game's map: blue where two contexts help each other, orange where they repeat.

    Args:
        pairs: Of at least two contexts.

    Returns:
        A square map with an empty diagonal; the table has one row and one column per context.
    """
    table = interaction_table(pairs)
    size = len(pairs.contexts)
    cells = [
        [None if row == column else pairs.matrix[row][column] for column in range(size)]
        for row in range(size)
    ]
    largest = max((abs(value) for row in pairs.matrix for value in row), default=0.0) or 1e-9
    names = [f"<b>{place + 1}</b>" for place in pairs.contexts]
    numbers = [place + 1 for place in pairs.contexts]
    figure = go.Figure(
        go.Heatmap(
            z=cells,
            zmin=-largest,
            zmax=largest,
            colorscale=SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=[[f"{one} and {other}" for other in numbers] for one in numbers],
            hovertemplate=pairs.noun + " %{customdata}<br>%{z:+.4f}<extra></extra>",
            hoverongaps=False,
        )
    )
    if size <= MOST_WRITTEN:
        _write_cells(figure, pairs)
    axis = {
        "tickvals": list(range(size)),
        "ticktext": names,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "constrain": "domain",
    }
    figure.update_xaxes(side="top", range=[-0.5, size - 0.5], **axis)
    figure.update_yaxes(range=[size - 0.5, -0.5], scaleanchor="x", **axis)
    height = 30 + CELL_PIXELS * max(size, 3)
    figure.update_layout(layout(height=height, margin={"l": 22, "r": 4, "t": 24, "b": 4}))
    return Drawing(figure, f"{size} by {size} map. {strongest(pairs)}", table)


def interaction_table(pairs: Pairs) -> pd.DataFrame:
    """Return the map's numbers, contexts named by their numbers."""
    names = pd.Index([str(place + 1) for place in pairs.contexts], name="context")
    return pd.DataFrame(pairs.matrix, index=names, columns=names)


def strongest(pairs: Pairs) -> str:
    """Return a sentence that names the strongest synergy and the strongest redundancy."""
    found = [
        (pairs.matrix[one][other], pairs.contexts[one] + 1, pairs.contexts[other] + 1)
        for one, other in combinations(range(len(pairs.contexts)), 2)
    ]
    places = places_for(value for value, _, _ in found)
    said = []
    for (value, one, other), word, sign in (
        (max(found), "help each other most", 1),
        (min(found), "repeat each other most", -1),
    ):
        if value * sign > 10**-places / 2:
            more = "more" if sign > 0 else "less"
            said.append(
                f"{pairs.noun.capitalize()} {one} and {other} {word}: together they are worth "
                f"{abs(value):.{places}f} {more} than the sum of both."
            )
    return " ".join(said) or (
        f"No two {pairs.noun} interact: each adds its own value, whoever is there."
    )


def _write_cells(figure: go.Figure, pairs: Pairs) -> None:
    places = places_for(value for row in pairs.matrix for value in row)
    for row, values in enumerate(pairs.matrix):
        for column, value in enumerate(values):
            if row != column:
                figure.add_annotation(
                    x=column,
                    y=row,
                    text=number(value, places),
                    showarrow=False,
                    font={"size": 12},
                )
