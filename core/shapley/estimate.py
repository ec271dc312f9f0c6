"""The one way in: Shapley values of any game, exact where it can be, sampled where it must be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT
from core.shapley.enumeration import enumerate_values
from core.shapley.games import Exact, Game
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

EXACT_METHODS = ("closed_form", "quadrature", "operator")  # a game's own
SAMPLED_METHODS = ("permutation", "kernel")
METHODS = ("auto", "exact", "enumeration", *EXACT_METHODS, *SAMPLED_METHODS)
# Estimates made while a stop rule is watched: enough to stop early, few enough to be cheap.
_CHECKS = 50
# Evaluations a player from which regression erred less than orders, for every game of `bench`.
_REGRESSION_BUDGET = 8


@dataclass(frozen=True)
class ShapleyEstimate:
    """The Shapley values of all players towards all targets, and how they were found.

    Attributes:
        values: Shapley values, shape (n, T); a column sums to the value of the grand coalition.
        standard_error: Standard error of `values`, shape (n, T), infinite while it cannot be known;
            None when nothing was sampled.
        evaluations: Coalition values per target; 0 when a formula values no coalition.
        method: "closed_form", "quadrature", "operator", "enumeration", "permutation" or "kernel".
        why: Why this method, in one sentence.
        samples: Independent samples behind the values; 0 when nothing was sampled.
        stopped: What ended the sampling: "budget", "standard error", "rank stable" or "time"; ""
            when nothing was sampled, or it has not ended.
    """

    values: Tensor
    standard_error: Tensor | None
    evaluations: int
    method: str
    why: str
    samples: int = 0
    stopped: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the values hold up to rounding, or the tolerance asked for."""
        return self.standard_error is None


def shapley_values(
    game: Game,
    *,
    method: str = "auto",
    tolerance: float = 1e-6,
    budget: int = 2048,
    design: str = "independent",
    correction: str = "exact_first",
    stop: StopRule | None = None,
    generator: torch.Generator | None = None,
) -> ShapleyEstimate:
    """Return every player's Shapley value towards every target.

    The values are differentiable towards what the game is made of; those by quadrature once.
    Autocast is switched off inside; half precision is computed, and returned, in float32.

    Args:
        game: What coalitions are worth.
        method: "auto" takes the game's own exact method, else enumeration where the budget pays for
            it, else sampling. "exact" refuses to sample. "enumeration", "permutation" and "kernel"
            work for every game; "closed_form", "quadrature" and "operator" for those that have it.
        tolerance: Largest absolute error by quadrature, before rounding to the dtype returned.
        budget: Most coalition values per target, when sampled.
        design: How orders are drawn: "independent", "antithetic" or "rotated".
        correction: Of the orders: "exact_first", "shift" or "none"; see `permutation`.
        stop: When sampling may end before the budget is spent.
        generator: Source of randomness; None: torch's default generator.

    Raises:
        InputError: The game, a number or a name cannot be used.

    Example:
        >>> from core.shapley import SoftmaxMeanGame
        >>> three_contexts = torch.tensor([[0.6], [0.2], [0.1]])
        >>> shapley_values(SoftmaxMeanGame(three_contexts)).values.squeeze(1)
        tensor([0.4871, 0.0753, 0.0272])
    """
    _check_settings(method, tolerance, design, correction)
    game.check()
    working = _workable(game)
    with torch.autocast(working.device.type, enabled=False):
        estimate = None
        if method not in SAMPLED_METHODS:
            estimate = _find_exact(working, method, tolerance, budget)
        if estimate is None:
            chosen, why = _choose_sampling(working, method, budget)
            estimate = _sample(
                working, chosen, budget, design, correction, stop, generator, why=why
            )
    error = estimate.standard_error
    return replace(
        estimate,
        values=estimate.values.to(game.device),
        standard_error=None if error is None else error.to(game.device),
    )


def running_estimates(
    game: Game,
    *,
    method: str = "permutation",
    budget: int = 2048,
    design: str = "independent",
    correction: str = "exact_first",
    chunk: int = 1,
    generator: torch.Generator | None = None,
) -> Iterator[ShapleyEstimate]:
    """Yield the estimate so far, after every `chunk` samples, until the budget is spent.

    Args:
        game: What coalitions are worth.
        method: "permutation" or "kernel".
        budget: Most coalition values per target.
        design: As in `shapley_values`.
        correction: As in `shapley_values`.
        chunk: Independent samples between two estimates.
        generator: Source of randomness; None: torch's default generator.

    Raises:
        InputError: The budget does not pay for one sample, or a name is unknown.
    """
    if method not in SAMPLED_METHODS:
        raise InputError(f"'{method}' does not sample; choose one of {', '.join(SAMPLED_METHODS)}")
    if chunk < 1:
        raise InputError(f"chunk must be at least 1 sample, got {chunk}")
    _check_settings(method, 1.0, design, correction)
    if method == "kernel":
        yield from _regress(game, budget, chunk, generator)
    else:
        yield from _order(game, budget, design, correction, chunk, generator)


def _workable(game: Game) -> Game:
    """Return the game in float32 or better, where enumeration and small tolerances can run."""
    # Apple's accelerator has no float64.
    device = torch.device("cpu") if game.device.type == "mps" else game.device
    return game.cast(torch.promote_types(game.dtype, torch.float32), device)


def _find_exact(game: Game, method: str, tolerance: float, budget: int) -> ShapleyEstimate | None:
    """Return exact values, None when `method` is "auto" and only sampling is left."""
    if method != "enumeration":
        own = game.exact_values(tolerance)
        if own is not None and method in ("auto", "exact", own.method):
            why = f"The game '{game.name}' has an exact method: {own.method.replace('_', ' ')}."
            return _exactly(own, why)
        if method in EXACT_METHODS:
            has = f"has '{own.method}'" if own else "has no exact method of its own"
            raise InputError(f"game '{game.name}' {has}, not '{method}'; use method='auto'")
        if method == "auto" and (game.players > PLAYER_LIMIT or 2**game.players > budget):
            return None
    values = Exact(enumerate_values(game), "enumeration", 2**game.players)
    return _exactly(values, f"All {2**game.players} coalitions of {game.players} players.")


def _exactly(found: Exact, why: str) -> ShapleyEstimate:
    return ShapleyEstimate(found.values, None, found.evaluations, found.method, why)


def _choose_sampling(game: Game, method: str, budget: int) -> tuple[str, str]:
    """Return the sampling method and why it was taken."""
    if method != "auto":
        return method, "Asked for."
    why = f"'{game.name}' with {game.players} players has no exact method within the budget; "
    if budget >= _REGRESSION_BUDGET * game.players:
        return "kernel", why + "a regression errs less than random orders do."
    return "permutation", why + "it is too small for a regression to beat random orders."


def _sample(
    game: Game,
    method: str,
    budget: int,
    design: str,
    correction: str,
    stop: StopRule | None,
    generator: torch.Generator | None,
    *,
    why: str,
) -> ShapleyEstimate:
    """Sample until a rule fires or the budget is spent."""
    chunk = budget  # everything at once
    if stop is not None:
        chunk = max(1, budget // (_CHECKS * game.players * sample_size(game.players, design)))
    watch = Watch(stop) if stop else None
    running = running_estimates(
        game,
        method=method,
        budget=budget,
        design=design,
        correction=correction,
        chunk=chunk,
        generator=generator,
    )
    estimate, fired = next(running), ""
    while not (fired := watch.fired(estimate) if watch else ""):
        following = next(running, None)
        if following is None:
            fired = "budget"
            break
        estimate = following
    return replace(estimate, why=why, stopped=fired)


def _order(
    game: Game,
    budget: int,
    design: str,
    correction: str,
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
        played = play_orders(game, orders, correction=correction)
        drawn = drawn.join(played) if drawn else played
        used = permutation_budget(players, drawn.count * sample_size(players, design))
        yield ShapleyEstimate(
            drawn.mean, drawn.standard_error, used, "permutation", "Asked for.", drawn.count
        )


def _regress(
    game: Game, budget: int, chunk: int, generator: torch.Generator | None
) -> Iterator[ShapleyEstimate]:
    """Yield estimates from a regression on random coalitions."""
    total = pairs_within(budget, game.players)
    regression = KernelRegression(game, generator=generator)
    for start in range(0, max(1, total), chunk):
        if total > start:
            regression.add(min(chunk, total - start))
        yield ShapleyEstimate(
            regression.values(),
            regression.standard_error(),
            regression.evaluations,
            "kernel",
            "Asked for.",
            regression.samples,
        )


def _check_settings(method: str, tolerance: float, design: str, correction: str) -> None:
    """Raise InputError for a setting that has no meaning."""
    for what, name, known in (
        ("method", method, METHODS),
        ("design", design, DESIGNS),
        ("correction", correction, CORRECTIONS),
    ):
        if name not in known:
            raise InputError(f"unknown {what} '{name}'; the known ones are: {', '.join(known)}")
    if not 0 < tolerance < float("inf"):
        raise InputError(f"tolerance must be positive and finite, got {tolerance}")
