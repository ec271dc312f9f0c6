"""Curves and scores counted by hand, and the band against every order of the players."""

import itertools
import random

import pytest
import torch
from scipy.stats import kendalltau

from core.explain.faithfulness import (
    deletion_curve,
    faithfulness,
    insertion_curve,
    kendall_tau,
    leave_one_out,
    random_band,
)

# Two players and a third that spoils it: rows are none, 0, 1, 01, 2, 02, 12, 012.
TABLE = torch.tensor([0.0, 2.0, 1.0, 4.0, -1.0, 1.5, 0.5, 3.0], dtype=torch.float64)
CONTEXTS = [4, 7, 9]


@pytest.fixture
def table() -> torch.Tensor:
    values = torch.randn(16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return values - values[0]


def test_insertion_gives_the_best_first():
    assert insertion_curve(TABLE, [0, 1, 2]) == [0.0, 2.0, 4.0, 3.0]
    assert insertion_curve(TABLE, [2, 0, 1]) == [0.0, -1.0, 1.5, 3.0]


def test_deletion_takes_the_best_away_first():
    assert deletion_curve(TABLE, [0, 1, 2]) == [3.0, 0.5, -1.0, 0.0]
    assert deletion_curve(TABLE, [2, 0, 1]) == [3.0, 4.0, 1.0, 0.0]


def test_leave_one_out_is_what_everybody_loses():
    assert leave_one_out(TABLE).tolist() == [2.5, 1.5, -1.0]


def test_everything_counted_by_hand():
    judged = faithfulness("text", TABLE, [0.5, 0.25, -0.75], CONTEXTS)
    assert judged.by == "text"
    assert judged.order == [4, 7, 9]
    assert judged.deletion == [3.0, 0.5, -1.0, 0.0]
    assert judged.insertion == [0.0, 2.0, 4.0, 3.0]
    assert judged.comprehensiveness == pytest.approx((2.5 + 4.0 + 3.0) / 3)
    assert judged.sufficiency == pytest.approx((1.0 - 1.0 + 0.0) / 3)
    assert judged.kendall_tau == 1.0
    assert judged.random_insertion.mean == pytest.approx([0.0, 2 / 3, 2.0, 3.0])
    assert judged.random_insertion.low == [0.0, -1.0, 0.5, 3.0]
    assert judged.random_insertion.high == [0.0, 2.0, 4.0, 3.0]
    assert judged.random_deletion.mean == pytest.approx([3.0, 2.0, 2 / 3, 0.0])


def test_the_order_is_by_score_and_equal_scores_keep_theirs():
    assert faithfulness("image", TABLE, [0.1, 0.9, 0.1], CONTEXTS).order == [7, 4, 9]


def test_a_ranking_upside_down_is_least_faithful():
    best = faithfulness("prediction", TABLE, [2.5, 1.5, -1.0], CONTEXTS)
    worst = faithfulness("prediction", TABLE, [-2.5, -1.5, 1.0], CONTEXTS)
    assert worst.kendall_tau == -1.0
    assert worst.comprehensiveness < best.comprehensiveness
    assert worst.sufficiency > best.sufficiency


def test_the_band_is_that_of_all_orders(table):
    curves = torch.tensor(
        [insertion_curve(table, order) for order in itertools.permutations(range(4))],
        dtype=torch.float64,
    )  # (n!, n + 1)
    band = random_band(table)
    assert band["mean"] == pytest.approx(curves.mean(0).tolist())
    for low, high, points in zip(band["low"], band["high"], curves.T, strict=True):
        assert {low, high} <= set(points.tolist())
        assert ((points >= low) & (points <= high)).double().mean() >= 0.9


def test_the_band_of_many_leaves_the_extremes_out():
    values = torch.arange(64, dtype=torch.float64)  # 20 sets of 3 players
    of_three = sorted(value for value in range(64) if value.bit_count() == 3)
    band = random_band(values)
    assert band["low"][3] == of_three[0]  # 5 % of 20 sets: the first is at 0.95 of a place
    assert band["high"][3] == of_three[-1]
    wide = random_band(torch.arange(256, dtype=torch.float64))  # 70 sets of 4
    of_four = sorted(value for value in range(256) if value.bit_count() == 4)
    assert (wide["low"][4], wide["high"][4]) == (of_four[3], of_four[-4])


def test_one_context_has_no_rank_correlation():
    judged = faithfulness("prediction", torch.tensor([0.0, 0.5]), [0.5], [2])
    assert judged.order == [2]
    assert judged.deletion == [0.5, 0.0]
    assert judged.kendall_tau is None


def test_equal_scores_have_no_rank_correlation():
    assert kendall_tau([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None


@pytest.mark.parametrize("seed", range(5))
def test_rank_correlation_with_ties_is_that_of_scipy(seed):
    source = random.Random(seed)
    first, second = ([float(source.randrange(5)) for _ in range(8)] for _ in range(2))
    assert kendall_tau(first, second) == pytest.approx(kendalltau(first, second).statistic)
