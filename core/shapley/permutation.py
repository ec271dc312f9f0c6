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
    """The mean of independent samples, and what its standard error follows from.

    A sample is one order, one antithetic pair, or one set of rotations: the orders inside it are
    not independent of one another, their means are.

    Attributes:
        count: Number of samples.
        mean: Their mean, shape (n, T).
        squares: Sum of squared deviations from it, shape (n, T), without gradient; None when no
            standard error was asked for.
    """

    count: int
    mean: Tensor
    squares: Tensor | None

    def join(self, other: "Samples") -> "Samples":
        """Return the samples of both (Chan, Golub and LeVeque, 1983)."""
        count = self.count + other.count
        apart = other.mean - self.mean
        squares = None
        if self.squares is not None and other.squares is not None:
            between = apart.detach().square() * (self.count * other.count / count)
            squares = self.squares + other.squares + between
        return Samples(count, self.mean + apart * (other.count / count), squares)

    @property
    def standard_error(self) -> Tensor:
        """Standard error of the mean, shape (n, T); infinite for a single sample, or unasked."""
        if self.squares is None or self.count < 2:
            return self.mean.new_full(self.mean.shape, torch.inf)
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
    keys = torch.empty(samples, players, dtype=torch.int64, device=device)
    keys.random_(generator=generator)
    orders = keys.argsort(dim=1).T  # (n, samples)
    # Places come first in memory, as `running_sums` reads them.
    if design == "antithetic":
        orders = torch.stack((orders, orders.flip(0)), dim=2)
    elif design == "rotated":
        place = torch.arange(players, device=device)
        orders = orders[(place.unsqueeze(1) + place) % players].transpose(1, 2).contiguous()
    else:
        orders = orders.contiguous().unsqueeze(2)
    return orders.permute(1, 2, 0)  # (samples, orders per sample, n)


def play_orders(game: Game, orders: Tensor, *, correction: str, with_error: bool = True) -> Samples:
    """Return what the players add in some orders, one sample per row.

    Args:
        game: Of n players and T targets.
        orders: Shape (samples, orders per sample, n).
        correction: One of `CORRECTIONS`.
        with_error: Whether the standard error will be wanted; it takes as long as the mean.
    """
    orders = orders.to(game.device)
    flat = orders.flatten(0, 1)  # (P, n)
    means, squares = [], []
    for block in game.split(max(1, _BLOCK_ELEMENTS // orders.numel())):
        prefixes = block.prefix_values(flat).transpose(0, 1)  # (n, P, T)
        means.append(_mean(block, flat, prefixes, correction))
        if with_error:
            squares.append(_squares(orders, prefixes.detach(), correction))
    return Samples(len(orders), _joined(means), _joined(squares) if with_error else None)


def _joined(blocks: list[Tensor]) -> Tensor:
    """Return blocks of targets (n, T') side by side, shape (n, T)."""
    return blocks[0] if len(blocks) == 1 else torch.cat(blocks, dim=1)


def _mean(game: Game, orders: Tensor, prefixes: Tensor, correction: str) -> Tensor:
    """Return what each player adds on average, corrected, shape (n, T).

    Args:
        game: Of n players and T targets.
        orders: Shape (P, n).
        prefixes: Value of the first 1, 2, ..., n players of each order, shape (n, P, T).
        correction: One of `CORRECTIONS`.
    """
    permutations, players = orders.shape
    first, grand = prefixes[0], prefixes[-1, 0]  # (P, T), (T,)
    if correction == "exact_first":
        sums = game.single_values() * (permutations / players)  # (n, T)
    else:
        sums = torch.zeros_like(prefixes[:, 0])  # (n, T)
        sums.index_add_(0, orders[:, 0], first - grand if correction == "shift" else first)
    later = prefixes.diff(dim=0).flatten(0, 1)  # ((n - 1) * P, T)
    sums.index_add_(0, orders.T[1:].reshape(-1), later)
    values = sums / permutations
    return values.add(grand - values.sum(dim=0), alpha=1 / players)


def _squares(orders: Tensor, prefixes: Tensor, correction: str) -> Tensor:
    """Return the squared deviations of the samples from their mean, summed, shape (n, T).

    What a player is given whatever the order does not deviate, and is left out.

    Args:
        orders: Shape (samples, orders per sample, n).
        prefixes: As in `_mean`, orders flattened, shape (n, P, T).
        correction: One of `CORRECTIONS`.
    """
    first, later = prefixes[:1], prefixes.diff(dim=0)  # (1, P, T), (n-1, P, T)
    if correction == "exact_first":
        first = first / len(prefixes)
        later = later + first
    elif correction == "shift":
        first = first - prefixes[-1:]
    by_place = torch.cat((first, later))  # (n, P, T)
    # Player i of order m is found at its place there: row place * P + m of the flattened marginals.
    flat = orders.flatten(0, 1)  # (P, n)
    rows = flat.argsort(dim=1).T * len(flat) + torch.arange(len(flat), device=flat.device)  # (n, P)
    samples = by_place.flatten(0, 1).index_select(0, rows.reshape(-1)).view_as(by_place)
    if orders.shape[1] > 1:
        samples = samples.unflatten(1, orders.shape[:2]).mean(dim=2)  # (n, samples, T)
    return (samples - samples.mean(dim=1, keepdim=True)).square_().sum(dim=1)
