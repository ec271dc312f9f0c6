"""Coalitions in binary order, prefixes of orders, and the weights of the Shapley value."""

import itertools
import math

import pytest
import torch

from core.shapley.coalitions import all_coalitions, prefix_coalitions, shapley_weights


def test_row_c_holds_the_players_whose_bits_c_has():
    expected = [[], [0], [1], [0, 1], [2], [0, 2], [1, 2], [0, 1, 2]]
    assert [row.nonzero().flatten().tolist() for row in all_coalitions(3)] == expected


@pytest.mark.parametrize("players", [1, 4, 16])
def test_every_coalition_occurs_once_from_nobody_to_everybody(players):
    coalitions = all_coalitions(players)
    assert coalitions.dtype == torch.bool
    assert coalitions.shape == (2**players, players)
    assert len(coalitions.unique(dim=0)) == 2**players
    assert not coalitions[0].any()
    assert coalitions[-1].all()


def test_prefixes_are_who_came_first():
    orders = torch.tensor([[2, 0, 1], [1, 2, 0]])
    members = [
        [set(row.nonzero().flatten().tolist()) for row in m] for m in prefix_coalitions(orders, 3)
    ]
    assert members == [[{2}, {0, 2}, {0, 1, 2}], [{1}, {1, 2}, {0, 1, 2}]]


def test_orders_of_some_players_leave_the_others_out():
    prefixes = prefix_coalitions(torch.tensor([[3], [1]]), 5)
    expected = torch.zeros(2, 1, 5, dtype=torch.bool)
    expected[0, 0, 3] = expected[1, 0, 1] = True
    assert torch.equal(prefixes, expected)


@pytest.mark.parametrize("players", [1, 2, 5])
def test_weights_count_the_orders_in_which_a_coalition_matters_to_a_player(players):
    counted = torch.zeros(players, 2**players, dtype=torch.float64)
    for order in itertools.permutations(range(players)):
        before = 0
        for player in order:
            after = before | 1 << player
            counted[player, after] += 1
            counted[player, before] -= 1
            before = after
    expected = counted / math.factorial(players)
    torch.testing.assert_close(shapley_weights(players), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("players", [1, 7, 16])
def test_a_players_weights_gain_as_much_as_they_lose(players):
    weights = shapley_weights(players)
    gained, lost = weights.clamp(min=0).sum(dim=1), weights.clamp(max=0).sum(dim=1)
    ones = torch.ones(players, dtype=torch.float64)
    torch.testing.assert_close(gained, ones, rtol=0, atol=1e-12)
    torch.testing.assert_close(lost, -ones, rtol=0, atol=1e-12)


def test_weights_come_in_the_dtype_asked_for():
    assert shapley_weights(3, dtype=torch.float32).dtype == torch.float32
    assert torch.equal(shapley_weights(3, dtype=torch.float32), shapley_weights(3).float())
