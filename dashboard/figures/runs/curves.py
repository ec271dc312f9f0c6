"""One quantity of a training by step or by epoch, one line per run."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing, layout, plain
from dashboard.figures.lab.lines import COLOURS, SYMBOLS, axis_title, quiet_axes

CURVE_PIXELS = 190
SCORE_PIXELS = 270
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # by place, beside the colour
EARLY_STOP = "early stop"
MOST_LINES = 40
FAINT = 0.25  # how strongly what is not smoothed shows through
MARGIN = {"l": 46, "r": 10, "t": 10, "b": 38}


class RunCurve(NamedTuple):
    """One run in a chart.

    Attributes:
        name: Of the run.
        place: Of the run among those chosen; decides colour and mark.
        table: What is drawn.
    """

    name: str
    place: int
    table: pd.DataFrame


def curve_chart(
    quantity: str, runs: Sequence[RunCurve], *, log: bool = False, epochs: Sequence[int] = ()
) -> Drawing:
    """Draw a quantity by step: the values faintly, their moving average on top.

    Args:
        quantity: What it is called.
        runs: With columns step, value, smooth.
        log: Whether the scale is logarithmic.
        epochs: Steps at which epochs ended, marked by thin lines.

    Returns:
        The chart; the table has one row per point and run.
    """
    figure = go.Figure()
    for run in runs:
        colour, table = COLOURS[run.place], run.table
        is_smooth = not table["value"].equals(table["smooth"])
        if is_smooth:
            figure.add_scatter(
                x=table["step"],
                y=table["value"],
                mode="lines",
                line={"color": colour, "width": 1},
                opacity=FAINT,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=table["step"],
            y=table["smooth"],
            mode="lines" if len(table) > 1 else "markers",
            line={"color": colour, "width": 2, "dash": DASHES[run.place]},
            name=plain(run.name),
            hovertemplate=f"{plain(run.name)}<br>step %{{x:,}}: %{{y:.4g}}<extra></extra>",
        )
    quiet_axes(figure, None)
    figure.update_yaxes(
        type="log" if log else "linear", nticks=5, exponentformat="power", tickformat="~g"
    )
    figure.update_xaxes(title=axis_title("step"), nticks=6)
    figure.update_layout(layout(height=CURVE_PIXELS, margin=MARGIN, shapes=_across(epochs)))
    return Drawing(figure, _curve_alt(quantity, runs), _stacked(runs))


def _across(steps: Sequence[int]) -> list[dict[str, object]]:
    """Return thin lines from top to bottom; none where they would be too many to tell apart."""
    line = {"color": OUTLINE, "width": 0.7, "dash": "dot"}
    place = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": line}
    return [{**place, "x0": step, "x1": step} for step in steps] if len(steps) <= MOST_LINES else []


def score_chart(runs: Sequence[RunCurve], ends: Sequence[str]) -> Drawing:
    """Draw the dev F1 by epoch: the best epoch starred, an early stop crossed.

    Args:
        runs: With columns epoch and f1, an epoch a row.
        ends: Why each run ended, "" where it has not.

    Returns:
        The chart; the table has one row per epoch and run.
    """
    figure = go.Figure()
    for run, end in zip(runs, ends, strict=True):
        colour, table = COLOURS[run.place], run.table
        best = int(table["f1"].to_numpy().argmax()) if len(table) else -1
        symbols = [SYMBOLS[run.place]] * len(table)
        sizes = [7] * len(table)
        if best >= 0:
            symbols[best], sizes[best] = "star", 15
        figure.add_scatter(
            x=table["epoch"],
            y=table["f1"],
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": DASHES[run.place]},
            marker={"symbol": symbols, "size": sizes, "color": colour},
            name=plain(run.name),
            hovertemplate=f"{plain(run.name)}<br>epoch %{{x}}: %{{y:.4f}}<extra></extra>",
        )
        if len(table) and end == EARLY_STOP:
            _mark_stop(figure, float(table["epoch"].iloc[-1]), float(table["f1"].iloc[-1]))
    quiet_axes(figure, None)
    figure.update_yaxes(tickformat=".3~f", nticks=6)
    figure.update_xaxes(
        title=axis_title("epoch"),
        dtick=epoch_step(epoch for run in runs for epoch in run.table["epoch"]),
    )
    figure.update_layout(layout(height=SCORE_PIXELS, margin={**MARGIN, "t": 22}))
    return Drawing(figure, _score_alt(runs, ends), _stacked(runs))


def _mark_stop(figure: go.Figure, epoch: float, score: float) -> None:
    figure.add_annotation(
        x=epoch,
        y=score,
        yshift=14,
        text=EARLY_STOP,
        showarrow=False,
        font={"size": 11},
        xanchor="right" if epoch > 1 else "left",
    )


def epoch_step(epochs: Iterable[int]) -> int:
    """Return how many epochs lie between two ticks: whole ones, and some ten of them."""
    return max(1, -(-max(map(int, epochs), default=1) // 10))


def _stacked(runs: Sequence[RunCurve]) -> pd.DataFrame:
    tables = [run.table.assign(run=run.name) for run in runs if len(run.table)]
    if not tables:
        return pd.DataFrame({"run": []})
    joined = pd.concat(tables, ignore_index=True)
    return joined[["run", *(name for name in joined.columns if name != "run")]]


def _curve_alt(quantity: str, runs: Sequence[RunCurve]) -> str:
    parts = [
        f"{run.name} from {run.table['smooth'].iloc[0]:.4g} at step "
        f"{run.table['step'].iloc[0]:,.0f} to {run.table['smooth'].iloc[-1]:.4g} at step "
        f"{run.table['step'].iloc[-1]:,.0f}"
        for run in runs
        if len(run.table)
    ]
    return f"{quantity} by step: {'; '.join(parts) or 'nothing yet'}."


def _score_alt(runs: Sequence[RunCurve], ends: Sequence[str]) -> str:
    parts = []
    for run, end in zip(runs, ends, strict=True):
        if len(run.table):
            best = run.table.iloc[int(run.table["f1"].to_numpy().argmax())]
            last = run.table.iloc[-1]
            parts.append(
                f"{run.name} best {best['f1']:.4f} in epoch {best['epoch']:.0f}, "
                f"last {last['f1']:.4f} in epoch {last['epoch']:.0f}{', ' + end if end else ''}"
            )
    return f"Dev F1 by epoch: {'; '.join(parts) or 'no epoch has ended yet'}."
