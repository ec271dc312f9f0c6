"""The nodes keep the bounds that are claimed for them."""

import numpy as np
import pytest

from core.errors import InputError
from core.shapley.nodes import choose_nodes


def nodes_for(players, tolerance, log_range=10.0):
    return choose_nodes(
        players, log_range=log_range, weight_sum=players / 2, relative_tolerance=tolerance
    )


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-12])
@pytest.mark.parametrize("players", [2, 7, 16, 40, 150, 768])
def test_shares_integrate_every_term_of_their_bound(players, tolerance):
    # The bound rests on q (1 - q)^j, j < n - 1, whose integrals are 1 / ((j + 1) (j + 2)).
    nodes = nodes_for(players, tolerance)
    j = np.arange(players - 1)
    terms = nodes.shares[:, None] * (1 - nodes.shares[:, None]) ** j
    error = nodes.share_weights @ terms - 1 / ((j + 1) * (j + 2))
    assert np.abs(error).max() <= tolerance
    assert np.abs(error.sum()) <= tolerance


def test_small_games_get_the_rule_that_is_exact():
    assert len(nodes_for(12, 1e-12).shares) == 6


def test_many_players_need_few_shares():
    assert len(nodes_for(768, 1e-3).shares) <= 12


@pytest.mark.parametrize("players", [3, 64])
def test_a_tighter_tolerance_takes_a_finer_and_longer_grid(players):
    loose, tight = nodes_for(players, 1e-3), nodes_for(players, 1e-9)
    assert tight.step < loose.step
    assert tight.log_rates[0] < loose.log_rates[0]
    assert tight.log_rates[-1] > loose.log_rates[-1]
    assert len(tight.shares) >= len(loose.shares)


def test_the_grid_reaches_the_player_with_the_smallest_weight():
    assert nodes_for(5, 1e-6, log_range=500.0).log_rates[-1] > 500.0


def test_a_temperature_that_needs_too_many_nodes_is_refused():
    with pytest.raises(InputError, match="raise the temperature or use method='permutation'"):
        nodes_for(5, 1e-6, log_range=1e6)


def test_a_tolerance_beyond_float64_is_refused():
    with pytest.raises(InputError, match="too fine for float64"):
        nodes_for(5, 1e-15)
