"""Questions about the game, answered a second time without the engine."""

import itertools
import math

import pytest
import torch

from core.lab import context_questions
from core.lab.card import Photo, photo_of


def soft(similarities, temperature=0.1):
    """Value a set by the softmax-weighted mean, in plain Python."""
    weights = [math.exp(s / temperature) for s in similarities]
    if not weights:
        return 0.0
    return sum(w * s for w, s in zip(weights, similarities, strict=True)) / sum(weights)


def shapley(similarities, value):
    n = len(similarities)
    totals = [0.0] * n
    for order in itertools.permutations(range(n)):
        present = []
        for player in order:
            before = value(present)
            present = [*present, similarities[player]]
            totals[player] += value(present) - before
    return [total / math.factorial(n) for total in totals]


def photo(*similarities, seed=0):
    return Photo(
        labels=tuple(f"“{s}”" for s in similarities),
        similarities=torch.tensor(similarities, dtype=torch.float64).unsqueeze(1),
        seed=seed,
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_loser_of_a_copy_is_the_one_brute_force_finds(seed):
    drawn = photo_of(seed)
    similarities = drawn.similarities.squeeze(1).tolist()
    before = shapley(similarities, soft)
    twin = similarities.index(sorted(similarities)[-1 - seed % 2])
    after = shapley([*similarities, similarities[twin]], soft)
    changes = [new - old for new, old in zip(after, before, strict=False)]
    card = context_questions.copy_added(drawn)
    assert card.answer == changes.index(min(changes))
    assert [row["change"] for row in card.numbers[:-1]] == pytest.approx(changes, abs=6e-5)


def test_a_copy_may_cost_its_twin_most_or_somebody_else():
    alike = context_questions.copy_added(photo(0.6, 0.1, 0.4))
    assert alike.answer == 0
    assert "the twins share" in alike.because
    other = context_questions.copy_added(photo(0.1, 0.4, 0.6, seed=1))
    assert other.options[other.answer] == "“0.6”"
    assert "not from its twin alone" in other.because


@pytest.mark.parametrize("seed", range(40))
def test_the_loser_of_a_copy_can_be_told_from_the_numbers_shown(seed):
    card = context_questions.copy_added(photo_of(seed))
    lowest, second, *_ = sorted(row["change"] for row in card.numbers)
    assert second - lowest > 0.0005


def test_removing_the_weakest_raises_the_value_of_all():
    card = context_questions.weakest_removed(photo(0.6, 0.1, 0.4))
    assert card.options[card.answer] == "it rises"
    assert [row["v"] for row in card.numbers] == pytest.approx(
        [soft([0.6, 0.1, 0.4]), soft([0.6, 0.4])], abs=6e-5
    )


def test_removing_one_of_equals_changes_nothing():
    card = context_questions.weakest_removed(photo(0.4, 0.4, 0.4))
    assert card.options[card.answer] == "it stays the same"


def test_an_offset_is_shared_by_all():
    card = context_questions.offset_added(photo(0.6, 0.1, 0.4, 0.3))
    assert card.options[card.answer] == "each rises by 0.1 / 4 = 0.025"
    assert [row["change"] for row in card.numbers] == pytest.approx([0.025] * 4)


def test_temperature_leads_to_the_mean_and_to_the_maximum():
    high = context_questions.high_temperature(photo(0.6, 0.1, 0.4))
    low = context_questions.low_temperature(photo(0.6, 0.1, 0.4))
    assert high.options[high.answer].startswith("the mean")
    assert low.options[low.answer].startswith("the maximum")
    assert [row["φ of the maximum"] for row in low.numbers] == pytest.approx(
        shapley([0.6, 0.1, 0.4], lambda s: max(s, default=0.0)), abs=6e-5
    )


@pytest.mark.parametrize(
    ("similarities", "answer"), [((0.6, 0.05, 0.6), "below 0"), ((0.6, 0.5, 0.6), "above 0")]
)
def test_the_sign_of_the_weakest_is_computed(similarities, answer):
    card = context_questions.negative_value(photo(*similarities))
    value = shapley(similarities, lambda s: soft(s, temperature=1.0))[1]
    assert card.options[card.answer] == answer
    assert card.numbers[1]["φ"] == pytest.approx(value, abs=6e-5)


def test_twins_stand_in_for_each_other():
    card = context_questions.twins(photo(0.6, 0.1))
    assert card.options[card.answer].startswith("below 0")
    # With the twins and 0.1: v(both) - 2 v(one) + v(none), before and after 0.1 has come.
    assert card.numbers[0]["interaction with the twin"] == pytest.approx(-(0.6 + 0.5) / 2)


def test_whether_the_best_can_be_missed_depends_on_the_second():
    stays = context_questions.best_leaves(photo(0.6, 0.4))
    lost = context_questions.best_leaves(photo(0.6, 0.2))
    assert stays.options[stays.answer] == "it does not change"
    assert lost.options[lost.answer] == "it is lost"
    assert "nobody steps in" in lost.because


def test_twice_the_batch_halves_the_mean_value():
    card = context_questions.bigger_batch(photo(0.6, 0.1, 0.4))
    assert card.options[card.answer] == "it halves"
    assert [row["contexts"] for row in card.numbers] == [3, 6]
