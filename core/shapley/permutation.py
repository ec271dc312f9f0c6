"""Shapley values estimated from random orders of the players.

Paper: Monte-Carlo estimates over random orders. Ours: all targets share the orders, and what is
done about their noise.

How orders are drawn (`design`):

* "independent": each by itself.
* "antithetic": in pairs, an order and its reverse.
* "rotated": n at a time, all cyclic shifts of one order, so that every player takes every place.

What is known without sampling (`correction`):

* "none": nothing.
* "shift": v(S) - v(N) is played for every S but the empty one, and v(N) / n given back. Whoever
  comes first then adds less, and errs less.
* "exact_first": whoever comes first adds v({i}), far more than anybody later. On average over
  orders that is v({i}) / n, so the average is used. What an order then gives out misses v(N) by a
  gap of mean zero, of which every player gets an equal share, so that the values of every order sum
  to v(N). The shift moves nothing but first places, and so nothing once they are exact.

References:
    Castro, Gomez, Tejada (2009), doi:10.1016/j.cor.2008.04.004. Mitchell, Cooper, Frank, Holmes
    (2022), Sampling permutations for Shapley value estimation, JMLR 23:43.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.games import Game

DESIGNS = ("independent", "antithetic", "rotated")
CORRECTIONS = ("exact_first", "shift", "none")
# Elements of the (P, n, T) prefix values held at a time: 16 MiB in float32.
_BLOCK_ELEMENTS = 2**22


@dataclass(frozen=True)
class Samples:
    """Sums over independent samples, from which mean and standard error follow.

    A sample is one order, one antithetic pair, or one set of rotations: the orders inside it are
    not independent of one another, their means are.

    Attributes:
        count: Number of samples.
        mean: Their mean, shape (n, T).
        squares: Sum of squared deviations from it, shape (n, T), without gradient.
    """

    count: int
    mean: Tensor
    squares: Tensor

    def join(self, other: "Samples") -> "Samples":
        """Return the samples of both (Chan, Golub and LeVeque, 1983)."""
        count = self.count + other.count
        apart = other.mean - self.mean
        squares = apart.detach().square() * (self.count * other.count / count)
        return Samples(
            count,
            self.mean + apart * (other.count / count),
            self.squares + other.squares + squares,
        )

    @property
    def standard_error(self) -> Tensor:
        """Standard error of the mean, shape (n, T); infinite for a single sample."""
        if self.count < 2:
            return torch.full_like(self.squares, torch.inf)
        return (self.squares / (self.count * (self.count - 1))).sqrt()


def permutation_budget(players: int, permutations: int) -> int:
    """Return the coalition values per target that so many orders take.

    Every player alone is valued once, then n - 1 longer beginnings of each order.
    """
    return players + permutations * (players - 1)


def sample_size(players: int, design: str) -> int:
    """Return the number of orders in one independent sample of a design."""
    return {"independent": 1, "antithetic": 2, "rotated": players}[design]


def samples_within(players: int, budget: int, design: str) -> int:
    """Return how many whole samples a budget of evaluations pays for.

    Raises:
        InputError: It does not pay for one.
    """
    size = sample_size(players, design)
    smallest = permutation_budget(players, size)
    if budget < smallest:
        raise InputError(
            f"a budget of {budget} evaluations is too small for one sample of {players} players "
            f"by '{design}' orders; give at least {smallest}"
        )
    return (budget - players) // max(1, size * (players - 1)) if players > 1 else 1


def sample_orders(
    samples: int, players: int, *, design: str, generator: torch.Generator | None = None
) -> Tensor:
    """Return random orders, shape (samples, orders per sample, n), integer."""
    device = torch.device("cpu") if generator is None else generator.device
    # So many keys that a tie, which would favour one of two orders, does not happen in practice.
    keys = torch.randint(2**62, (samples, players), generator=generator, device=device)
    orders = keys.argsort(dim=1)  # (samples, n)
    if design == "antithetic":
        return torch.stack((orders, orders.flip(1)), dim=1)
    if design == "rotated":
        place = torch.arange(players, device=device)
        return orders[:, (place.unsqueeze(1) + place) % players]
    return orders.unsqueeze(1)


def play_orders(game: Game, orders: Tensor, *, correction: str) -> Samples:
    """Return what the players add in some orders, one sample per row.

    Args:
        game: Of n players and T targets.
        orders: Shape (samples, orders per sample, n).
        correction: One of `CORRECTIONS`.
    """
    orders = orders.to(game.device)
    width = max(1, _BLOCK_ELEMENTS // orders.numel())
    means, squares = [], []
    for block in game.split(width):
        added, given = _marginals(block, orders.flatten(0, 1), correction)
        if orders.shape[1] > 1:
            added = added.unflatten(0, orders.shape[:2]).mean(dim=1)  # (samples, n, T)
        mean = added.mean(dim=0)
        means.append(mean + given)
        squares.append((added.detach() - mean.detach()).square_().sum(dim=0))
    return Samples(len(orders), torch.cat(means, dim=1), torch.cat(squares, dim=1))


def _marginals(game: Game, orders: Tensor, correction: str) -> tuple[Tensor, Tensor]:
    """Return what each player adds in each order, and what it is given whatever the order.

    Args:
        game: Of n players and T targets.
        orders: Shape (P, n).
        correction: One of `CORRECTIONS`.

    Returns:
        Shapes (P, n, T) and (n, T).
    """
    permutations, players = orders.shape
    prefixes = game.prefix_values(orders)  # (P, n, T)
    first, grand = prefixes[:, :1], prefixes[:, -1:]  # (P, 1, T)
    later, given = prefixes.diff(dim=1), torch.zeros_like(prefixes[0])  # (P, n-1, T), (n, T)
    if correction == "shift":
        first, given = first - grand, (grand[0] / players).expand_as(given)
    elif correction == "exact_first":
        singles = game.single_values()  # (n, T)
        gap = (first - singles.mean(dim=0)) / players  # (P, 1, T)
        first, later, given = gap, later + gap, singles / players
    by_place = torch.cat((first, later), dim=1)  # (P, n, T)
    # Player i of order m is found at its place there, row m * n + place of the flattened marginals.
    offsets = players * torch.arange(permutations, device=orders.device).unsqueeze(1)
    rows = (offsets + orders.argsort(dim=1)).reshape(-1)
    return by_place.flatten(0, 1).index_select(0, rows).view_as(by_place), given
