"""The confusion matrix: what people say against what the model says, with *none* on both sides."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing, layout, plain, shorten

CELL_PIXELS = 44
SMALL_PIXELS = 26
MOST_WRITTEN = 10  # labels; with more, cells are too small for numbers
LABEL_CHARACTERS = 18
# Paler than elsewhere: numbers are written on it.
SCALE = [
    [0.0, "rgba(210, 105, 30, 0.75)"],
    [0.5, "rgba(125, 135, 150, 0.05)"],
    [1.0, "rgba(43, 108, 186, 0.6)"],
]


def confusion_chart(matrix: pd.DataFrame, chosen: tuple[str, str] | None = None) -> Drawing:
    """Draw the matrix: blue on the diagonal, orange off it, as dark as the share of its row.

    A click on a cell returns gold and predicted label in `customdata`: a map of colours gives no
    clicks, so squares that nobody sees lie on it.

    Args:
        matrix: Counts, gold labels as rows and predicted labels as columns.
        chosen: Gold and predicted label of the cell that is selected.

    Returns:
        The map; the table is the matrix.
    """
    rows, columns = [str(name) for name in matrix.index], [str(name) for name in matrix.columns]
    figure = go.Figure(_map(matrix, rows, columns))
    figure.add_trace(_targets(matrix, rows, columns))
    if max(len(rows), len(columns)) <= MOST_WRITTEN:
        _write(figure, matrix)
    if chosen and chosen[0] in rows and chosen[1] in columns:
        y, x = rows.index(chosen[0]), columns.index(chosen[1])
        box = {"x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5}
        figure.add_shape(type="rect", line={"color": OUTLINE, "width": 3}, **box)
    small = len(rows) > MOST_WRITTEN
    _axes(figure, rows, columns)
    height = 96 + (SMALL_PIXELS if small else CELL_PIXELS) * len(rows)
    margin = {"l": 112 if small else 64, "r": 4, "t": 90 if small else 44, "b": 4}
    figure.update_layout(layout(height=height + (50 if small else 0), margin=margin))
    return Drawing(figure, _alt(matrix), matrix)


def confusions(matrix: pd.DataFrame) -> list[tuple[int, str, str]]:
    """Return count, gold and predicted label of every cell off the diagonal, largest first."""
    found = [
        (int(count), str(gold), str(predicted))
        for gold, line in zip(matrix.index, matrix.to_numpy().tolist(), strict=True)
        for predicted, count in zip(matrix.columns, line, strict=True)
        if gold != predicted and count
    ]
    return sorted(found, key=lambda cell: (-cell[0], cell[1:]))


def _map(matrix: pd.DataFrame, rows: list[str], columns: list[str]) -> go.Heatmap:
    shares = matrix.div(matrix.sum(axis=1).clip(lower=1), axis=0)
    signed = [
        [
            share if gold == predicted else -share
            for predicted, share in zip(columns, line, strict=True)
        ]
        for gold, line in zip(rows, shares.to_numpy().tolist(), strict=True)
    ]
    return go.Heatmap(
        z=signed,
        zmin=-1,
        zmax=1,
        colorscale=SCALE,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )


def _targets(matrix: pd.DataFrame, rows: list[str], columns: list[str]) -> go.Scatter:
    counts = matrix.to_numpy().tolist()
    cells = [(y, x) for y in range(len(rows)) for x in range(len(columns))]
    small = len(rows) > MOST_WRITTEN
    invisible = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=[x for _, x in cells],
        y=[y for y, _ in cells],
        mode="markers",
        marker={
            "symbol": "square",
            "size": (SMALL_PIXELS if small else CELL_PIXELS) - 4,
            "opacity": 0,
        },
        selected=invisible,
        unselected=invisible,
        customdata=[[rows[y], columns[x], counts[y][x]] for y, x in cells],
        text=[f"gold {plain(rows[y])} → predicted {plain(columns[x])}" for y, x in cells],
        hovertemplate="%{text}<br>%{customdata[2]:,}<extra></extra>",
    )


def _write(figure: go.Figure, matrix: pd.DataFrame) -> None:
    for y, line in enumerate(matrix.to_numpy().tolist()):
        for x, count in enumerate(line):
            if count:
                figure.add_annotation(
                    x=x, y=y, text=f"{int(count):,}", showarrow=False, font={"size": 13}
                )


def _axes(figure: go.Figure, rows: list[str], columns: list[str]) -> None:
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=[plain(shorten(name, LABEL_CHARACTERS)) for name in columns],
        tickangle=-90 if len(columns) > MOST_WRITTEN else 0,
        range=[-0.5, len(columns) - 0.5],
        side="top",
        title={"text": "predicted", "font": {"size": 12}, "standoff": 6},
        **quiet,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[plain(shorten(name, LABEL_CHARACTERS)) for name in rows],
        range=[len(rows) - 0.5, -0.5],
        title={"text": "gold", "font": {"size": 12}, "standoff": 6},
        **quiet,
    )


def _alt(matrix: pd.DataFrame) -> str:
    most = "; ".join(
        f"gold {gold} predicted {predicted} {count}"
        for count, gold, predicted in confusions(matrix)[:3]
    )
    size = f"{len(matrix.index)} by {len(matrix.columns)}"
    return f"Confusion matrix, {size}. Most frequent confusions: {most or 'none'}."
