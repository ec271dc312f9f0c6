"""The search against one that counts slice by slice, and its p against shuffled posts."""

import itertools

import numpy as np
import pytest

from core.analysis.comparison import holm
from core.analysis.intervals import rates
from core.analysis.posts import counts
from core.analysis.slices import buckets, members, slice_of
from core.analysis.worst_slices import find_worst
from core.errors import InputError

COLUMNS = ["words", "hashtags", "verdict"]


def f1(found: np.ndarray) -> float:
    return float(np.nan_to_num(rates(found.sum(axis=0))[2]))


def test_slices_gaps_and_ranks_match_a_search_slice_by_slice(random_table):
    table = random_table(150)
    units = counts(table)
    groups = [
        [one for one in buckets(table, column) if one.ranges[0].value != "unknown"]
        for column in COLUMNS
    ]
    gaps, looked_at = {}, 0
    singles = [one for group in groups for one in group]
    pairs = [
        slice_of(*a.ranges, *b.ranges)
        for first, second in itertools.combinations(groups, 2)
        for a, b in itertools.product(first, second)
    ]
    for one in (*singles, *pairs):
        inside = members(table, one)
        gold = units[inside][:, [0, 2]].sum()
        if 10 <= inside.sum() <= 140 and gold > 0:
            looked_at += 1
        gaps[one.ranges] = (f1(units[~inside]) - f1(units[inside]), int(inside.sum()), gold)
    expected = []
    for ranges, (gap, posts, gold) in gaps.items():
        parents = [gaps[(part,)][0] for part in ranges] if len(ranges) == 2 else []
        if gap > 0 and 10 <= posts <= 140 and gold > 0 and all(gap > other for other in parents):
            expected.append((gap * posts / 150, ranges))
    expected.sort(key=lambda pair: -pair[0])
    found = find_worst(table, minimum=10, shown=1000, columns=COLUMNS, draws=20)
    assert found.looked_at == looked_at
    assert [one.weight for one in found.slices] == pytest.approx([weight for weight, _ in expected])
    assert {one.result.slice.ranges for one in found.slices} == {ranges for _, ranges in expected}
    for one in found.slices:
        assert one.gap == pytest.approx(gaps[one.result.slice.ranges][0])


def test_p_agrees_with_shuffling_posts(random_table):
    table = random_table(200)
    units = counts(table)
    total = rates(units.sum(axis=0))[2]
    generator = np.random.default_rng(5)
    shuffles = [generator.permutation(200) for _ in range(4000)]
    found = find_worst(table, minimum=15, columns=["words"], draws=20)
    assert found.slices
    for one in found.slices:
        inside = members(table, one.result.slice)
        surplus = 2 * units[:, 0] - total * (2 * units[:, 0] + units[:, 1] + units[:, 2])
        own = surplus[inside].sum()
        as_bad = np.mean([surplus[order][inside].sum() <= own + 1e-9 for order in shuffles])
        assert one.p == pytest.approx(as_bad, abs=0.03)


def test_p_is_adjusted_for_all_slices_looked_at(random_table):
    table = random_table(150)
    found = find_worst(table, minimum=2, shown=1000, columns=["words"], draws=20)
    # Every slice of one feature with a positive gap is shown; the rest have p of one half or more.
    shown = np.array([one.p for one in found.slices])
    padded = [*shown, *[1.0] * (found.looked_at - len(shown))]
    assert [one.p_adjusted for one in found.slices] == pytest.approx(holm(padded)[: len(shown)])
    assert f"{found.looked_at} slices" in found.note


def test_a_planted_slice_is_found_first_and_survives_adjustment(make_table, post):
    rows = []
    for place in range(300):
        bad = place % 3 == 0 and place % 2 == 0
        units = ["PER>", ">LOC"] if bad else ["PER>PER", "LOC>LOC" if place % 7 else "LOC>"]
        rows.append(
            post(str(place), *units, hashtags=int(place % 3 == 0), urls=int(place % 2 == 0))
        )
    found = find_worst(make_table(*rows), columns=["hashtags", "urls"])
    first = found.slices[0]
    assert {str(part) for part in first.result.slice.ranges} == {"hashtags ≥ 1", "addresses ≥ 1"}
    assert first.result.posts == 50
    assert first.p_adjusted < 1e-6


def test_chance_alone_seldom_survives_adjustment(random_table):
    survived = [
        any(
            one.p_adjusted < 0.05
            for one in find_worst(random_table(120, seed=seed), shown=3, draws=5).slices
        )
        for seed in range(6)
    ]
    assert sum(survived) <= 1


def test_posts_of_which_a_feature_says_nothing_are_no_finding(make_table, post):
    # Of ninety posts the worst thirty have neither verdict nor confidence nor a text margin.
    rows = [post(f"bad-{place}", "PER>", hashtags=place % 2) for place in range(30)]
    rows += [
        post(
            f"good-{place}",
            "PER>PER" if place % 10 else "PER>",
            hashtags=place % 2,
            confidence=0.9,
            verdict="aligned",
            margin_text=float(place % 7),
        )
        for place in range(60)
    ]
    table = make_table(*rows)
    columns = ["hashtags", "verdict", "confidence", "margin_text"]
    found = find_worst(table, minimum=10, shown=1000, columns=columns, draws=5)
    values = {part.value for one in found.slices for part in one.result.slice.ranges}
    assert "unknown" not in values
    # They can still be looked at, by cutting the posts by that feature.
    for column in columns[1:]:
        assert buckets(table, column)[-1].ranges[0].value == "unknown"


def test_features_that_say_nothing_of_any_post_give_no_slice(make_table, post):
    table = make_table(
        *(post(str(place), "PER>" if place % 2 else "PER>PER") for place in range(40))
    )
    found = find_worst(table, minimum=2, columns=["verdict", "margin_text"], draws=5)
    assert (found.slices, found.looked_at) == ((), 0)


def test_results_of_the_prediction_are_not_searched(random_table):
    found = find_worst(random_table(150), minimum=5, shown=1000, draws=5)
    searched = {part.column for one in found.slices for part in one.result.slice.ranges}
    assert searched
    assert not searched & {"outcome", "effect"}


def test_a_table_of_equal_posts_has_no_worst_slice(make_table, post):
    table = make_table(*(post(str(i), "PER>PER") for i in range(40)))
    found = find_worst(table)
    assert found.slices == ()
    assert found.looked_at == 0


def test_a_minimum_of_one_post_is_refused(make_table, post):
    with pytest.raises(InputError, match="at least 2"):
        find_worst(make_table(post("1", "PER>")), minimum=1)


def test_a_search_without_features_is_refused(make_table, post):
    with pytest.raises(InputError, match="no feature to search"):
        find_worst(make_table(post("1", "PER>")), columns=[])
