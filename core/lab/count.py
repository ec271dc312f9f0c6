"""How much work the definition is: coalitions, orders, and the time they take here."""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError
from core.lab.games import lab_game
from core.lab.small_game import PLAYER_LIMIT, TEMPERATURE, LabGame
from core.lab.walk import walk
from core.shapley.coalitions import all_coalitions, weigh
from core.shapley.given_games import TableGame
from core.shapley.similarity_games import SoftmaxMeanGame

COUNT_LIMIT = 32
_RUNS = 5
_ENOUGH_SECONDS = 0.2


@dataclass(frozen=True)
class CountRow:
    """The size of a game of n players.

    Attributes:
        players: n.
        coalitions: 2^n, values that enumeration needs.
        orders: n!, orders of arrival.
        arrivals: n · n!, steps when every order is walked.
    """

    players: int
    coalitions: int
    orders: int
    arrivals: int


@dataclass(frozen=True)
class Timing:
    """The time one way to the Shapley values took on this machine.

    Attributes:
        method: The way, in words.
        players: n.
        evaluations: Coalition values looked at.
        seconds: Best of a few runs.
    """

    method: str
    players: int
    evaluations: int
    seconds: float


@dataclass(frozen=True)
class Way:
    """One way to the Shapley values.

    Attributes:
        method: In words.
        evaluations: Coalition values it looks at.
        find: Finds the values, shape (n,).
    """

    method: str
    evaluations: int
    find: Callable[[], Tensor]


def count(players: int) -> list[CountRow]:
    """Return the sizes of games of 1, 2, ... up to that many players (at most 32).

    Raises:
        InputError: The number of players is out of range.
    """
    _check_size(players, COUNT_LIMIT)
    return [
        CountRow(n, coalitions=2**n, orders=math.factorial(n), arrivals=n * math.factorial(n))
        for n in range(1, players + 1)
    ]


def measure(players: int) -> list[Timing]:
    """Return how long every way takes here for n players (1 to 8), as the definition goes first.

    Raises:
        InputError: The number of players is out of range.
    """
    return [
        Timing(way.method, players, way.evaluations, _seconds(way.find))
        for way in ways_to_values(players)
    ]


def ways_to_values(players: int) -> list[Way]:
    """Return four ways to the same Shapley values, those of the lab's soft match.

    Raises:
        InputError: The number of players is out of range.
    """
    _check_size(players, PLAYER_LIMIT)
    game = lab_game("soft_match", players)
    table = game.table
    orders = list(itertools.permutations(range(players)))
    as_tensor = torch.tensor(orders)  # (n!, n)
    everyone = all_coalitions(players)  # (2^n, n)
    alone = table.values[[2**player for player in range(players)]]  # (n, 1), the similarities
    arrivals = players * len(orders)
    return [
        Way("every order, step by step", arrivals, lambda: _walk_each(game, orders)),
        Way("every order, all at once", arrivals, lambda: _walk_all(table, as_tensor)),
        Way(
            "every coalition once",
            len(everyone),
            lambda: weigh(table.coalition_values(everyone)).squeeze(1),
        ),
        Way(
            "no coalition: an integral",
            0,
            lambda: SoftmaxMeanGame(alone, TEMPERATURE).exact_values(1e-9).values.squeeze(1),
        ),
    ]


def _walk_each(game: LabGame, orders: Sequence[Sequence[int]]) -> Tensor:
    totals = [0.0] * len(game.players)
    for order in orders:
        for step in walk(game, order):
            totals[step.player] += step.marginal
    return torch.tensor(totals, dtype=torch.float64) / len(orders)


def _walk_all(table: TableGame, orders: Tensor) -> Tensor:
    prefixes = table.prefix_values(orders).squeeze(2)  # (P, n)
    gains = prefixes.diff(dim=1, prepend=torch.zeros_like(prefixes[:, :1]))  # (P, n)
    totals = torch.zeros(table.players, dtype=table.dtype)
    return totals.index_add(0, orders.flatten(), gains.flatten()) / len(orders)


def _seconds(find: Callable[[], Tensor]) -> float:
    """Return the shortest of a few runs: anything longer is what else the machine did."""
    taken: list[float] = []
    while len(taken) < _RUNS and sum(taken) < _ENOUGH_SECONDS:
        started = time.perf_counter()
        find()
        taken.append(time.perf_counter() - started)
    return min(taken)


def _check_size(players: int, limit: int) -> None:
    if not 1 <= players <= limit:
        raise InputError(
            f"players must be from 1 to {limit} here, got {players}; choose a number in between"
        )
