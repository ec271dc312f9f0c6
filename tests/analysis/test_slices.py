"""Every post lies in exactly one bucket, and a slice is scored as its posts alone."""

import pytest
from pydantic import ValidationError

from core.analysis.features import FEATURES
from core.analysis.intervals import micro_scores
from core.analysis.slices import Range, buckets, members, score_slices, slice_of
from core.errors import InputError


@pytest.mark.parametrize("column", FEATURES)
def test_every_post_lies_in_exactly_one_bucket(random_table, column):
    table = random_table(120)
    inside = [members(table, one) for one in buckets(table, column)]
    assert all(sum(column) == 1 for column in zip(*inside, strict=True))
    assert all(one.any() for one in inside)


def test_members_match_a_loop_over_posts(random_table):
    table = random_table(100)
    chosen = slice_of(
        Range(column="words", low=8, high=20),
        Range(column="verdict", value="aligned"),
        Range(column="margin_image", low=-0.5),
    )
    expected = [
        8 <= row["words"] < 20
        and row["verdict"] == "aligned"
        and isinstance(row["margin_image"], float)
        and row["margin_image"] >= -0.5
        for row in table.to_dict("records")
    ]
    assert members(table, chosen).tolist() == expected
    assert 0 < sum(expected) < 100


def test_small_counts_are_cut_at_every_number(make_table, post):
    table = make_table(*(post(str(i), hashtags=i) for i in range(6)))
    found = [one.name for one in buckets(table, "hashtags")]
    assert found == ["hashtags < 1", "hashtags = 1", "hashtags = 2", "hashtags ≥ 3"]


def test_numbers_are_cut_where_equally_many_posts_lie(make_table, post):
    table = make_table(*(post(str(i), copy_rate=i / 100) for i in range(100)))
    found = buckets(table, "copy_rate", number=4)
    assert [int(members(table, one).sum()) for one in found] == [25, 25, 25, 25]


def test_margins_below_and_above_zero_never_share_a_bucket(make_table, post):
    table = make_table(*(post(str(i), margin_text=i - 2.5) for i in range(6)))
    inside = [members(table, one) for one in buckets(table, "margin_text", number=2)]
    assert [places.tolist() for places in inside] == [
        [i < 3 for i in range(6)],
        [i > 2 for i in range(6)],
    ]


def test_what_a_column_says_nothing_of_is_a_bucket(make_table, post):
    table = make_table(post("1", phi_text=0.5), post("2"), post("3", phi_text=0.7))
    found = buckets(table, "phi_text", number=2)
    assert found[-1].name == "φ, text side: unknown"
    assert members(table, found[-1]).tolist() == [False, True, False]


def test_a_constant_column_is_a_single_bucket(make_table, post):
    table = make_table(post("1", copy_rate=1 / 3), post("2", copy_rate=1 / 3))
    assert [members(table, one).tolist() for one in buckets(table, "copy_rate")] == [[True, True]]


def test_categories_keep_their_order_and_add_what_is_new(make_table, post):
    table = make_table(
        *(
            post(str(i), verdict=v)
            for i, v in enumerate(["odd", "misaligned", "aligned", "unknown"])
        )
    )
    found = [one.name for one in buckets(table, "verdict")]
    assert found == ["verdict: aligned", "verdict: misaligned", "verdict: odd", "verdict: unknown"]


def test_a_slice_scores_like_its_posts_alone(random_table):
    table = random_table(120)
    for found in score_slices(table, buckets(table, "words"), draws=200):
        alone = micro_scores(table[members(table, found.slice)], draws=200)
        assert found.scores.f1 == alone.f1
        assert found.share == pytest.approx(alone.f1.posts / 120)


def test_a_slice_without_a_post_has_unknown_scores(make_table, post):
    table = make_table(post("1", "PER>PER"), post("2", "PER>"))
    (found,) = score_slices(table, [slice_of(Range(column="words", low=99))])
    assert (found.posts, found.share) == (0, 0)
    assert str(found.scores.f1) == "unknown"


def test_a_slice_says_what_it_means():
    found = slice_of(Range(column="words", low=5, high=9), Range(column="hashtags", low=1, high=2))
    assert found.name == "5 ≤ words < 9 and hashtags = 1"
    assert found.definition == (
        "5 ≤ words < 9 and hashtags = 1. Words in the post. Hashtags in the post."
    )


@pytest.mark.parametrize(
    "wrong", [{}, {"low": 1, "value": "x"}, {"low": 2, "high": 2}, {"low": float("nan")}]
)
def test_a_range_that_means_nothing_is_refused(wrong):
    with pytest.raises(ValidationError):
        Range(column="words", **wrong)


def test_unknown_columns_are_refused(make_table, post):
    table = make_table(post("1"))
    with pytest.raises(InputError, match="not sliced by 'record'"):
        buckets(table, "record")
    with pytest.raises(InputError, match="no column 'outcome of PER'"):
        members(table, slice_of(Range(column="outcome of PER", value="right")))
    with pytest.raises(InputError, match="is no number"):
        members(table, slice_of(Range(column="verdict", low=3)))
