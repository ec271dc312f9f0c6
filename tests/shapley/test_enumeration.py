"""Enumeration is the definition; here it meets another form of the same definition."""

import itertools

import pytest
import torch

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT, all_coalitions
from core.shapley.enumeration import enumerate_values, value_table
from core.shapley.similarity_games import SoftmaxMeanGame


@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_values_are_the_mean_gain_over_all_orders(cosines, temperature):
    similarity = cosines(5, 3)
    orders = torch.tensor(list(itertools.permutations(range(5))))  # (120, 5)
    prefixes = SoftmaxMeanGame(similarity, temperature).prefix_values(orders)  # (120, 5, 3)
    gains = torch.diff(prefixes, dim=1, prepend=torch.zeros(120, 1, 3, dtype=torch.float64))
    expected = torch.stack([gains[orders == player].mean(dim=0) for player in range(5)])
    found = enumerate_values(SoftmaxMeanGame(similarity, temperature))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


def test_values_equal_the_brute_force_sum_over_coalitions(cosines, brute_force):
    similarity = cosines(9, 2)
    found = enumerate_values(SoftmaxMeanGame(similarity, 0.1))
    torch.testing.assert_close(found, brute_force(similarity, 0.1), rtol=0, atol=1e-15)


def test_columns_sum_to_the_grand_coalition_at_the_largest_size(cosines, grand_value):
    similarity = cosines(PLAYER_LIMIT, 2)
    total = enumerate_values(SoftmaxMeanGame(similarity, 0.1)).sum(dim=0)
    torch.testing.assert_close(total, grand_value(similarity, 0.1), rtol=0, atol=1e-14)


def test_targets_are_independent_of_the_block_they_are_computed_in(cosines, monkeypatch):
    similarity = cosines(6, 5)
    whole = enumerate_values(SoftmaxMeanGame(similarity, 0.1))
    monkeypatch.setattr("core.shapley.enumeration._BLOCK_ELEMENTS", 2 * 6 * 2**6)
    torch.testing.assert_close(
        enumerate_values(SoftmaxMeanGame(similarity, 0.1)), whole, rtol=0, atol=1e-15
    )


def test_the_gradient_is_right(cosines):
    similarity = cosines(5, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: enumerate_values(SoftmaxMeanGame(s, 0.2)), (similarity,)
    )


def test_more_players_than_can_be_enumerated_are_refused(cosines):
    with pytest.raises(InputError, match=r"at most 16 players, got 17.*exact"):
        enumerate_values(SoftmaxMeanGame(cosines(17, 1), 0.1))


def test_the_table_holds_every_coalition_in_binary_order(cosines):
    game = SoftmaxMeanGame(cosines(4, 3, dtype=torch.float32), 0.1)
    table = value_table(game)
    assert table.dtype == torch.float64
    expected = game.coalition_values(all_coalitions(4)).double()
    torch.testing.assert_close(table, expected, rtol=0, atol=1e-6)
    assert not table[0].any()
