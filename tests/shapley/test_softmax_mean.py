"""Quadrature against enumeration, closed forms and its own tolerance."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.shapley.enumeration import enumerate_values
from core.shapley.similarity_games import SoftmaxMeanGame
from core.shapley.softmax_mean import softmax_mean_quadrature

TEMPERATURES = [0.05, 0.1, 0.3, 1.0, 3.0, 10.0]


def largest_error(similarity, temperature, tolerance):
    exact = enumerate_values(SoftmaxMeanGame(similarity.double(), temperature))
    found = softmax_mean_quadrature(similarity, temperature, tolerance)
    assert found.dtype == similarity.dtype
    return (found.double() - exact).abs().max().item()


@pytest.mark.parametrize("temperature", [1e-3, *TEMPERATURES, 1e3])
@pytest.mark.parametrize("players", [2, 3, 5, 8, 12, 16])
def test_quadrature_equals_enumeration_as_closely_as_asked(cosines, players, temperature):
    similarity = cosines(players, 1 if players == 16 else 3, seed=players)
    exact = enumerate_values(SoftmaxMeanGame(similarity, temperature))
    for tolerance in (1e-3, 1e-6, 1e-10, 1e-12):
        found = softmax_mean_quadrature(similarity, temperature, tolerance)
        torch.testing.assert_close(found, exact, rtol=0, atol=tolerance)
    assert largest_error(similarity.float(), temperature, 1e-6) <= 1e-6


def test_quadrature_equals_brute_force(cosines, brute_force):
    similarity = cosines(8, 3)
    found = softmax_mean_quadrature(similarity, 0.07, 1e-12)
    torch.testing.assert_close(found, brute_force(similarity, 0.07), rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    similarities=st.lists(st.floats(-1, 1), min_size=1, max_size=9),
    temperature=st.floats(-3, 3).map(lambda exponent: 10.0**exponent),
    tolerance=st.floats(-12, 1).map(lambda exponent: 10.0**exponent),
)
def test_the_tolerance_is_kept_whatever_the_similarities(similarities, temperature, tolerance):
    similarity = torch.tensor(similarities, dtype=torch.float64).unsqueeze(1)
    # Arithmetic itself errs by about 1e-13.
    assert largest_error(similarity, temperature, tolerance) <= tolerance + 2e-13


@pytest.mark.parametrize("outlier", [-1.0, 0.9])
def test_one_player_unlike_all_others_is_no_exception(outlier):
    similarity = torch.full((12, 1), 0.8, dtype=torch.float64)
    similarity[3] = outlier
    for temperature in TEMPERATURES:
        assert largest_error(similarity, temperature, 1e-12) <= 1e-12


@pytest.mark.parametrize("players", [16, 100])
def test_a_high_temperature_gives_the_values_of_the_mean_game(cosines, players):
    similarity = cosines(players, 3)
    harmonic = math.fsum(1 / k for k in range(1, players + 1))
    others = (similarity.sum(dim=0) - similarity) / (players - 1)
    expected = similarity / players + (harmonic - 1) / players * (similarity - others)
    found = softmax_mean_quadrature(similarity, 1e9, 1e-10)
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-9)


@pytest.mark.parametrize("players", [16, 40])
def test_a_low_temperature_gives_the_values_of_the_airport_game(players):
    order = torch.randperm(players, generator=torch.Generator().manual_seed(0))
    ascending = torch.linspace(-0.5, 0.9, players, dtype=torch.float64)
    steps = torch.diff(ascending, prepend=torch.zeros(1, dtype=torch.float64))
    shared_by = torch.arange(players, 0, -1)
    expected = (steps / shared_by).cumsum(dim=0)[order]
    found = softmax_mean_quadrature(ascending[order].unsqueeze(1), 1e-3, 1e-10)
    torch.testing.assert_close(found.squeeze(1), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("players", [2, 30, 300])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-8])
def test_columns_sum_to_the_grand_coalition(cosines, grand_value, players, tolerance):
    similarity = cosines(players, 4)
    total = softmax_mean_quadrature(similarity, 0.1, tolerance).sum(dim=0)
    gap = (total - grand_value(similarity, 0.1)).abs().max()
    assert gap <= players * tolerance


def test_a_common_offset_is_shared_equally(cosines):
    similarity = cosines(20, 3)
    plain = softmax_mean_quadrature(similarity, 0.1, 1e-6)
    shifted = softmax_mean_quadrature(similarity + 5, 0.1, 1e-6)
    torch.testing.assert_close(shifted, plain + 5 / 20, rtol=0, atol=1e-13)


def test_equal_similarities_give_equal_exact_values():
    similarity = torch.full((7, 2), 0.3, dtype=torch.float64)
    found = softmax_mean_quadrature(similarity, 0.1, 1.0)
    torch.testing.assert_close(found, similarity / 7, rtol=0, atol=1e-16)


def test_a_single_player_gets_its_similarity():
    similarity = torch.tensor([[0.4, -2.0]])
    assert torch.equal(softmax_mean_quadrature(similarity, 0.1, 1e-6), similarity)


def test_similarities_far_apart_are_exact_or_refused():
    similarity = torch.tensor([[50.0], [-30.0], [49.9]], dtype=torch.float64)
    assert largest_error(similarity, 0.05, 1e-9) <= 1e-9
    with pytest.raises(InputError, match="temperatures"):
        softmax_mean_quadrature(similarity, 1e-3, 1e-9)


@pytest.mark.parametrize("temperature", [1e-3, 0.05, 0.3, 10.0])
@pytest.mark.parametrize("players", [2, 5, 11])
def test_the_gradient_equals_that_of_enumeration(cosines, players, temperature):
    similarity = cosines(players, 3).requires_grad_()
    upstream = cosines(players, 3, seed=1)
    exact = (enumerate_values(SoftmaxMeanGame(similarity, temperature)) * upstream).sum()
    found = (softmax_mean_quadrature(similarity, temperature, 1e-9) * upstream).sum()
    (expected,) = torch.autograd.grad(exact, similarity)
    (gradient,) = torch.autograd.grad(found, similarity)
    atol = 1e-9 * (1 + 1 / temperature)
    torch.testing.assert_close(gradient, expected, rtol=0, atol=atol)


@pytest.mark.parametrize("temperature", [0.05, 0.3, 10.0])
def test_the_gradient_at_the_default_tolerance_is_within_1e_5_in_float32(cosines, temperature):
    similarity = cosines(12, 12, dtype=torch.float32).requires_grad_()
    exact = enumerate_values(SoftmaxMeanGame(similarity, temperature))
    found = softmax_mean_quadrature(similarity, temperature, 1e-6)
    upstream = torch.eye(12)
    (expected,) = torch.autograd.grad((exact * upstream).sum(), similarity)
    (gradient,) = torch.autograd.grad((found * upstream).sum(), similarity)
    torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("players", [2, 6, 24])
def test_gradcheck_passes_in_float64(cosines, players):
    similarity = cosines(players, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: softmax_mean_quadrature(s, 0.1, 1e-11), (similarity,), atol=1e-7
    )


def test_equal_similarities_still_have_a_gradient():
    similarity = torch.full((5, 1), 0.3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(
        softmax_mean_quadrature(similarity, 0.1, 1e-9)[0, 0], similarity
    )
    (expected,) = torch.autograd.grad(
        enumerate_values(SoftmaxMeanGame(similarity, 0.1))[0, 0], similarity
    )
    torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("block", [1, 100, 1000])
def test_the_size_of_the_blocks_changes_nothing(cosines, monkeypatch, block):
    similarity = cosines(9, 7).requires_grad_()
    whole = softmax_mean_quadrature(similarity, 0.1, 1e-6)
    monkeypatch.setattr("core.shapley.quadrature._CPU_BLOCK", block)
    parts = softmax_mean_quadrature(similarity, 0.1, 1e-6)
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-14)
    expected, found = (torch.autograd.grad(v.square().sum(), similarity)[0] for v in (whole, parts))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-13)


def test_the_gradient_needs_no_memory_per_node(cosines):
    similarity = cosines(24, 24).requires_grad_()
    stored = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: stored.append(t.numel()) or t, lambda t: t
    ):
        softmax_mean_quadrature(similarity, 0.1, 1e-9)
    assert sum(stored) <= 2 * similarity.numel()
