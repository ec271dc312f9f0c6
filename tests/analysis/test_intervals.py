"""Scores against a loop and scikit-learn's formulas, intervals against plain resampling."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from core.analysis.intervals import (
    Estimate,
    mean,
    micro_scores,
    rates,
    resampled_sums,
    score_counts,
    scores_by_type,
)
from core.annotations import units_table
from core.errors import InputError


def plain_bootstrap(counts: np.ndarray, *, draws: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        total = [0.0, 0.0, 0.0]
        for place in generator.integers(len(counts), size=len(counts)):
            for column in range(3):
                total[column] += counts[place][column]
        correct, spurious, missed = total
        drawn.append(2 * correct / (2 * correct + spurious + missed))
    return np.array(drawn)


def random_counts(posts: int, *, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.poisson([1.2, 0.4, 0.5], size=(posts, 3)).astype(float)


def test_scores_are_those_counted_by_hand(make_table, post):
    table = make_table(
        post("1", "PER>PER", "LOC>"), post("2", "PER>PER", ">ORG", ">ORG"), post("3")
    )
    found = micro_scores(table)
    assert (found.correct, found.spurious, found.missed, found.support) == (2, 2, 1, 3)
    assert found.precision.value == pytest.approx(2 / 4)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1.value == pytest.approx(4 / 7)
    assert found.f1.posts == 3


def test_scores_without_contexts_are_of_the_bare_counts(make_table, post):
    table = make_table(post("1", "PER>PER", bare=(0, 1, 1)), post("2", "PER>PER", bare=(1, 0, 0)))
    assert micro_scores(table, prefix="bare_").f1.value == pytest.approx(0.5)


def test_the_interval_agrees_with_resampling_posts_one_by_one():
    counts = random_counts(80)
    found = score_counts(counts, name="all", draws=4000, seed=1).f1
    plain = plain_bootstrap(counts, draws=2000, seed=2)
    assert found.low == pytest.approx(np.quantile(plain, 0.025), abs=0.008)
    assert found.high == pytest.approx(np.quantile(plain, 0.975), abs=0.008)


def test_few_and_many_distinct_rows_are_drawn_from_the_same_distribution():
    many = np.random.default_rng(0).normal(size=(300, 1))
    few = np.round(many)
    for values in (many, few):
        drawn = resampled_sums(values, draws=4000, seed=3)[:, 0]
        assert drawn.mean() == pytest.approx(values.sum(), abs=1.5)
        assert drawn.std() == pytest.approx(math.sqrt(300) * values.std(), rel=0.05)


def test_the_same_seed_gives_the_same_interval_in_any_order_of_posts():
    counts = random_counts(200)
    assert score_counts(counts, name="") == score_counts(counts[::-1], name="")
    assert score_counts(counts, name="") != score_counts(counts, name="", seed=1)


def test_the_interval_of_a_mean_is_that_of_the_normal_curve():
    values = np.random.default_rng(4).normal(2.0, 3.0, size=900)
    found = mean(values, draws=3000)
    half = norm.ppf(0.975) * values.std(ddof=1) / 30
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)


def test_a_mean_leaves_out_what_is_unknown():
    found = mean(np.array([1.0, np.nan, 3.0]))
    assert (found.value, found.posts) == (2.0, 2)
    assert mean(np.array([np.nan])) == Estimate(None, None, None, 0)


def test_nine_of_ten_intervals_hold_the_true_f1():
    held = 0
    for trial in range(60):
        found = score_counts(random_counts(150, seed=trial), name="", draws=400).f1
        held += found.low <= 2.4 / (2.4 + 0.9) <= found.high
    assert held >= 52


def test_what_is_unknown_says_so_and_is_never_nan(make_table, post):
    found = micro_scores(make_table(post("1"), post("2")))
    assert found.f1 == Estimate(None, None, None, 2)
    assert str(found.f1) == "unknown"
    assert str(score_counts(np.array([[1.0, 1.0, 0.0]]), name="").f1) == "0.667 (interval unknown)"
    assert str(Estimate(0.8416, 0.82, 0.8612, 9)) == "0.842 (0.820 to 0.861)"


def test_nothing_predicted_has_precision_0_as_in_the_reports():
    assert rates(np.array([0.0, 0.0, 2.0])).tolist() == [0, 0, 0]
    assert np.isnan(rates(np.zeros(3))).all()


def test_draws_without_any_unit_are_left_out_of_the_interval():
    counts = np.zeros((20, 3))
    counts[0] = [3, 1, 0]
    found = score_counts(counts, name="").f1
    assert found.low == found.high == pytest.approx(6 / 7)


def test_scores_by_type_count_a_wrong_type_on_both_sides(make_table, post):
    table = make_table(post("1", "PER>PER", "PER>LOC"), post("2", "LOC>LOC", "LOC~LOC"))
    found = {
        one.name: (one.correct, one.spurious, one.missed)
        for one in scores_by_type(table, units_table(table))
    }
    assert found == {"PER": (1, 0, 1), "LOC": (1, 2, 1)}


def test_scores_by_type_keep_kinds_apart(make_table, post):
    table = make_table(post("1", "peer>peer", kind="relation"), post("2", "PER>PER"))
    found = [(one.kind, one.name) for one in scores_by_type(table, units_table(table))]
    assert found == [("entity", "PER"), ("relation", "peer")]


def test_scores_by_type_need_gold_answers(make_table, without_gold):
    table = make_table(without_gold("1"))
    with pytest.raises(InputError, match="gold"):
        scores_by_type(table, units_table(table))
