"""What the method promises, by epoch: own above foreign, the diagonal first, gates that move."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import Drawing, layout, plain
from dashboard.figures.lab.lines import COLOURS, SYMBOLS, axis_title, quiet_axes
from dashboard.figures.runs.curves import MARGIN, SCORE_PIXELS, RunCurve, epoch_step

VALUES = ("own", "foreign", "diagonal_dominance")
RATES = ("auroc", "recall_at_1")
NAMES = {
    "own": "own",
    "foreign": "foreign",
    "diagonal_dominance": "diagonal dominance",
    "auroc": "AUROC",
    "recall_at_1": "own first",
}
DASHES = ("solid", "dot", "dash")
GATE_SCALE = ((0.0, "rgba(59,120,194,0.0)"), (1.0, "rgba(59,120,194,1.0)"))
GATE_PIXELS = 250


def promise_chart(side: str, runs: Sequence[RunCurve], columns: Sequence[str]) -> Drawing:
    """Draw some promises by epoch: a colour per run, a dash and a mark per promise.

    Args:
        side: text or image.
        runs: With a column epoch and those named.
        columns: `VALUES`, or some of `RATES`.

    Returns:
        The chart; the table has one row per run and epoch.
    """
    figure = go.Figure()
    for number, run in enumerate(runs):
        for column, dash, symbol in zip(columns, DASHES, SYMBOLS, strict=False):
            known = run.table.dropna(subset=[column])
            words = f"{plain(run.name)}, {NAMES[column]}"
            figure.add_scatter(
                x=known["epoch"],
                y=known[column],
                mode="lines+markers",
                line={"color": COLOURS[run.place], "width": 2, "dash": dash},
                marker={"symbol": symbol, "size": 7, "color": COLOURS[run.place]},
                name=NAMES[column],
                showlegend=number == 0,
                hovertemplate=f"{words}<br>epoch %{{x}}: %{{y:.3f}}<extra></extra>",
            )
    quiet_axes(figure, None if tuple(columns) == VALUES else [0.0, 1.03])
    figure.update_yaxes(nticks=6)
    step = epoch_step(epoch for run in runs for epoch in run.table["epoch"])
    figure.update_xaxes(title=axis_title("epoch"), dtick=step)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    margin = {**MARGIN, "t": 30}
    figure.update_layout(layout(height=SCORE_PIXELS, margin=margin, showlegend=True, legend=legend))
    tables = [
        run.table[["epoch", *columns]].rename(columns=NAMES).assign(run=run.name) for run in runs
    ]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return Drawing(figure, _promise_alt(side, runs, columns), table)


def gate_chart(side: str, shares: pd.DataFrame) -> Drawing:
    """Draw which share of the gates lies where, epoch after epoch.

    Args:
        side: text or image: whose words' or regions' gates.
        shares: One row per epoch, one column per bin, named by its lower end.

    Returns:
        A heat map, from 0 below to 1 above; the table has one row per epoch and bin.
    """
    lower = [float(end) for end in shares.columns]
    width = 1 / max(len(lower), 1)
    figure = go.Figure(
        go.Heatmap(
            x=list(shares.index),
            y=[end + width / 2 for end in lower],
            z=shares.to_numpy().T,
            colorscale=GATE_SCALE,
            zmin=0,
            showscale=False,
            xgap=2,
            hovertemplate="epoch %{x}, gate about %{y:.2f}: %{z:.1%}<extra></extra>",
        )
    )
    quiet_axes(figure, [0.0, 1.0])
    figure.update_xaxes(title=axis_title("epoch"), dtick=epoch_step(shares.index), showgrid=False)
    figure.update_yaxes(tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=False)
    figure.update_layout(layout(height=GATE_PIXELS, margin=MARGIN))
    long = shares.reset_index().melt("epoch", var_name="gate from", value_name="share")
    return Drawing(figure, _gate_alt(side, shares, width), long)


def _promise_alt(side: str, runs: Sequence[RunCurve], columns: Sequence[str]) -> str:
    parts = []
    for run in runs:
        for column in columns:
            known = run.table.dropna(subset=[column])
            if len(known):
                parts.append(
                    f"{run.name}, {NAMES[column]} {known[column].iloc[0]:.3f} in epoch "
                    f"{known['epoch'].iloc[0]:.0f}, {known[column].iloc[-1]:.3f} in epoch "
                    f"{known['epoch'].iloc[-1]:.0f}"
                )
    return f"On the {side} side by epoch: {'; '.join(parts) or 'nothing'}."


def _gate_alt(side: str, shares: pd.DataFrame, width: float) -> str:
    if shares.empty:
        return f"Gates of the {side} side: nothing."
    middles = [float(end) + width / 2 for end in shares.columns]
    means = shares.to_numpy() @ middles
    return (
        f"Histogram of the gates of the {side} side by epoch: their mean moves from "
        f"{means[0]:.2f} in epoch {shares.index[0]:.0f} to {means[-1]:.2f} in epoch "
        f"{shares.index[-1]:.0f}."
    )
