"""The one way in: Shapley values of any game, exact where it can be, sampled where it must be."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import torch

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT
from core.shapley.enumeration import enumerate_values
from core.shapley.estimate import ShapleyEstimate
from core.shapley.games import Exact, Game
from core.shapley.nodes import TooFine
from core.shapley.permutation import CORRECTIONS, DESIGNS
from core.shapley.sampling import SAMPLED_METHODS, check_names, sample_until
from core.shapley.stopping import StopRule

EXACT_METHODS = ("closed_form", "quadrature", "operator")  # a game's own
METHODS = ("auto", "exact", "enumeration", *EXACT_METHODS, *SAMPLED_METHODS)
# Evaluations a player from which regression erred less than orders, for every game of `bench`.
_REGRESSION_BUDGET = 8
_PRECISE = (torch.float32, torch.float64)


def shapley_values(
    game: Game,
    *,
    method: str = "auto",
    tolerance: float = 1e-6,
    budget: int = 2048,
    design: str = "independent",
    correction: str = "exact_first",
    stop: StopRule | None = None,
    with_error: bool = True,
    generator: torch.Generator | None = None,
) -> ShapleyEstimate:
    """Return every player's Shapley value towards every target.

    The values are differentiable towards what the game is made of, once.
    Autocast is switched off inside; half precision is computed, and returned, in float32.

    Args:
        game: What coalitions are worth.
        method: "auto" takes the game's own exact method, else (or where that cannot reach the
            tolerance) enumeration where the budget pays for it, else sampling. "exact" refuses to
            sample. "enumeration", "permutation" and "kernel" work for every game; "closed_form",
            "quadrature" and "operator" for those that have it.
        tolerance: Largest absolute error by quadrature, before rounding to the dtype returned.
        budget: Most coalition values per target, when sampled.
        design: How orders are drawn: "independent", "antithetic" or "rotated".
        correction: Of the orders: "exact_first", "shift" or "none"; see `permutation`.
        stop: When sampling may end before the budget is spent.
        with_error: Whether to estimate standard errors, which takes about as long again; without
            one it is infinite.
        generator: Source of randomness; None: torch's default generator.

    Raises:
        InputError: The game, a number or a name cannot be used.

    Example:
        >>> from core.shapley import SoftmaxMeanGame
        >>> three_contexts = torch.tensor([[0.6], [0.2], [0.1]])
        >>> shapley_values(SoftmaxMeanGame(three_contexts)).values.squeeze(1)
        tensor([0.4871, 0.0753, 0.0272])
    """
    check_names(("method", method, METHODS))
    check_names(("design", design, DESIGNS), ("correction", correction, CORRECTIONS))
    if not 0 < tolerance < float("inf"):
        raise InputError(f"tolerance must be positive and finite, got {tolerance}")
    game.check()
    working = _workable(game)
    with _without_autocast(working.device.type):
        estimate, because = None, ""
        if method not in SAMPLED_METHODS:
            estimate, because = _find_exact(working, method, tolerance, budget)
        if estimate is None:
            chosen, why = _choose_sampling(working, method, budget, because)
            estimate = sample_until(
                working,
                stop,
                method=chosen,
                budget=budget,
                design=design,
                correction=correction,
                with_error=with_error,
                generator=generator,
                why=why,
            )
    return estimate if working is game else _moved(estimate, game.device)


def _without_autocast(device_type: str) -> AbstractContextManager[object]:
    """Switch autocast off where it is on; entering its context for nothing is not free."""
    is_on = torch.is_autocast_enabled(device_type)
    return torch.autocast(device_type, enabled=False) if is_on else nullcontext()


def _workable(game: Game) -> Game:
    """Return the game in float32 or better, where enumeration and small tolerances can run."""
    device = game.device
    if device.type == "mps":
        device = torch.device("cpu")  # Apple's accelerator has no float64
    elif game.dtype in _PRECISE:
        return game
    return game.cast(torch.promote_types(game.dtype, torch.float32), device)


def _moved(estimate: ShapleyEstimate, device: torch.device) -> ShapleyEstimate:
    error = estimate.standard_error
    return replace(
        estimate,
        values=estimate.values.to(device),
        standard_error=None if error is None else error.to(device),
    )


def _find_exact(
    game: Game, method: str, tolerance: float, budget: int
) -> tuple[ShapleyEstimate | None, str]:
    """Return exact values, None when only sampling is left, and what is in the way of its own."""
    because = ""
    if method != "enumeration":
        own, because = _own_values(game, method, tolerance)
        if own is not None:
            why = f"The game '{game.name}' has an exact method: {own.method.replace('_', ' ')}."
            return _exactly(own, why), ""
        if method == "auto" and (game.players > PLAYER_LIMIT or 2**game.players > budget):
            return None, because
    values = Exact(enumerate_values(game), "enumeration", 2**game.players)
    why = f"All {2**game.players} coalitions of {game.players} players{because}."
    return _exactly(values, why), ""


def _own_values(game: Game, method: str, tolerance: float) -> tuple[Exact | None, str]:
    """Return values by the game's own method, None where another must do, and why."""
    try:
        own = game.exact_values(tolerance)
    except TooFine:
        if method in EXACT_METHODS or (method == "exact" and game.players > PLAYER_LIMIT):
            raise
        return None, ", and quadrature cannot reach the tolerance"
    if own is not None and method in ("auto", "exact", own.method):
        return own, ""
    if method in EXACT_METHODS:
        has = f"has '{own.method}'" if own else "has no exact method of its own"
        raise InputError(f"game '{game.name}' {has}, not '{method}'; use method='auto'")
    return None, ""


def _exactly(found: Exact, why: str) -> ShapleyEstimate:
    return ShapleyEstimate(found.values, None, found.evaluations, found.method, why=why)


def _choose_sampling(game: Game, method: str, budget: int, because: str) -> tuple[str, str]:
    """Return the sampling method and why it was taken, `because` no exact one could be."""
    if method != "auto":
        return method, "Asked for."
    why = f"'{game.name}' with {game.players} players has no exact method within the budget"
    why += f"{because}; "
    if budget >= _REGRESSION_BUDGET * game.players:
        return "kernel", why + "a regression errs less than random orders do."
    return "permutation", why + "it is too small for a regression to beat random orders."
