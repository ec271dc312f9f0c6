"""Whether a ranking of contexts is faithful: do those ranked higher matter more to the prediction?

Ours, after the deletion and insertion curves of image saliency and the comprehensiveness and
sufficiency of rationales. All of it is read off the 2^n values of the prediction game, so nothing
here is sampled: every set of k contexts comes first in equally many of the n! orders, so a curve's
distribution over random orders is, at each point, that of v over the sets of one size.

References:
    Petsiuk, Das, Saenko (2018), RISE, arXiv:1806.07421.
    DeYoung et al. (2020), ERASER, doi:10.18653/v1/2020.acl-main.408.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from core.records import Band, Faithfulness
from core.shapley.coalitions import all_coalitions


def faithfulness(
    by: Literal["prediction", "text", "image"],
    values: Tensor,
    scores: Sequence[float],
    contexts: Sequence[int],
) -> Faithfulness:
    """Return how faithful the ranking by `scores` is.

    Args:
        by: Whose scores they are.
        values: Value of every coalition in binary order, shape (2^n,).
        scores: One a player; larger should matter more. Equal ones keep the players' order.
        contexts: The players' places in the record.
    """
    order = sorted(range(len(scores)), key=lambda player: -scores[player])
    deletion, insertion = deletion_curve(values, order), insertion_curve(values, order)
    points, everybody = random_band(values), float(values[-1])
    return Faithfulness(
        by=by,
        order=[contexts[player] for player in order],
        deletion=deletion,
        insertion=insertion,
        random_deletion=Band(**{name: curve[::-1] for name, curve in points.items()}),
        random_insertion=Band(**points),
        comprehensiveness=_mean_drop(deletion, everybody),
        sufficiency=_mean_drop(insertion, everybody),
        kendall_tau=kendall_tau(scores, leave_one_out(values).tolist()),
    )


def insertion_curve(values: Tensor, order: Sequence[int]) -> list[float]:
    """Return v of the first 0, 1, ..., n players of an order."""
    given = [sum(1 << player for player in order[:count]) for count in range(len(order) + 1)]
    curve: list[float] = values[given].tolist()
    return curve


def deletion_curve(values: Tensor, order: Sequence[int]) -> list[float]:
    """Return v of everybody but the first 0, 1, ..., n players of an order."""
    return insertion_curve(values, order[::-1])[::-1]


def random_band(values: Tensor) -> dict[str, list[float]]:
    """Return `low`, `mean` and `high` of v over all sets of 0, 1, ..., n players, exactly.

    Low and high are values that occur, chosen so that at least 90 % of all sets lie between them.
    """
    sizes = all_coalitions(len(values).bit_length() - 1).sum(1)  # (2^n,)
    by_size = [values[sizes == size] for size in range(int(sizes[-1]) + 1)]
    return {
        "low": [float(of_size.quantile(0.05, interpolation="lower")) for of_size in by_size],
        "mean": [float(of_size.mean()) for of_size in by_size],
        "high": [float(of_size.quantile(0.95, interpolation="higher")) for of_size in by_size],
    }


def leave_one_out(values: Tensor) -> Tensor:
    """Return v(N) - v(N without i) for every player i, shape (n,)."""
    players = len(values).bit_length() - 1
    everybody = len(values) - 1
    return values[everybody] - values[[everybody ^ (1 << player) for player in range(players)]]


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Kendall's tau-b of two lists of scores; None when one of them has no two different."""
    signs = []
    for scores in (first, second):
        column = torch.tensor([[score] for score in scores], dtype=torch.float64)  # (n, 1)
        signs.append((column - column.T).sign())  # (n, n)
    untied = math.sqrt(float(signs[0].abs().sum() * signs[1].abs().sum()))
    return float((signs[0] * signs[1]).sum()) / untied if untied else None


def _mean_drop(curve: Sequence[float], everybody: float) -> float:
    """Return how far the curve lies below v(N), on average over its points after the first."""
    return sum(everybody - value for value in curve[1:]) / (len(curve) - 1)
