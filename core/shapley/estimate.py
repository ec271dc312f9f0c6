"""The one way in: Shapley values of a similarity matrix, by any of the three methods."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.enumeration import enumerate_values
from core.shapley.games import GAMES, Game
from core.shapley.permutation import sample_values

METHODS = ("quadrature", "permutation", "enumeration")
# Similarities this many temperatures away from 0 leave no room for differences, even in float64.
_LARGEST_LOGIT = 1e12


@dataclass(frozen=True)
class ShapleyEstimate:
    """The Shapley values of all players towards all targets, and how they were found.

    Attributes:
        values: Shapley values, shape (n, T); a column sums to the value of the grand coalition.
        standard_error: Standard error of `values` over the permutations, shape (n, T), infinite if
            there was only one; None when the method does not sample.
        evaluations: Coalition values computed per target: 2^n by enumeration, (P + 1) n by
            permutation, 0 by quadrature, which values no coalition.
        method: "quadrature", "permutation" or "enumeration".
    """

    values: Tensor
    standard_error: Tensor | None
    evaluations: int
    method: str


def shapley_values(
    similarity: Tensor,
    *,
    game: str = "softmax_mean",
    temperature: float = 0.1,
    method: str = "quadrature",
    tolerance: float = 1e-6,
    permutations: int = 64,
    generator: torch.Generator | None = None,
) -> ShapleyEstimate:
    """Return every player's Shapley value towards every target, one game per column.

    The values are differentiable towards `similarity` by all methods; those by quadrature once.
    Autocast is switched off inside.

    Args:
        similarity: Player-target similarity, shape (n, T), finite. Half precision is computed, and
            returned, in float32.
        game: Name of the value function, a key of `games.GAMES`.
        temperature: Softmax temperature of the game, in units of similarity.
        method: "quadrature" (within `tolerance`, nothing random), "permutation" (sampled, with a
            standard error) or "enumeration" (by definition, up to 16 players).
        tolerance: Largest absolute error by quadrature, before rounding to the dtype returned.
        permutations: Number of random orders of the permutation method.
        generator: Source of the random orders; None: torch's default generator.

    Raises:
        InputError: The similarities, a number or a name cannot be used.

    Example:
        >>> three_contexts = torch.tensor([[0.6], [0.2], [0.1]])
        >>> shapley_values(three_contexts).values.squeeze(1)
        tensor([0.4871, 0.0753, 0.0272])
    """
    played = _find_game(game)
    _check_settings(method, temperature, tolerance, permutations)
    _check_similarity(similarity, temperature)
    # Apple's accelerator has no float64, which enumeration and small tolerances need.
    device = torch.device("cpu") if similarity.device.type == "mps" else similarity.device
    working = similarity.to(device, torch.promote_types(similarity.dtype, torch.float32))
    players = len(working)
    error: Tensor | None = None
    with torch.autocast(device.type, enabled=False):
        if method == "enumeration":
            values, evaluations = enumerate_values(working, played, temperature), 2**players
        elif method == "permutation":
            values, error = sample_values(
                working, played, temperature, permutations=permutations, generator=generator
            )
            error, evaluations = error.to(similarity.device), (permutations + 1) * players
        else:
            values, evaluations = _integrate(working, played, temperature, tolerance), 0
    return ShapleyEstimate(values.to(similarity.device), error, evaluations, method)


def _integrate(similarity: Tensor, game: Game, temperature: float, tolerance: float) -> Tensor:
    """Return the values by the game's own quadrature, shape (n, T)."""
    if game.quadrature_values is None:
        raise InputError(
            f"game '{game.name}' has no quadrature; use method='permutation' or 'enumeration'"
        )
    return game.quadrature_values(similarity, temperature, tolerance)


def _find_game(name: str) -> Game:
    """Return the game of that name, or raise InputError."""
    if name not in GAMES:
        raise InputError(f"unknown game '{name}'; the known ones are: {', '.join(GAMES)}")
    return GAMES[name]


def _check_settings(method: str, temperature: float, tolerance: float, permutations: int) -> None:
    """Raise InputError for a setting that has no meaning."""
    if method not in METHODS:
        raise InputError(f"unknown method '{method}'; the known ones are: {', '.join(METHODS)}")
    for name, number in (("temperature", temperature), ("tolerance", tolerance)):
        if not (number > 0 and math.isfinite(number)):
            raise InputError(f"{name} must be positive and finite, got {number}")
    if permutations < 1:
        raise InputError(f"permutations must be at least 1, got {permutations}")


def _check_similarity(similarity: Tensor, temperature: float) -> None:
    """Raise InputError unless the similarities are a finite (n, T) matrix with a player in it."""
    shape = tuple(similarity.shape)
    if len(shape) != 2:
        raise InputError(f"similarity must be of shape (players, targets), got {shape}")
    if shape[0] == 0:
        raise InputError("similarity has no players, so there is no game; give at least one row")
    if not similarity.is_floating_point():
        raise InputError(f"similarity must be floating point, got {similarity.dtype}; convert it")
    largest = float(similarity.detach().abs().amax()) if shape[1] else 0.0
    if not math.isfinite(largest):
        raise InputError(
            "similarity holds NaN or infinity, which gives no coalition a value; check the features"
        )
    if largest > _LARGEST_LOGIT * temperature:
        raise InputError(
            f"temperature {temperature:g} is too low for similarities up to {largest:g}; raise it"
        )
