"""What the lab's tests share: the definition of the Shapley value, walked in plain Python."""

import itertools
import math

import pytest


def walk_every_order(game):
    """Average what each player adds over all orders, in plain Python."""
    n = len(game.players)
    totals = [0.0] * n
    for order in itertools.permutations(range(n)):
        members = 0
        for player in order:
            joined = members | 1 << player
            totals[player] += game.values[joined] - game.values[members]
            members = joined
    return [total / math.factorial(n) for total in totals]


@pytest.fixture
def shapley():
    """The oracle: a function from a game to its Shapley values."""
    return walk_every_order
