"""A drawing for a room: the same, with larger words, bars and marks."""

import plotly.graph_objects as go

from dashboard.figures.drawing import Drawing

FONT_PIXELS = 12  # of words that name no size


def enlarge(drawing: Drawing, factor: float) -> Drawing:
    """Return the drawing with everything that is measured in pixels larger.

    Args:
        drawing: Of a figure with a height of its own.
        factor: Above 1 is larger.
    """
    figure = go.Figure(drawing.figure)
    layout = figure.layout
    margin = {side: factor * (layout.margin[side] or 0) for side in ("l", "r", "t", "b")}
    figure.update_layout(
        height=factor * layout.height,
        margin=margin,
        font={"size": factor * FONT_PIXELS},
        legend={"font": {"size": factor * (layout.legend.font.size or FONT_PIXELS)}},
    )
    for annotation in figure.layout.annotations:
        annotation.font.size = factor * (annotation.font.size or FONT_PIXELS)
    figure.for_each_xaxis(lambda axis: _grow(axis, factor))
    figure.for_each_yaxis(lambda axis: _grow(axis, factor))
    for trace in figure.select_traces("scatter"):
        if isinstance(trace.marker.size, int | float):
            trace.marker.size *= factor
    return drawing._replace(figure=figure)


def _grow(axis: "go.layout.XAxis | go.layout.YAxis", factor: float) -> None:
    axis.title.font.size = factor * (axis.title.font.size or FONT_PIXELS)
    axis.tickfont.size = factor * (axis.tickfont.size or FONT_PIXELS)
