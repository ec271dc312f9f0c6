"""Quadrature of the log-sum-exp game against enumeration and against limits."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.shapley.enumeration import enumerate_values
from core.shapley.log_sum_exp import log_sum_exp_quadrature
from core.shapley.similarity_games import LogSumExpGame

TEMPERATURES = [0.02, 0.1, 1.0, 10.0, 1e3]


def exact(similarity, temperature):
    return enumerate_values(LogSumExpGame(similarity, temperature))


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("players", [1, 2, 5, 12, 16])
def test_quadrature_equals_enumeration_as_closely_as_asked(cosines, players, temperature):
    similarity = cosines(players, 1 if players == 16 else 3, seed=players)
    for tolerance in (1e-3, 1e-6, 1e-10):
        found = log_sum_exp_quadrature(similarity, temperature, tolerance)
        rounding = 1e-13 * max(1.0, temperature)
        torch.testing.assert_close(
            found, exact(similarity, temperature), rtol=0, atol=tolerance + rounding
        )


@settings(deadline=None, max_examples=50)
@given(
    similarities=st.lists(st.floats(-2, 2), min_size=1, max_size=8),
    temperature=st.floats(-2, 2).map(lambda exponent: 10.0**exponent),
    tolerance=st.floats(-9, -1).map(lambda exponent: 10.0**exponent),
)
def test_the_tolerance_is_kept_whatever_the_similarities(similarities, temperature, tolerance):
    similarity = torch.tensor(similarities, dtype=torch.float64).unsqueeze(1)
    found = log_sum_exp_quadrature(similarity, temperature, tolerance)
    error = (found - exact(similarity, temperature)).abs().max()
    assert error <= tolerance + 1e-12 * max(1.0, temperature)


@pytest.mark.parametrize("players", [30, 300])
def test_columns_sum_to_the_grand_coalition(cosines, players):
    similarity = cosines(players, 3)
    total = log_sum_exp_quadrature(similarity, 0.1, 1e-9).sum(dim=0)
    grand = 0.1 * torch.logaddexp((similarity / 0.1).logsumexp(dim=0), torch.zeros(3).double())
    torch.testing.assert_close(total, grand, rtol=0, atol=players * 1e-9)


def test_equal_players_share_the_logarithm():
    similarity = torch.full((10, 1), 0.3, dtype=torch.float64)
    found = log_sum_exp_quadrature(similarity, 0.5, 1e-11)
    share = 0.5 * math.log(1 + 10 * math.exp(0.3 / 0.5)) / 10
    torch.testing.assert_close(found, torch.full_like(found, share), rtol=0, atol=1e-11)


@pytest.mark.parametrize("temperature", [0.05, 0.3, 10.0])
@pytest.mark.parametrize("players", [2, 6])
def test_gradcheck_passes_in_float64(cosines, players, temperature):
    similarity = cosines(players, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: log_sum_exp_quadrature(s, temperature, 1e-11), (similarity,), atol=1e-7
    )


def test_the_gradient_equals_that_of_enumeration(cosines):
    similarity, upstream = cosines(11, 3).requires_grad_(), cosines(11, 3, seed=1)
    found = (log_sum_exp_quadrature(similarity, 0.1, 1e-9) * upstream).sum()
    expected = (exact(similarity, 0.1) * upstream).sum()
    torch.testing.assert_close(
        *(torch.autograd.grad(value, similarity)[0] for value in (found, expected)),
        rtol=0,
        atol=1e-7,
    )


def test_float32_stays_float32_and_accurate(cosines):
    similarity = cosines(12, 4, dtype=torch.float32)
    found = log_sum_exp_quadrature(similarity, 0.1, 1e-6)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact(similarity.double(), 0.1), rtol=0, atol=1e-6)


def test_a_tolerance_beyond_float64_is_refused(cosines):
    with pytest.raises(InputError, match="too fine for float64"):
        log_sum_exp_quadrature(cosines(4, 1), 1.0, 1e-16)
