"""A condition against none, counted by hand and drawn by the paired bootstrap."""

import numpy as np
import pytest

from core.analysis.comparison import paired_bootstrap
from core.analysis.robustness import ALLOWED, Robustness, robustness_table, score_condition

BARE = ((2, 0, 0), (1, 1, 1), (0, 0, 2), (1, 0, 0)) * 30
# Of every four posts the first is hurt and the third helped: 4 units right of 7, as before.
MIXED = ((1, 1, 1), (1, 1, 1), (1, 0, 1), (1, 0, 0)) * 30


def condition(name, counts, bare=BARE):
    return score_condition(name, [1] * len(counts), counts, bare, seed=3)


def losing(share):
    """A thousand posts, all right without contexts, of which this share is wrong with them."""
    wrong = round(1000 * share)
    bare = ((1, 0, 0),) * 1000
    return condition("foreign", ((0, 1, 1),) * wrong + ((1, 0, 0),) * (1000 - wrong), bare)


def test_scores_are_those_counted_by_hand():
    found = condition("foreign", MIXED)
    assert (found.posts, found.contexts) == (120, 120)
    assert found.precision == pytest.approx(4 / 6)
    assert found.recall == pytest.approx(4 / 7)
    assert found.f1 == pytest.approx(8 / 13)
    assert found.difference == pytest.approx(8 / 13 - 8 / 12)
    assert (found.helped, found.hurt) == (30, 30)


def test_the_interval_is_that_of_the_paired_bootstrap_over_posts():
    found = condition("foreign", MIXED)
    drawn = paired_bootstrap(np.array(BARE, dtype=float), np.array(MIXED, dtype=float), seed=3)
    assert (found.low, found.high, found.p) == (drawn.low, drawn.high, drawn.p)


def test_none_is_compared_with_nothing():
    none = score_condition("none", [0, 0], ((1, 0, 0), (0, 0, 1)), None, seed=0)
    assert (none.posts, none.contexts, none.f1) == (0, 0, pytest.approx(2 / 3))
    assert {none.difference, none.low, none.p, none.helped, none.holds, none.is_sure} == {None}


@pytest.mark.parametrize(
    ("share", "holds", "is_sure"),
    [(0.0, True, True), (0.004, True, False), (0.006, False, False), (0.1, False, True)],
)
def test_a_condition_holds_by_its_difference_and_surely_by_its_interval(share, holds, is_sure):
    found = losing(share)
    assert found.difference == pytest.approx(-share)
    assert (found.holds, found.is_sure) == (holds, is_sure)
    assert found.holds == (found.difference >= -ALLOWED)
    if is_sure:
        assert (found.low >= -ALLOWED) == (found.high >= -ALLOWED)
    else:
        assert found.low < -ALLOWED <= found.high


def test_of_one_post_nothing_is_sure():
    found = condition("own", ((1, 0, 0),), ((1, 0, 0),))
    assert (found.holds, found.is_sure) == (True, None)


def test_where_there_is_no_unit_nothing_holds_or_breaks():
    found = condition("own", ((0, 0, 0),) * 3, ((0, 0, 0),) * 3)
    assert (found.difference, found.holds, found.is_sure) == (None, None, None)


@pytest.fixture
def found():
    none = score_condition("none", [0] * 120, BARE, None, seed=3)
    breaking = losing(0.1).model_copy(update={"name": "shuffled"})
    return Robustness(
        checkpoint="some-minilm@0123",
        task="mner",
        data="valid",
        posts=1120,
        seed=3,
        conditions=(none, losing(0.004), breaking),
        left_out={"one": "gives every post what own gives"},
    )


def test_what_breaks_is_told_by_name(found):
    assert found.broken == ["shuffled"]
    assert Robustness.model_validate_json(found.model_dump_json()) == found


def test_the_table_says_of_every_condition_whether_it_holds(found):
    title, table, left_out = robustness_table(found).split("\n\n")
    assert title.startswith("some-minilm on valid: 1,120 posts")
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    assert len({len(row) for row in rows[2:]} | {len(rows[0])}) <= 2
    assert rows[0][-1] == "loses 0.5 at most"
    assert rows[3][0] == "foreign"
    assert rows[3][-1] == "yes, not sure"
    assert rows[3][5].startswith("-0.40 (-")
    assert rows[4][-1] == "no"
    assert left_out == "Left out: one: gives every post what own gives."
