"""What the lab's line charts share: a colour and a mark per estimator, quiet axes, a legend."""

import plotly.graph_objects as go

from dashboard.figures.drawing import layout

# Told apart for every kind of colour blindness, 3:1 on both pages; marks say it again.
COLOURS = ("#3b78c2", "#d2691e", "#1f9478", "#b0589a", "#8a7a1f")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
CHART_PIXELS = 300


def quiet_axes(figure: go.Figure, values: list[float] | None) -> None:
    """Give both axes a faint grid, and the values' axis its range; None fits the data."""
    quiet = {"showgrid": True, "gridcolor": "rgba(125,135,150,0.18)", "zeroline": False}
    figure.update_xaxes(fixedrange=True, **quiet)
    figure.update_yaxes(fixedrange=True, range=values, **quiet)


def axis_title(words: str) -> dict[str, object]:
    """Return the title of an axis."""
    return {"text": words, "font": {"size": 12}, "standoff": 6}


def add_legend(figure: go.Figure) -> None:
    """Give a chart its height, its margins, and a legend above."""
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    margin = {"l": 44, "r": 10, "t": 46, "b": 42}
    figure.update_layout(layout(height=CHART_PIXELS, margin=margin, showlegend=True, legend=legend))
