"""Shapley values estimated from random orders of the players.

Paper: Monte-Carlo estimates over random orders. Ours: all targets share the orders, and two exact
corrections, always on, remove most of the noise without adding a bias.

* First places. Whoever comes first adds v({i}), far more than anybody later. On average over orders
  that is v({i}) / n, so the average is used. (Playing v(S) - v(N) and giving v(N) / n back, another
  remedy, moves nothing but first places, and so nothing once they are exact.)
* Efficiency. What one order then gives out misses v(N) by a gap of mean zero. Every player gets an
  equal share of it, so that the values of every order, and their mean, sum to v(N).
"""

import torch
from torch import Tensor

from core.shapley.games import Game

# Elements of the (P, n, T) prefix values held at a time: 16 MiB in float32.
_BLOCK_ELEMENTS = 2**22


def sample_values(
    similarity: Tensor,
    game: Game,
    temperature: float,
    *,
    permutations: int,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Return estimates of the Shapley values from random orders, and their standard errors.

    Args:
        similarity: Context-target similarity, shape (n, T).
        game: The value function.
        temperature: Softmax temperature, in units of similarity.
        permutations: Number of orders P, shared by all targets.
        generator: Source of randomness; None: torch's default generator.

    Returns:
        The values, shape (n, T), differentiable, columns summing to v(N); and their standard error
        over the orders, shape (n, T), without gradient, infinite when P is 1.

    References:
        Castro, Gomez, Tejada (2009), doi:10.1016/j.cor.2008.04.004.
    """
    orders = sample_permutations(permutations, similarity.shape[0], generator=generator)
    orders = orders.to(similarity.device)  # (P, n)
    width = max(1, _BLOCK_ELEMENTS // orders.numel())
    blocks = [
        _play_orders(block, game, temperature, orders) for block in similarity.split(width, dim=1)
    ]
    values, errors = zip(*blocks, strict=True)
    return torch.cat(values, dim=1), torch.cat(errors, dim=1)


def sample_permutations(
    permutations: int, players: int, *, generator: torch.Generator | None = None
) -> Tensor:
    """Return independent, uniformly random orders of the players, shape (P, n), integer."""
    device = torch.device("cpu") if generator is None else generator.device
    # Float64 keys: a tie, which would favour one of two orders, does not happen in practice.
    keys = torch.rand(
        permutations, players, dtype=torch.float64, generator=generator, device=device
    )
    return keys.argsort(dim=1)


def _play_orders(
    similarity: Tensor, game: Game, temperature: float, orders: Tensor
) -> tuple[Tensor, Tensor]:
    """Return values and standard errors, both (n, T), for a block of targets."""
    permutations, players = orders.shape
    prefixes = game.prefix_values(similarity, orders, temperature)  # (P, n, T)
    alone = torch.arange(players, device=orders.device).unsqueeze(1)  # (n, 1), orders of one
    singles = game.prefix_values(similarity, alone, temperature).squeeze(1)  # (n, T)

    nothing_first = torch.zeros_like(prefixes[:, :1])
    by_place = torch.cat((nothing_first, prefixes.diff(dim=1)), dim=1)  # (P, n, T)
    # Player i of order m is found at its place there, row m * n + place of the flattened marginals.
    offsets = players * torch.arange(permutations, device=orders.device).unsqueeze(1)
    rows = (offsets + orders.argsort(dim=1)).reshape(-1)
    by_player = by_place.flatten(0, 1).index_select(0, rows).view_as(by_place)  # (P, n, T)

    gap = prefixes[:, :1] - singles.mean(dim=0)  # (P, 1, T)
    samples = by_player + (singles + gap) / players  # (P, n, T)
    return samples.mean(dim=0), _standard_error(samples.detach())


def _standard_error(samples: Tensor) -> Tensor:
    """Return the standard error of the mean of P samples (P, n, T), shape (n, T)."""
    count = samples.shape[0]
    if count == 1:
        return torch.full_like(samples[0], torch.inf)
    squares = (samples - samples.mean(dim=0)).square().sum(dim=0)  # (n, T)
    return (squares / (count * (count - 1))).sqrt()
