"""Paired comparison against plain resampling, enumeration of coin tosses and counting by hand."""

import math

import numpy as np
import pytest

from core.analysis.comparison import holm, mcnemar, paired_bootstrap, summarise_seeds
from core.errors import InputError


def two_systems(posts: int, gain: float, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two systems on the same gold, the second finding more of it."""
    generator = np.random.default_rng(seed)
    gold = generator.poisson(1.5, posts)
    found = [generator.binomial(gold, share) for share in (0.7, 0.7 + gain)]
    a, b = (np.stack([f, generator.poisson(0.4, posts), gold - f], 1).astype(float) for f in found)
    return a, b


def f1(counts: np.ndarray) -> float:
    correct, spurious, missed = counts.sum(axis=0)
    return 2 * correct / (2 * correct + spurious + missed)


def test_the_difference_is_that_of_both_scores():
    a, b = two_systems(100, 0.1)
    found = paired_bootstrap(a, b)
    assert found.f1_a == pytest.approx(f1(a))
    assert found.f1_b == pytest.approx(f1(b))
    assert found.difference == pytest.approx(f1(b) - f1(a))
    assert (found.posts, found.draws, found.seed) == (100, 1000, 0)


def test_interval_and_p_agree_with_resampling_both_on_the_same_posts():
    a, b = two_systems(120, 0.05, seed=1)
    generator = np.random.default_rng(9)
    places = (generator.integers(120, size=120) for _ in range(4000))
    plain = np.array([f1(b[place]) - f1(a[place]) for place in places])
    found = paired_bootstrap(a, b, draws=4000)
    assert found.low == pytest.approx(np.quantile(plain, 0.025), abs=0.006)
    assert found.high == pytest.approx(np.quantile(plain, 0.975), abs=0.006)
    assert found.p == pytest.approx(2 * min((plain <= 0).mean(), (plain >= 0).mean()), abs=0.03)


def test_a_clear_gain_has_a_small_p_and_swapping_changes_the_sign():
    a, b = two_systems(400, 0.2)
    there, back = paired_bootstrap(a, b), paired_bootstrap(b, a)
    assert there.p == back.p == pytest.approx(2 / 1001)
    assert there.difference == -back.difference > 0
    assert there.low > 0 > back.high


def test_a_system_against_itself_shows_no_difference():
    a, _ = two_systems(50, 0.0)
    found = paired_bootstrap(a, a)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_p_is_small_as_often_as_it_claims_when_there_is_no_difference():
    small = sum(
        paired_bootstrap(*two_systems(150, 0.0, seed=trial), draws=200).p <= 0.1
        for trial in range(50)
    )
    assert 1 <= small <= 12


def test_systems_without_any_unit_have_an_unknown_difference():
    nothing = np.zeros((3, 3))
    found = paired_bootstrap(nothing, np.tile([0.0, 1.0, 0.0], (3, 1)))
    assert (found.f1_a, found.f1_b, found.difference, found.p) == (None, 0, None, None)


def test_a_single_post_has_no_interval():
    found = paired_bootstrap(np.array([[1.0, 1, 0]]), np.array([[1.0, 0, 0]]))
    assert (found.low, found.high, found.p) == (None, None, None)
    assert found.difference == pytest.approx(1 / 3)


def test_a_type_with_a_unit_in_one_post_of_many_shows_nothing():
    a, b = np.zeros((500, 3)), np.zeros((500, 3))
    a[7], b[7] = (1, 0, 0), (0, 0, 1)
    found = paired_bootstrap(a, b)
    assert (found.difference, found.high) == (-1, 0)
    # The share of draws that hold the post not once, (1 - 1/500) ** 500, contradicts the sign.
    assert found.p == pytest.approx(2 * (1 - 1 / 500) ** 500, abs=0.1)


def test_chance_among_few_units_seldom_looks_like_a_difference():
    generator = np.random.default_rng(5)
    small = 0
    for _ in range(100):
        a, b = np.zeros((100, 3)), np.zeros((100, 3))
        for post in range(3):
            for counts in (a, b):
                counts[post, 0 if generator.random() < 0.5 else 2] = 1
        small += paired_bootstrap(a, b, draws=200).p <= 0.05
    assert small <= 6


def test_no_posts_at_all_are_refused():
    with pytest.raises(InputError, match="share no post"):
        paired_bootstrap(np.zeros((0, 3)), np.zeros((0, 3)))


def test_counts_of_other_posts_are_refused():
    with pytest.raises(ValueError, match="same posts"):
        paired_bootstrap(np.zeros((2, 3)), np.zeros((3, 3)))


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 6), (2, 9), (5, 5), (1, 0), (0, 0)])
def test_mcnemar_is_the_chance_of_coin_tosses_as_uneven(only_a, only_b):
    right_a = np.array([True] * only_a + [False] * only_b + [True, False])
    right_b = np.array([False] * only_a + [True] * only_b + [True, False])
    uneven = only_a + only_b
    chances = [math.comb(uneven, heads) / 2**uneven for heads in range(uneven + 1)]
    expected = sum(chance for chance in chances if chance <= chances[only_b] * (1 + 1e-9))
    found = mcnemar(right_a, right_b)
    assert (found.both, found.only_a, found.only_b, found.neither) == (1, only_a, only_b, 1)
    assert found.p == pytest.approx(expected)


def test_mcnemar_needs_the_same_posts():
    with pytest.raises(ValueError, match="same posts"):
        mcnemar(np.array([True]), np.array([True, False]))


def test_seeds_are_summarised_by_mean_and_sample_deviation():
    found = summarise_seeds([0.84, 0.86, 0.88])
    assert (found.mean, found.deviation) == (pytest.approx(0.86), pytest.approx(0.02))
    assert str(found) == "0.860 ± 0.020 (3 seeds)"
    assert str(summarise_seeds([0.84])) == "0.840 (1 seed)"


def test_no_seed_at_all_is_refused():
    with pytest.raises(InputError, match="no score"):
        summarise_seeds([])


def test_holm_by_hand():
    assert holm([0.01, 0.04, None, 0.03, 0.005]) == [
        None if p is None else pytest.approx(p) for p in (0.03, 0.06, None, 0.06, 0.02)
    ]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
