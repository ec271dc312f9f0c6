"""Drawn coalitions follow the Shapley kernel; further columns stay out of membership's way."""

import math

import pytest
import torch

from core.shapley.coalitions import all_coalitions
from core.shapley.kernel_design import regression_columns, sample_coalitions, single_share


def kernel_weights(players):
    """The kernel's weight of every coalition but nobody and everybody, of 1 in all."""
    sizes = all_coalitions(players)[1:-1].sum(dim=1).tolist()
    weights = [1 / (math.comb(players, k) * k * (players - k)) for k in sizes]
    return torch.tensor([w / math.fsum(weights) for w in weights], dtype=torch.float64)


def test_coalitions_of_a_size_are_equally_frequent_and_sizes_follow_the_kernel():
    players, count = 5, 60_000
    drawn = sample_coalitions(count, players, generator=torch.Generator().manual_seed(0))
    numbers = (drawn * 2 ** torch.arange(players)).sum(dim=1)
    found = numbers.bincount(minlength=2**players)[1:-1] / count
    expected = kernel_weights(players)
    sizes = all_coalitions(players)[1:-1].sum(dim=1)
    expected = expected * ((sizes > 1) & (sizes < players - 1))
    expected = expected / expected.sum()
    assert (found - expected).abs().max() < 4 * (expected.max() / count).sqrt()


def test_the_same_seed_draws_the_same_coalitions():
    first, second = (
        sample_coalitions(50, 9, generator=torch.Generator().manual_seed(7)) for _ in range(2)
    )
    assert torch.equal(first, second)


@pytest.mark.parametrize("players", [2, 3, 4, 9])
def test_the_share_of_single_players_is_that_of_the_kernel(players):
    sizes = all_coalitions(players)[1:-1].sum(dim=1)
    is_single = (sizes == 1) | (sizes == players - 1)
    expected = float(kernel_weights(players)[is_single].sum())
    assert single_share(players) == pytest.approx(expected)


@pytest.mark.parametrize("players", [4, 5, 10])
def test_over_the_kernel_no_further_column_goes_with_membership(players):
    columns = regression_columns(all_coalitions(players)[1:-1])
    weighted = kernel_weights(players).unsqueeze(1) * columns
    together = columns[:, :players].T @ weighted[:, players:]
    assert together.abs().max() <= 1e-14


def test_a_complement_has_the_opposite_membership_and_functions_of_size():
    columns = regression_columns(all_coalitions(6)[1:-1])
    torch.testing.assert_close(columns, -columns.flip(0))


@pytest.mark.parametrize("players", [1, 2, 3])
def test_where_nothing_is_drawn_membership_is_all_there_is(players):
    columns = regression_columns(torch.eye(players, dtype=torch.bool))
    expected = torch.eye(players, dtype=torch.float64) - 1 / players
    torch.testing.assert_close(columns, expected)
