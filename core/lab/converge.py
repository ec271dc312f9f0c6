"""Sampling against the exact answer: estimates as they grow, their error and their ranking."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from core.errors import InputError
from core.explain.faithfulness import kendall_tau
from core.lab.small_game import LabGame, check_seed
from core.shapley import ShapleyEstimate, StopRule, running_estimates, shapley_values
from core.shapley.kernel import pairs_within
from core.shapley.permutation import sample_size, samples_within
from core.shapley.stopping import Watch

# name -> the estimator in words
ESTIMATORS: Mapping[str, str] = MappingProxyType(
    {
        "permutation": "plain random orders",
        "antithetic": "every order also backwards",
        "rotated": "every order in all its rotations",
        "corrected": "random orders, first arrivals known exactly",
        "kernel": "weighted regression over coalitions (KernelSHAP)",
    }
)
BUDGET_LIMIT = 100_000
REPEAT_LIMIT = 100
# Estimates shown of one repeat: enough for a smooth curve, few enough to draw.
_POINTS = 50
# name -> how orders are drawn, and what is done about their noise
_ORDERS = {
    "permutation": ("independent", "none"),
    "antithetic": ("antithetic", "none"),
    "rotated": ("rotated", "none"),
    "corrected": ("independent", "exact_first"),
}


@dataclass(frozen=True)
class Point:
    """One estimate after so many evaluations.

    Attributes:
        estimator: Key of `ESTIMATORS`.
        repeat: 0, 1, ...: which independent repeat.
        evaluations: Coalition values asked for so far.
        values: The estimate, one per player.
        standard_error: Of each value; None as long as there is too little to tell.
        rmse: Root mean squared error against the exact values, in units of the game.
        kendall_tau: Agreement of the ranking with the exact one, -1 to 1; None when a ranking is
            all ties, or of one player.
        stopped: "" while it runs; on the last point of a repeat the rule that ended it: "budget",
            "standard error", "rank stable", "time" or "cancelled".
    """

    estimator: str
    repeat: int
    evaluations: int
    values: tuple[float, ...]
    standard_error: tuple[float, ...] | None
    rmse: float
    kendall_tau: float | None
    stopped: str


def converge(
    game: LabGame,
    estimators: Sequence[str],
    budget: int = 200,
    seed: int = 7,
    repeats: int = 1,
    stop: StopRule | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Point]:
    """Yield the estimates as they grow, all estimators and repeats in turns.

    Args:
        game: The game.
        estimators: Keys of `ESTIMATORS`.
        budget: Coalition values each estimator may ask for in each repeat, at most 100,000.
        seed: Of repeat 0; repeat r of any estimator does not depend on the others.
        repeats: Independent repeats of every estimator, at most 100.
        stop: Ends a repeat before its budget.
        cancelled: Asked before every estimate; once it says True, nothing more is computed, and
            every repeat ends with what it has.

    Raises:
        InputError: An estimator is unknown, the budget too small for one sample of it or above
            100,000, the seed negative, or `repeats` not from 1 to 100.
    """
    _check_request(game, estimators, budget, repeats)
    check_seed(seed)
    exact = shapley_values(game.table, method="exact").values.squeeze(1)  # (n,)
    runs = [
        _run(
            _points(game, name, budget, repeat, exact, seed=seed * REPEAT_LIMIT + repeat),
            Watch(stop) if stop else None,
            cancelled,
        )
        for repeat in range(repeats)
        for name in estimators
    ]
    return _in_turns(runs)


def _in_turns(runs: Sequence[Iterator[Point]]) -> Iterator[Point]:
    """Yield one point of each run after the other until all have ended."""
    alive = list(runs)
    while alive:
        still_alive = []
        for run in alive:
            point = next(run, None)
            if point is not None:
                yield point
                still_alive.append(run)
        alive = still_alive


def _run(
    estimates: Iterator[tuple[Point, ShapleyEstimate]],
    watch: Watch | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[Point]:
    """Yield the points of one repeat, the last with the rule that ended it."""
    # Whether a point is the last is known when there is a next one, so it is held back till then.
    held, estimate = next(estimates)
    while True:
        if watch and (fired := watch.fired(estimate)):
            break
        if cancelled and cancelled():
            fired = "cancelled"
            break
        following = next(estimates, None)
        if following is None:
            fired = "budget"
            break
        yield held
        held, estimate = following
    yield replace(held, stopped=fired)


def _points(
    game: LabGame, estimator: str, budget: int, repeat: int, exact: Tensor, *, seed: int
) -> Iterator[tuple[Point, ShapleyEstimate]]:
    """Yield an estimate as it grows, as the lab shows it and as the engine made it."""
    players = len(game.players)
    design, correction = _ORDERS.get(estimator, ("independent", "none"))
    per_sample = 2 if estimator == "kernel" else sample_size(players, design) * max(1, players - 1)
    running = running_estimates(
        game.table,
        method="kernel" if estimator == "kernel" else "permutation",
        budget=budget,
        design=design,
        correction=correction,
        chunk=max(1, budget // (per_sample * _POINTS)),
        generator=torch.Generator().manual_seed(seed),
    )
    evaluations = 0
    for estimate in running:
        # A regression that has asked for every coalition there is stands still.
        if estimate.evaluations > evaluations:
            evaluations = estimate.evaluations
            yield _point(estimator, repeat, estimate, exact), estimate


def _point(estimator: str, repeat: int, estimate: ShapleyEstimate, exact: Tensor) -> Point:
    values = estimate.values.squeeze(1)  # (n,)
    error = estimate.standard_error
    is_known = error is not None and bool(error.isfinite().all())
    return Point(
        estimator=estimator,
        repeat=repeat,
        evaluations=estimate.evaluations,
        values=tuple(values.tolist()),
        standard_error=tuple(error.squeeze(1).tolist()) if error is not None and is_known else None,
        rmse=float((values - exact).square().mean().sqrt()),
        # Rounded, so that equal players count as equal.
        kendall_tau=kendall_tau(
            values.round(decimals=9).tolist(), exact.round(decimals=9).tolist()
        ),
        stopped="",
    )


def _check_request(game: LabGame, estimators: Sequence[str], budget: int, repeats: int) -> None:
    """Raise InputError unless every estimator can take at least one sample."""
    if not estimators:
        raise InputError(f"no estimator is chosen; choose from: {', '.join(ESTIMATORS)}")
    if budget > BUDGET_LIMIT:
        raise InputError(
            f"a budget of {budget} evaluations is too large for the lab; give at most "
            f"{BUDGET_LIMIT}"
        )
    if not 1 <= repeats <= REPEAT_LIMIT:
        raise InputError(f"repeats must be from 1 to {REPEAT_LIMIT}, got {repeats}")
    for name in estimators:
        if name not in ESTIMATORS:
            known = ", ".join(ESTIMATORS)
            raise InputError(f"there is no estimator '{name}'; choose from: {known}")
        if name == "kernel":
            pairs_within(budget, len(game.players))
        else:
            samples_within(len(game.players), budget, _ORDERS[name][0])
