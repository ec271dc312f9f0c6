"""Estimates that grow: samples drawn chunk by chunk, until a rule or the budget ends them."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from core.errors import InputError
from core.shapley.estimate import ShapleyEstimate
from core.shapley.games import Game
from core.shapley.kernel import KernelRegression, pairs_within
from core.shapley.permutation import (
    CORRECTIONS,
    DESIGNS,
    Samples,
    permutation_budget,
    play_orders,
    sample_orders,
    sample_size,
    samples_within,
)
from core.shapley.stopping import StopRule, Watch

SAMPLED_METHODS = ("permutation", "kernel")
# Estimates made while a stop rule is watched: enough to stop early, few enough to be cheap.
_CHECKS = 50


def running_estimates(
    game: Game,
    *,
    method: str = "permutation",
    budget: int = 2048,
    design: str = "independent",
    correction: str = "exact_first",
    with_error: bool = True,
    chunk: int = 1,
    generator: torch.Generator | None = None,
) -> Iterator[ShapleyEstimate]:
    """Yield the estimate so far, after every `chunk` samples, until the budget is spent.

    Args:
        game: What coalitions are worth.
        method: "permutation" or "kernel".
        budget: Most coalition values per target.
        design: Of the orders: "independent", "antithetic" or "rotated"; see `permutation`.
        correction: Of the orders: "exact_first", "shift" or "none".
        with_error: Whether to estimate standard errors; without, they are infinite.
        chunk: Independent samples between two estimates.
        generator: Source of randomness; None: torch's default generator.

    Raises:
        InputError: The budget does not pay for one sample, or a name is unknown.
    """
    check_names(("sampling method", method, SAMPLED_METHODS))
    check_names(("design", design, DESIGNS), ("correction", correction, CORRECTIONS))
    if chunk < 1:
        raise InputError(f"chunk must be at least 1 sample, got {chunk}")
    if method == "kernel":
        return _regress(game, budget, with_error, chunk, generator)
    return _order(game, budget, design, correction, with_error, chunk, generator)


def sample_until(
    game: Game,
    stop: StopRule | None,
    *,
    method: str,
    budget: int,
    design: str,
    correction: str,
    with_error: bool,
    generator: torch.Generator | None,
    why: str,
) -> ShapleyEstimate:
    """Return the estimate at which a rule fires, or the budget is spent.

    Args:
        game: What coalitions are worth.
        stop: Needs standard errors, which are then estimated whatever `with_error` says; None:
            the whole budget, in one chunk.
        method: As in `running_estimates`, like the next five.
        budget: Most coalition values per target.
        design: Of the orders.
        correction: Of the orders.
        with_error: Whether to estimate standard errors.
        generator: Source of randomness.
        why: Noted in the estimate.
    """
    chunk = budget
    if stop is not None:
        chunk = max(1, budget // (_CHECKS * game.players * sample_size(game.players, design)))
    running = running_estimates(
        game,
        method=method,
        budget=budget,
        design=design,
        correction=correction,
        with_error=with_error or stop is not None,
        chunk=chunk,
        generator=generator,
    )
    watch = Watch(stop) if stop else None
    for estimate in running:
        if watch and (fired := watch.fired(estimate)):
            return replace(estimate, stopped=fired, why=why)
    return replace(estimate, stopped="budget", why=why)


def check_names(*named: tuple[str, str, tuple[str, ...]]) -> None:
    """Raise InputError for a name, given as what it names, itself and the known ones, not known."""
    for what, name, known in named:
        if name not in known:
            raise InputError(f"unknown {what} '{name}'; the known ones are: {', '.join(known)}")


def _order(
    game: Game,
    budget: int,
    design: str,
    correction: str,
    with_error: bool,
    chunk: int,
    generator: torch.Generator | None,
) -> Iterator[ShapleyEstimate]:
    """Yield estimates from random orders."""
    players = game.players
    total = samples_within(players, budget, design)
    drawn: Samples | None = None
    for start in range(0, total, chunk):
        count = min(chunk, total - start)
        orders = sample_orders(count, players, design=design, generator=generator)
        played = play_orders(game, orders, correction=correction, with_error=with_error)
        drawn = drawn.join(played) if drawn else played
        used = permutation_budget(players, drawn.count * sample_size(players, design))
        yield ShapleyEstimate(drawn.mean, drawn.standard_error, used, "permutation", drawn.count)


def _regress(
    game: Game, budget: int, with_error: bool, chunk: int, generator: torch.Generator | None
) -> Iterator[ShapleyEstimate]:
    """Yield estimates from a regression on random coalitions."""
    total = pairs_within(budget, game.players)
    regression = KernelRegression(game, generator=generator)
    for start in range(0, max(1, total), chunk):
        if total > start:
            regression.add(min(chunk, total - start))
        values = regression.values()
        unknown = torch.full_like(values.detach(), torch.inf)
        error = regression.standard_error() if with_error else unknown
        yield ShapleyEstimate(values, error, regression.evaluations, "kernel", regression.samples)
