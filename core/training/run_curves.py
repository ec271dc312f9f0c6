"""What a run's charts show: smoothed curves thinned for the eye, and what the method promises."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.records import Side
from core.training.run_summary import epoch_table
from core.training.run_tail import LOSS, RunHistory, number

MOST_POINTS = 600  # drawn of one curve; more cannot be told apart
TOTAL = LOSS + "total"
PROMISES = ("own", "foreign", "diagonal_dominance", "auroc", "recall_at_1")
SIDES: tuple[Side, Side] = ("text", "image")


def quantities(history: RunHistory) -> list[str]:
    """Return the columns of steps that a log says anything about, losses first.

    The total is left out where its parts are there: batches of several sources take turns, so
    that the total jumps between sums of different parts.
    """
    steps = history.steps
    losses = sorted(name for name in steps.columns if name.startswith(LOSS) and name != TOTAL)
    known = [name for name in losses if (steps[name].fillna(0.0) != 0).any()]
    others = [*([] if known else [TOTAL]), "learning_rate", "posts_per_second"]
    return known + [name for name in others if name in steps and steps[name].notna().any()]


def curve(
    history: RunHistory, quantity: str, *, smoothing: float = 0.0, most: int = MOST_POINTS
) -> pd.DataFrame:
    """Return one quantity by step: columns step, value, smooth.

    A part of the loss that is exactly 0 had nothing to be computed from in its batch, and is left
    out, as is what the log does not say.

    Args:
        history: Of the run's log.
        quantity: One of `quantities`; a log without it has no rows.
        smoothing: Weight of the past in the moving average, 0 for none, below 1.
        most: Points; when there are more, neighbours are averaged after smoothing.
    """
    if quantity not in history.steps:
        return pd.DataFrame({"step": [], "value": [], "smooth": []})
    table = history.steps[["step", quantity]].set_axis(["step", "value"], axis=1).dropna()
    if quantity.startswith(LOSS):
        table = table[table["value"] != 0]
    table = table.assign(smooth=smoothed(table["value"], smoothing)).reset_index(drop=True)
    if len(table) <= most:
        return table
    places = np.arange(len(table)) * most // len(table)
    return table.groupby(places).mean().reset_index(drop=True)


def smoothed(values: pd.Series, weight: float) -> pd.Series:
    """Return the exponential moving average, each value weighed as if all before it were known.

    Args:
        values: In their order.
        weight: Of the past, in [0, 1).
    """
    return values.ewm(alpha=1 - weight, adjust=True).mean()


def promises(history: RunHistory) -> pd.DataFrame:
    """Return what the method promises, by epoch and side; no rows for logs that do not say.

    Returns:
        Columns epoch, side, own, foreign (mean scaled Shapley values of own and foreign pairs),
        diagonal_dominance (the one less the other), auroc, recall_at_1; NaN: the log has none.
    """
    rows = []
    for event in history.epochs:
        alignment = event.get("alignment")
        for side in SIDES:
            found = alignment.get(side) if isinstance(alignment, Mapping) else None
            if isinstance(found, Mapping):
                values = [number(found.get(name)) for name in PROMISES]
                rows.append((number(event.get("epoch")), side, *values))
    table = pd.DataFrame(rows, columns=["epoch", "side", *PROMISES])
    return table.dropna(subset=["epoch"]).dropna(subset=list(PROMISES), how="all")


def gate_shares(history: RunHistory, side: Side) -> pd.DataFrame:
    """Return which share of the gates lies in each bin, by epoch; no rows where none is known.

    Returns:
        One row per epoch (the index), one column per bin, named by its lower end in [0, 1).
    """
    rows: dict[float, NDArray[np.float64]] = {}
    for event in history.epochs:
        gates = event.get("gates")
        counts = gates.get(side) if isinstance(gates, Mapping) else None
        if not isinstance(counts, list) or not counts:
            continue
        numbers = np.nan_to_num([number(count) for count in counts])
        if numbers.sum() > 0 and len(numbers) == len(next(iter(rows.values()), numbers)):
            rows[number(event.get("epoch"))] = numbers / numbers.sum()
    bins = len(next(iter(rows.values()), ()))
    ends = [round(place / bins, 4) for place in range(bins)]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=ends)
    return table[table.index.notna()].rename_axis("epoch")


def best_epochs(history: RunHistory) -> pd.DataFrame:
    """Return the epochs whose F1 on dev is known; columns as of `epoch_table`."""
    return epoch_table(history).dropna(subset=["f1"])
