"""The picture of error against time: one symbol per method, both axes logarithmic."""

from pathlib import Path
from typing import NamedTuple

import plotly.graph_objects as go

from benchmarks.picture import FONT, GRID, INK, save_picture
from benchmarks.shapley.methods import DEFAULT_SAMPLING, Family
from benchmarks.shapley.report import Row, ShapleyReport
from core.errors import InputError

PLAYERS, TEMPERATURE = 32, 0.1
WIDTH, HEIGHT = 800, 520


class _Look(NamedTuple):
    """How a method is drawn."""

    label: str
    symbol: str
    place: str = "middle right"


# Okabe and Ito's, which the colour-blind tell apart.
_COLOURS: dict[Family, str] = {
    "plain": "#000000",
    "sampled": "#0072B2",
    "exact": "#D55E00",
    "library": "#009E73",
}
_FAMILIES: dict[Family, str] = {
    "plain": "plain sampling, 64 orders",
    "sampled": "ours, 64 orders",
    "exact": "ours, exact, tolerance asked for",
    "library": "other libraries, as many values",
}
_LOOKS = {
    "plain sampling": _Look("plain", "circle", "middle left"),
    "antithetic": _Look("antithetic", "diamond", "top center"),
    "rotated": _Look("rotated", "square"),
    "shift": _Look("shift", "triangle-up"),
    DEFAULT_SAMPLING: _Look("antithetic, first place exact", "star", "bottom right"),
    "kernel": _Look("kernel regression", "diamond-tall"),
    "exact, 1e-3": _Look("1e-3", "triangle-down"),
    "exact, 1e-4": _Look("1e-4", "hexagon"),
    "exact, 1e-6": _Look("1e-6", "pentagon"),
    "captum ShapleyValueSampling": _Look("captum sampling", "cross", "bottom left"),
    "shap PermutationExplainer": _Look("shap permutation", "x", "top center"),
    "shap KernelExplainer": _Look("shap kernel", "hourglass", "top center"),
    "shapiq PermutationSamplingSV": _Look("shapiq permutation", "bowtie", "bottom center"),
    "shapiq KernelSHAP": _Look("shapiq kernel", "star-diamond", "top center"),
}


def plotted_rows(rows: list[Row]) -> list[Row]:
    """Return the rows that the picture shows: one problem, known methods, an error above 0."""
    return [
        row
        for row in rows
        if row.game == "softmax_mean"
        and (row.players, row.temperature) == (PLAYERS, TEMPERATURE)
        and row.method in _LOOKS
        and row.nmse > 0
    ]


def draw_errors(report: ShapleyReport) -> go.Figure:
    """Return the picture of a report.

    Raises:
        InputError: The report has no row of the problem shown.
    """
    rows = plotted_rows(report.rows)
    if not rows:
        raise InputError(
            f"the report has no rows of n = T = {PLAYERS} at temperature {TEMPERATURE}, so there "
            "is nothing to plot"
        )
    figure = go.Figure()
    for family, legend in _FAMILIES.items():
        members = [row for row in rows if row.family == family]
        looks = [_LOOKS[row.method] for row in members]
        figure.add_scatter(
            x=[row.forward_ratio for row in members],
            y=[row.nmse for row in members],
            name=legend,
            mode="markers+text",
            marker={
                "symbol": [look.symbol for look in looks],
                "color": _COLOURS[family],
                "size": 13,
                "line": {"color": "white", "width": 1},
            },
            text=[f" {look.label} " for look in looks],
            textposition=[look.place for look in looks],
            textfont={"color": _COLOURS[family]},
        )
    _lay_out(figure, report)
    return figure


def save_plot(report: ShapleyReport, path: Path) -> None:
    """Write the picture of a report as PNG.

    Raises:
        InputError: There is nothing to plot, no browser to draw it, or the path cannot be used.
    """
    save_picture(draw_errors(report), path)


def _lay_out(figure: go.Figure, report: ShapleyReport) -> None:
    axis = {
        "type": "log",
        "exponentformat": "power",
        "dtick": 1,
        "gridcolor": GRID,
        "linecolor": INK,
        "ticks": "outside",
        "zeroline": False,
    }
    machine = report.machine
    figure.update_layout(
        width=WIDTH,
        height=HEIGHT,
        template="plotly_white",
        font=FONT,
        margin={"l": 70, "r": 20, "t": 76, "b": 62},
        title={
            "text": f"Shapley values of {PLAYERS} contexts towards {PLAYERS} targets"
            f"<br><sup>softmax mean, temperature {TEMPERATURE:g}; {machine.processor}, "
            f"{machine.threads} thread, torch {machine.torch}, {report.date}</sup>",
            "x": 0.01,
            "font": {"size": 17},
        },
        legend={
            "x": 0.99,
            "y": 0.03,
            "xanchor": "right",
            "yanchor": "bottom",
            "bgcolor": "rgba(255,255,255,0.85)",
        },
        xaxis={**axis, "title": "time / time of plain sampling", "range": [-0.4, 4.6]},
        yaxis={**axis, "title": "mean square error / variance", "dtick": 2},
    )
