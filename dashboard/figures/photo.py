"""The photo, plain or under a veil that lifts where a region has a high value."""

import base64
import io

import pandas as pd
import plotly.graph_objects as go
from PIL import Image

from dashboard.figures.drawing import Drawing, layout

LONGEST_SIDE = 640  # pixels; twice the width of the card
WIDTH_PIXELS = 340  # about that of the card; the height follows the photo
HIGHEST_PIXELS = 440
VEIL = [[0.0, "rgba(10, 16, 28, 0.82)"], [1.0, "rgba(10, 16, 28, 0)"]]
TINT = [
    [0.0, "rgba(226, 106, 18, 0.85)"],
    [0.5, "rgba(125, 135, 150, 0)"],
    [1.0, "rgba(28, 98, 190, 0.85)"],
]


def photo_chart(
    pixels: Image.Image, regions: list[list[float]], quantity: str, *, signed: bool = False
) -> Drawing:
    """Draw a photo with one value per region: bright where it is high, veiled where it is low.

    Args:
        pixels: The photo, RGB.
        regions: Values, rows of the grid from the top; every row as long.
        quantity: What the values are, such as "gate".
        signed: Values may be negative: tinted blue above zero, orange below, clear at zero.

    Returns:
        The photo under its veil; the table has one row per row of the grid.
    """
    rows, columns = len(regions), len(regions[0])
    table = region_table(regions)
    largest = max(float(table.abs().to_numpy().max()), 1e-9)
    figure = go.Figure(
        go.Heatmap(
            z=regions,
            x=[(column + 0.5) / columns for column in range(columns)],
            y=[(row + 0.5) / rows for row in range(rows)],
            colorscale=TINT if signed else VEIL,
            zmin=-largest if signed else None,
            zmax=largest if signed else None,
            showscale=False,
            customdata=[
                [f"row {row + 1}, column {column + 1}" for column in range(columns)]
                for row in range(rows)
            ],
            hovertemplate=f"%{{customdata}}<br>{quantity} %{{z:.3f}}<extra></extra>",
        )
    )
    figure.add_layout_image(
        source=data_uri(pixels),
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=1,
        sizey=1,
        sizing="stretch",
        layer="below",
    )
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[0, 1], constrain="domain", **hidden)
    figure.update_yaxes(
        range=[1, 0],
        scaleanchor="x",
        scaleratio=pixels.height / pixels.width,
        constrain="domain",
        **hidden,
    )
    figure.update_layout(layout(height=_height(pixels), margin={"l": 0, "r": 0, "t": 0, "b": 0}))
    return Drawing(figure, _alt(table, quantity), table)


def _height(pixels: Image.Image) -> int:
    return min(HIGHEST_PIXELS, max(120, round(WIDTH_PIXELS * pixels.height / pixels.width)))


def region_table(regions: list[list[float]]) -> pd.DataFrame:
    """Return the values of the regions with the rows and columns of the grid named."""
    return pd.DataFrame(
        regions,
        index=pd.Index([f"row {row + 1}" for row in range(len(regions))]),
        columns=pd.Index([f"column {column + 1}" for column in range(len(regions[0]))]),
    )


def data_uri(pixels: Image.Image) -> str:
    """Return the photo as a JPEG small enough to travel inside the page."""
    small = pixels.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _alt(table: pd.DataFrame, quantity: str) -> str:
    values = table.to_numpy()  # (rows, columns)
    row, column = divmod(int(values.argmax()), values.shape[1])
    return (
        f"The photo with the {quantity} of each of its {values.size} regions, from "
        f"{values.min():.3f} to {values.max():.3f}; highest in row {row + 1}, column {column + 1}."
    )
