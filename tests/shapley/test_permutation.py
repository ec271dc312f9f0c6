"""Sampling: no bias, an honest standard error, and exact efficiency."""

import itertools

import pytest
import torch

from core.shapley.enumeration import enumerate_values
from core.shapley.games import GAMES
from core.shapley.permutation import sample_permutations, sample_values

GAME = GAMES["softmax_mean"]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def test_orders_are_permutations_and_every_player_leads_equally_often():
    orders = sample_permutations(6000, 6, generator=seeded(0))
    assert torch.equal(orders.sort(dim=1).values, torch.arange(6).expand(6000, 6))
    # 1000 expected, standard deviation 29.
    assert (orders[:, 0].bincount(minlength=6) - 1000).abs().max() < 120


@pytest.mark.parametrize("permutations", [1, 2, 50])
@pytest.mark.parametrize("temperature", [1e-3, 0.1, 10.0])
def test_columns_sum_to_the_grand_coalition_for_any_number_of_orders(
    cosines, grand_value, permutations, temperature
):
    similarity = cosines(11, 3)
    values, _ = sample_values(similarity, GAME, temperature, permutations=permutations)
    expected = grand_value(similarity, temperature)
    torch.testing.assert_close(values.sum(dim=0), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 1.0])
def test_all_orders_together_give_the_exact_values(cosines, monkeypatch, temperature):
    similarity = cosines(5, 3)
    all_orders = torch.tensor(list(itertools.permutations(range(5))))
    monkeypatch.setattr("core.shapley.permutation.sample_permutations", lambda *_, **__: all_orders)
    values, _ = sample_values(similarity, GAME, temperature, permutations=120)
    exact = enumerate_values(similarity, GAME, temperature)
    torch.testing.assert_close(values, exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 1.0])
def test_estimates_are_unbiased_and_their_standard_error_is_calibrated(cosines, temperature):
    similarity = cosines(7, 5)
    runs = [
        sample_values(similarity, GAME, temperature, permutations=64, generator=seeded(seed))
        for seed in range(200)
    ]
    values = torch.stack([value for value, _ in runs])  # (200, 7, 5)
    claimed = torch.stack([error for _, error in runs]).square().mean(dim=0)  # (7, 5)
    exact = enumerate_values(similarity, GAME, temperature)
    z = (values.mean(dim=0) - exact) / (values.std(dim=0) / 200**0.5)
    assert z.abs().max() < 4
    assert 0.85 < (claimed / values.var(dim=0)).mean() < 1.15


def test_the_corrections_leave_a_fraction_of_the_plain_noise(cosines):
    similarity = cosines(32, 8) * 0.1 + 0.5  # encoders put all texts near one another
    plain, corrected = [], []
    for seed in range(20):
        orders = sample_permutations(16, 32, generator=seeded(seed))
        prefixes = GAME.prefix_values(similarity, orders, 0.1)
        gains = torch.diff(prefixes, dim=1, prepend=torch.zeros(16, 1, 8, dtype=torch.float64))
        places = orders.argsort(dim=1).unsqueeze(2).expand_as(gains)
        plain.append(gains.gather(1, places).mean(dim=0))
        values, _ = sample_values(similarity, GAME, 0.1, permutations=16, generator=seeded(seed))
        corrected.append(values)
    assert torch.stack(corrected).var(dim=0).mean() < 0.05 * torch.stack(plain).var(dim=0).mean()


def test_the_same_seed_gives_the_same_values(cosines):
    similarity = cosines(6, 2)
    first, again, other = (
        sample_values(similarity, GAME, 0.1, permutations=4, generator=seeded(seed))[0]
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_one_order_says_nothing_about_its_error(cosines):
    _, error = sample_values(cosines(4, 2), GAME, 0.1, permutations=1)
    assert torch.isinf(error).all()


def test_a_single_player_is_certain():
    values, error = sample_values(torch.tensor([[0.7]]), GAME, 0.1, permutations=8)
    assert (values.item(), error.item()) == pytest.approx((0.7, 0.0), abs=1e-6)


def test_targets_are_independent_of_the_block_they_are_computed_in(cosines, monkeypatch):
    similarity = cosines(6, 5)
    whole = sample_values(similarity, GAME, 0.1, permutations=8, generator=seeded(3))
    monkeypatch.setattr("core.shapley.permutation._BLOCK_ELEMENTS", 2 * 8 * 6)
    parts = sample_values(similarity, GAME, 0.1, permutations=8, generator=seeded(3))
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-15)


@pytest.mark.parametrize("temperature", [0.01, 0.2])
def test_the_gradient_is_that_of_the_estimate(cosines, temperature):
    similarity = cosines(5, 2).requires_grad_()

    def estimate(s):
        return sample_values(s, GAME, temperature, permutations=6, generator=seeded(0))[0]

    assert torch.autograd.gradcheck(estimate, (similarity,), eps=1e-7, atol=1e-4)


def test_the_standard_error_has_no_gradient(cosines):
    _, error = sample_values(cosines(5, 2).requires_grad_(), GAME, 0.1, permutations=6)
    assert not error.requires_grad
