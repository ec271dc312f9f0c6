"""One order of arrival, step by step; and what many orders average to."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.lab.small_game import LabGame


@dataclass(frozen=True)
class Step:
    """One player arrives.

    Attributes:
        player: Number of the player who arrives.
        before: Value of those already there.
        after: Value with the player.
        marginal: What the player adds: `after - before`.
        members: Who is there now, in order of arrival, the player last.
    """

    player: int
    before: float
    after: float
    marginal: float
    members: tuple[int, ...]


def walk(game: LabGame, order: Sequence[int]) -> list[Step]:
    """Return the steps of one order of arrival, one per player.

    Args:
        game: The game walked through.
        order: Every player once.

    Raises:
        InputError: Somebody is missing from the order, or comes twice.
    """
    n = len(game.players)
    if sorted(order) != list(range(n)):
        raise InputError(
            f"the order {list(order)} does not hold each of the players 0 to {n - 1} once; "
            "list every player once"
        )
    steps = []
    number, before = 0, game.values[0]
    for place, player in enumerate(order, start=1):
        number |= 1 << player
        after = game.values[number]
        steps.append(Step(player, before, after, after - before, tuple(order[:place])))
        before = after
    return steps


def arrival_order(game: LabGame, seed: int, number: int) -> tuple[int, ...]:
    """Return the `number`-th order of arrival (from 0) of this seed, uniformly random."""
    draw = random.Random(f"{seed}/{number}")
    return tuple(draw.sample(range(len(game.players)), len(game.players)))


def running_means(game: LabGame, orders: Sequence[Sequence[int]]) -> list[tuple[float, ...]]:
    """Return each player's mean marginal after 1, 2, ... orders: one row per order, (orders, n).

    Raises:
        InputError: An order misses somebody, or somebody comes twice.
    """
    totals = [0.0] * len(game.players)
    rows = []
    for walked, order in enumerate(orders, start=1):
        for step in walk(game, order):
            totals[step.player] += step.marginal
        rows.append(tuple(total / walked for total in totals))
    return rows
