"""Rank correlations against SciPy, plain resampling and counting by hand."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.analysis.rank_correlation import MINIMUM, rank_correlations


def sparse(posts: int, *, slope: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A measure, and an outcome that is 0 for most posts."""
    generator = np.random.default_rng(seed)
    measure = generator.normal(size=posts)
    outcome = np.trunc(slope * measure + generator.normal(size=posts))
    return measure, outcome


def one(measure, outcome, **options):
    (found,) = rank_correlations(np.asarray(measure, float)[:, None], outcome, **options)
    return found


def test_rho_is_counted_by_hand():
    # Outcomes 0 and 1 have the mid-ranks 3 and 8: ρ = 5 · 2 · 2.5 · (6.5 − 4.5) / √(82.5 · 62.5).
    outcome = np.array([0.0, 1.0] * 5)
    found = one(range(10), outcome)
    assert found.rho.value == pytest.approx(12.5 / np.sqrt(82.5 * 62.5))
    assert found.rho.posts == 10


@pytest.mark.parametrize("slope", [-0.8, 0.0, 0.5])
def test_rho_is_that_of_scipy_with_ties_and_posts_without_a_measure(slope):
    measure, outcome = sparse(80, slope=slope)
    rough, gaps = np.round(measure), np.where(measure > 0.9, np.nan, measure)
    found = rank_correlations(np.stack([measure, rough, gaps], axis=1), outcome)
    for made, values in zip(found, (measure, rough, gaps), strict=True):
        known = ~np.isnan(values)
        assert made.rho.value == pytest.approx(spearmanr(values[known], outcome[known]).statistic)
        assert made.rho.posts == known.sum()


def test_the_interval_agrees_with_ranking_every_draw_anew():
    measure, outcome = sparse(150, slope=0.5, seed=1)
    measure[::7] = np.nan
    generator, plain = np.random.default_rng(5), []
    for _ in range(1000):
        places = generator.integers(150, size=150)
        places = places[~np.isnan(measure[places])]
        plain.append(spearmanr(measure[places], outcome[places]).statistic)
    found = one(measure, outcome, draws=2000)
    assert found.rho.low == pytest.approx(np.quantile(plain, 0.025), abs=0.03)
    assert found.rho.high == pytest.approx(np.quantile(plain, 0.975), abs=0.03)


def test_one_lucky_post_proves_nothing():
    # Only the first or the last of twenty places is as far from the middle: p = 2 / 20.
    outcome = np.zeros(20)
    outcome[-1] = 1
    assert one(range(20), outcome, draws=4000).p == pytest.approx(0.1, abs=0.02)


def test_p_agrees_with_scipy_where_nothing_is_equal():
    generator = np.random.default_rng(3)
    measure = generator.normal(size=60)
    outcome = 0.25 * measure + generator.normal(size=60)
    expected = spearmanr(measure, outcome).pvalue
    assert one(measure, outcome, draws=4000).p == pytest.approx(expected, abs=0.02)


def test_p_is_small_as_often_as_it_claims_when_there_is_no_association():
    generator = np.random.default_rng(0)
    outcome = np.trunc(generator.normal(size=40))
    found = rank_correlations(generator.normal(size=(40, 400)), outcome, draws=199)
    assert np.mean([made.p <= 0.1 for made in found]) == pytest.approx(0.1, abs=0.045)


def test_turning_the_measure_round_turns_rho_and_its_interval_round():
    measure, outcome = sparse(100, slope=0.5)
    there, back = one(measure, outcome), one(-measure, outcome)
    assert there.rho.value == pytest.approx(-back.rho.value)
    assert (there.rho.low, there.rho.high) == pytest.approx((-back.rho.high, -back.rho.low))
    assert there.p == back.p


def test_only_the_order_counts():
    measure, outcome = sparse(60, slope=0.5)
    plain, bent = one(measure, outcome), one(np.exp(measure), outcome)
    assert plain == bent


def test_what_cannot_be_ranked_is_unknown_and_leaves_the_others_alone():
    measure, outcome = sparse(40, slope=1.0)
    nothing, few = np.full(40, np.nan), measure.copy()
    few[MINIMUM - 1 :] = np.nan
    columns = np.stack([nothing, measure, np.ones(40), few], axis=1)
    found = rank_correlations(columns, outcome)
    assert [made.rho.value is None for made in found] == [True, False, True, True]
    assert [made.rho.posts for made in found] == [0, 40, 40, MINIMUM - 1]
    assert [made.p is None for made in found] == [True, False, True, True]
    assert found[1] == one(measure, outcome)


def test_an_outcome_that_is_always_the_same_is_unknown():
    found = one(range(20), np.zeros(20))
    assert (found.rho.value, found.rho.low, found.p) == (None, None, None)


def test_the_seed_decides_the_draws():
    measure, outcome = sparse(60, slope=0.3)
    assert one(measure, outcome, seed=1) == one(measure, outcome, seed=1)
    assert one(measure, outcome, seed=1) != one(measure, outcome, seed=2)
