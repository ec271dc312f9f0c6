"""The nodes keep the bounds that are claimed for them."""

import numpy as np
import pytest

from core.errors import InputError
from core.shapley.nodes import choose_nodes, quarter
from core.shapley.softmax_mean import _share_bound


def nodes_for(players, tolerance, last=10.0, first=-6.0, order=2):
    return choose_nodes(
        players,
        first=first,
        last=last,
        order=order,
        strip_bound=2.0,
        share_bound=_share_bound,
        budget=quarter(tolerance),
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
def test_a_tighter_tolerance_takes_a_finer_grid(players):
    loose, tight = nodes_for(players, 1e-3), nodes_for(players, 1e-9)
    assert tight.rate_weights[-1] < loose.rate_weights[-1]
    assert len(tight.log_rates) > len(loose.log_rates)
    assert len(tight.shares) >= len(loose.shares)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-8])
def test_rates_integrate_what_falls_off_at_both_ends(order, tolerance):
    # The integral of lambda^p exp(-lambda) d lambda / lambda is 1 for p = 1 and for p = 2. What it
    # leaves its power law by is below lambda^(p + 1).
    first = np.log(tolerance / 4) / (order + 1)
    last = np.log(-np.log(tolerance / 4)) + 1
    nodes = nodes_for(5, tolerance, last=last, first=first, order=order)
    rates = np.exp(nodes.log_rates)
    integral = nodes.rate_weights @ (rates**order * np.exp(-rates))
    assert abs(integral - 1) <= tolerance


def test_the_grid_covers_the_range_asked_for():
    nodes = nodes_for(5, 1e-6, last=500.0)
    assert nodes.log_rates[0] == -6.0
    assert nodes.log_rates[-1] >= 500.0


def test_a_range_that_needs_too_many_nodes_is_refused():
    with pytest.raises(InputError, match="raise the temperature or use method='permutation'"):
        nodes_for(5, 1e-6, last=1e6)


def test_a_tolerance_beyond_float64_is_refused():
    with pytest.raises(InputError, match="too fine for float64"):
        quarter(1e-15)


@pytest.mark.parametrize("tolerance", [1e-13, 3e-7, 0.4, 5.0])
def test_a_quarter_is_a_power_of_two_of_at_most_a_quarter(tolerance):
    budget = quarter(tolerance)
    assert budget <= min(tolerance, 1.0) / 4 < 2 * budget
    assert np.log2(budget) == round(np.log2(budget))
