"""Plotly figures as PNG files, drawn by an installed browser."""

from pathlib import Path

import plotly.graph_objects as go

from benchmarks.browser import open_page
from core.errors import InputError

INK, GRID = "#1b1b1b", "#e3e3e3"
FONT = {"size": 14, "color": INK, "family": "Helvetica, Arial, sans-serif"}
_SCALE = 2


def check_picture(path: Path) -> None:
    """Raise InputError unless a picture can be written there."""
    if path.suffix.lower() != ".png":
        raise InputError(f"{path}: the picture is a PNG, so let its name end in .png")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder to write the picture to")


def save_picture(figure: go.Figure, path: Path) -> None:
    """Write a figure whose layout says its width and height, at twice its size in pixels.

    Raises:
        InputError: There is no browser to draw it, or the path cannot be used.
    """
    check_picture(path)
    width, height = int(figure.layout.width), int(figure.layout.height)
    with open_page(width, height, scale=_SCALE) as page:
        page.set_content(figure.to_html(config={"staticPlot": True}))
        # A thin mark has no area, and counts as hidden.
        page.wait_for_selector(".main-svg .scatterlayer .point", state="attached")
        page.locator(".plotly-graph-div").screenshot(path=path)
