"""Sampling: no bias, an honest standard error, and exact efficiency, for every design."""

import itertools

import pytest
import torch

from core.errors import InputError
from core.shapley.enumeration import enumerate_values
from core.shapley.given_games import FunctionGame
from core.shapley.permutation import (
    CORRECTIONS,
    DESIGNS,
    permutation_budget,
    play_orders,
    sample_orders,
    sample_size,
    samples_within,
)
from core.shapley.similarity_games import MaxGame, SoftmaxMeanGame, SumGame


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def sample(game, samples, *, design="independent", correction="exact_first", seed=0):
    orders = sample_orders(samples, game.players, design=design, generator=seeded(seed))
    return play_orders(game, orders, correction=correction)


@pytest.mark.parametrize("design", DESIGNS)
def test_orders_are_permutations_and_every_player_leads_equally_often(design):
    orders = sample_orders(1000, 6, design=design, generator=seeded(0)).flatten(0, 1)
    everybody = torch.arange(6).expand(len(orders), 6)
    assert torch.equal(orders.sort(dim=1).values, everybody)
    # A share of 1/6, with at most 1000 independent leaders: four standard deviations are .047.
    leaders = orders[:, 0].bincount(minlength=6) / len(orders)
    assert (leaders - 1 / 6).abs().max() < 0.05


def test_an_antithetic_pair_is_an_order_and_its_reverse():
    orders = sample_orders(5, 4, design="antithetic", generator=seeded(1))
    assert torch.equal(orders[:, 0], orders[:, 1].flip(1))


def test_in_a_set_of_rotations_every_player_takes_every_place_once():
    orders = sample_orders(5, 4, design="rotated", generator=seeded(1))
    assert torch.equal(orders.sort(dim=1).values, torch.arange(4).view(1, 4, 1).expand(5, 4, 4))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("correction", CORRECTIONS)
@pytest.mark.parametrize("samples", [1, 3])
def test_columns_sum_to_the_grand_coalition_for_any_number_of_samples(
    cosines, design, correction, samples
):
    game = SoftmaxMeanGame(cosines(7, 3), 0.1)
    everybody = torch.ones(1, 7, dtype=torch.bool)
    values = sample(game, samples, design=design, correction=correction).mean
    grand = game.coalition_values(everybody)[0]
    torch.testing.assert_close(values.sum(dim=0), grand, rtol=0, atol=1e-12)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_all_orders_together_give_the_exact_values(cosines, correction):
    game = SoftmaxMeanGame(cosines(5, 3), 0.1)
    orders = torch.tensor(list(itertools.permutations(range(5)))).unsqueeze(1)
    values = play_orders(game, orders, correction=correction).mean
    torch.testing.assert_close(values, enumerate_values(game), rtol=0, atol=1e-14)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_estimates_are_unbiased_and_their_standard_error_is_calibrated(cosines, design, correction):
    game = SoftmaxMeanGame(cosines(6, 5), 0.1)
    count = {"independent": 48, "antithetic": 24, "rotated": 12}[design]
    runs = [
        sample(game, count, design=design, correction=correction, seed=seed) for seed in range(200)
    ]
    values = torch.stack([run.mean for run in runs])  # (200, 6, 5)
    claimed = torch.stack([run.standard_error for run in runs]).square().mean(dim=0)
    spread = values.std(dim=0)
    z = (values.mean(dim=0) - enumerate_values(game)) / (spread / 200**0.5).clamp(min=1e-12)
    moves = spread > 1e-9  # some players' values are certain under some designs
    assert z[moves].abs().max() < 4.5
    assert 0.85 < (claimed[moves] / spread[moves].square()).mean() < 1.15


def test_the_corrections_leave_a_fraction_of_the_plain_noise(cosines):
    similarity = cosines(32, 8) * 0.1 + 0.5  # encoders put all texts near one another
    game = SoftmaxMeanGame(similarity, 0.1)

    def noise(correction):
        runs = [sample(game, 16, correction=correction, seed=seed).mean for seed in range(20)]
        return torch.stack(runs).var(dim=0).mean()

    plain = noise("none")
    assert noise("shift") < 0.7 * plain
    assert noise("exact_first") < 0.05 * plain


def test_joined_samples_are_the_samples_drawn_at_once(cosines):
    game = SoftmaxMeanGame(cosines(6, 2), 0.1)
    orders = sample_orders(9, 6, design="independent", generator=seeded(2))
    first, second = (
        play_orders(game, part, correction="exact_first") for part in (orders[:2], orders[2:])
    )
    joined, whole = first.join(second), play_orders(game, orders, correction="exact_first")
    assert joined.count == 9
    torch.testing.assert_close(joined.mean, whole.mean)
    torch.testing.assert_close(joined.standard_error, whole.standard_error)


def test_the_same_seed_gives_the_same_values(cosines):
    game = SoftmaxMeanGame(cosines(6, 2), 0.1)
    first, again, other = (sample(game, 4, seed=seed).mean for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_one_sample_says_nothing_about_its_error(cosines):
    assert torch.isinf(sample(MaxGame(cosines(4, 2)), 1).standard_error).all()


@pytest.mark.parametrize("design", DESIGNS)
def test_a_single_player_is_certain(design):
    drawn = sample(SumGame(torch.tensor([[0.7]])), 8, design=design)
    assert (drawn.mean.item(), drawn.standard_error.item()) == pytest.approx((0.7, 0.0), abs=1e-6)


def test_targets_are_independent_of_the_block_they_are_computed_in(cosines, monkeypatch):
    game = SoftmaxMeanGame(cosines(6, 5), 0.1)
    whole = sample(game, 8)
    monkeypatch.setattr("core.shapley.permutation._BLOCK_ELEMENTS", 2 * 8 * 6)
    parts = sample(game, 8)
    torch.testing.assert_close(parts.mean, whole.mean, rtol=0, atol=1e-15)
    torch.testing.assert_close(parts.standard_error, whole.standard_error)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_the_gradient_is_that_of_the_estimate(cosines, correction):
    similarity = cosines(5, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: sample(SoftmaxMeanGame(s, 0.2), 6, correction=correction).mean,
        (similarity,),
        eps=1e-7,
        atol=1e-4,
    )


def test_the_standard_error_has_no_gradient(cosines):
    drawn = sample(SoftmaxMeanGame(cosines(5, 2).requires_grad_(), 0.1), 6)
    assert not drawn.standard_error.requires_grad


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("players", [2, 5])
def test_a_budget_pays_for_the_samples_it_is_said_to(design, players):
    for samples in (1, 2, 7):
        budget = permutation_budget(players, samples * sample_size(players, design))
        assert samples_within(players, budget, design) == samples
        assert samples == 1 or samples_within(players, budget - 1, design) == samples - 1


def test_no_more_coalitions_are_valued_than_the_budget_says(cosines):
    asked = set()

    def value(coalitions):
        asked.update(tuple(row) for row in coalitions.tolist() if any(row))
        return coalitions.double().sum(dim=1).sqrt()

    sample(FunctionGame(value, size=6), 5)
    assert len(asked) <= permutation_budget(6, 5)


@pytest.mark.parametrize(("design", "smallest"), [("independent", 9), ("antithetic", 13)])
def test_a_budget_below_one_sample_is_refused(design, smallest):
    with pytest.raises(InputError, match=f"give at least {smallest}"):
        samples_within(5, smallest - 1, design)
    assert samples_within(5, smallest, design) == 1
