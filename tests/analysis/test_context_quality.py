"""Which contexts help, in tables where the answer is known."""

import numpy as np
import pytest

from core.analysis.comparison import holm
from core.analysis.context_quality import MEASURES, ContextQuality, comparable, context_quality
from core.analysis.slices import members, slice_of
from core.errors import InputError

HELPED, HURT, SAME = (
    {"bare": (0, 0, 1)},
    {"bare": (2, 0, 0)},
    {"bare": (1, 0, 0)},
)


@pytest.fixture
def by_specificity(make_table, post):
    """Sixty posts, of which exactly the twenty with the most specific contexts were helped."""

    def make(**changes):
        copied = np.random.default_rng(0).permutation(60) / 60
        return make_table(
            *(
                post(
                    f"p{place}",
                    "PER>PER",
                    **(HELPED if place >= 40 else SAME),
                    specificity=float(place),
                    copy_rate=float(copied[place]),
                    **changes,
                )
                for place in range(60)
            )
        )

    return make


def named(found: ContextQuality):
    return {one.column: one for one in found.associations}


def test_the_measure_that_explains_the_gain_is_told_from_one_that_does_not(by_specificity):
    found = named(context_quality(by_specificity()))
    clear, chance = found["specificity"], found["copy_rate"]
    # Mid-ranks of the change are 20.5 and 50.5; the means of the ranks, 20.5 and 50.5 as well.
    rho = 40 * 20 / 60 * 30**2 / np.sqrt((60**3 - 60) / 12 * 40 * 20 / 60 * 30**2)
    assert clear.rho.value == pytest.approx(rho)
    assert clear.rho.low > 0.5
    assert clear.p_adjusted < 0.05
    assert chance.rho.low < 0 < chance.rho.high
    assert chance.p_adjusted > 0.05


def test_thirds_hold_what_was_counted_in_them(by_specificity):
    thirds = named(context_quality(by_specificity()))["specificity"].thirds
    assert [third.posts for third in thirds] == [20, 20, 20]
    assert [str(third.range) for third in thirds] == [
        "specificity < 20",
        "20 ≤ specificity < 40",
        "specificity ≥ 40",
    ]
    assert [third.change for third in thirds] == [0, 0, 1]
    assert [third.f1_without for third in thirds] == [1, 1, 0]
    assert [third.f1_with for third in thirds] == [1, 1, 1]
    assert [third.gain for third in thirds] == [0, 0, 1]


def test_the_ends_of_thirds_are_short_and_every_post_lies_in_one(random_table):
    table = random_table(200)
    for one in context_quality(table, draws=10).associations:
        inside = [members(table, slice_of(third.range)) for third in one.thirds]
        if inside:
            assert np.sum(inside, axis=0).tolist() == table[one.column].notna().astype(int).tolist()
            assert [int(flags.sum()) for flags in inside] == [third.posts for third in one.thirds]
            sizes = [third.posts / one.rho.posts for third in one.thirds]
            assert sizes == pytest.approx([1 / 3] * 3, abs=0.02)
            assert all(len(f"{third.range.low or 0:g}") <= 7 for third in one.thirds)


def test_equal_values_stay_together_and_small_parts_are_not_cut_off(make_table, post):
    values = [0.0] * 14 + [0.25] * 2 + [0.5] * 8
    table = make_table(
        *(post(f"p{n}", "PER>PER", **SAME, name_overlap=value) for n, value in enumerate(values))
    )
    thirds = named(context_quality(table, draws=10))["name_overlap"].thirds
    assert [third.posts for third in thirds] == [14, 10]


def test_p_is_adjusted_for_the_measures_that_have_one(by_specificity):
    found = context_quality(by_specificity())
    known = [one for one in found.associations if one.p is not None]
    assert [one.column for one in known] == ["specificity", "copy_rate"]
    raw = [one.p for one in known]
    assert [one.p_adjusted for one in known] == pytest.approx(holm(raw))
    assert "2 measures were looked at" in found.note


def test_the_whole_has_its_gain_and_mean_change(by_specificity):
    found = context_quality(by_specificity())
    assert found.change.value == pytest.approx(20 / 60)
    # 40 right of 60, none spurious: F1 = 80 / (80 + 20).
    assert (found.gain.f1_a, found.gain.f1_b) == (pytest.approx(0.8), 1.0)
    assert found.gain.difference == pytest.approx(0.2)


def test_a_hurt_post_counts_against_the_contexts(make_table, post):
    table = make_table(
        *(
            post(f"p{n}", "PER>", "LOC>", **HURT, copy_rate=1.0 + n)
            if n % 2
            else post(f"p{n}", "PER>PER", **HELPED, copy_rate=-1.0 - n)
            for n in range(20)
        )
    )
    found = context_quality(table)
    assert found.change.value == pytest.approx((10 * 1 - 10 * 2) / 20)
    assert named(found)["copy_rate"].rho.value < -0.8


def test_posts_that_tell_nothing_are_left_out_and_counted_once(make_table, post, without_gold):
    table = make_table(
        post("counts", "PER>PER", **SAME),
        post("no contexts", "PER>PER", contexts=0),
        post("not asked", "PER>PER"),
        post("not asked either", "PER>PER"),
        without_gold("no gold"),
        without_gold("neither", contexts=0),
    )
    found, left_out = comparable(table)
    assert found["id"].tolist() == ["counts"]
    assert (left_out.without_gold, left_out.without_contexts, left_out.not_asked) == (2, 1, 2)
    assert str(left_out) == (
        "2 without gold answers, 1 without contexts, 2 not predicted without contexts"
    )


def test_what_cannot_be_known_is_said_in_words(by_specificity, make_table, post):
    found = named(context_quality(by_specificity(phi_text=0.5)))
    assert found["phi_text"].note == "it is the same for all 60 posts"
    assert found["phi_image"].note == "no post has it"
    assert found["specificity"].note == ""
    for column in ("phi_text", "phi_image"):
        one = found[column]
        assert (one.rho.value, one.p, one.p_adjusted, one.thirds) == (None, None, None, ())
    rows = [post(f"p{n}", "PER>PER", **SAME, specificity=float(n)) for n in range(12)]
    unmoved = named(context_quality(make_table(*rows)))["specificity"]
    assert unmoved.note == "the contexts did the same to all 12 posts"
    assert len(unmoved.thirds) == 3
    few = named(context_quality(make_table(*rows[:9])))["specificity"]
    assert few.note == "only 9 posts have it, at least 10 are needed"
    assert few.thirds == ()


def test_posts_without_any_unit_have_no_score_to_change(make_table, post):
    rows = [post(f"p{n}", bare=(0, 0, 0), specificity=float(n)) for n in range(12)]
    found = context_quality(make_table(*rows))
    assert found.gain.difference is None
    assert [third.gain for third in named(found)["specificity"].thirds] == [None] * 3


def test_the_result_is_json_without_nan_and_comes_back(by_specificity):
    found = context_quality(by_specificity())
    text = found.model_dump_json()
    assert "NaN" not in text
    assert ContextQuality.model_validate_json(text) == found
    assert [one.column for one in found.associations] == list(MEASURES)


def test_a_table_that_tells_nothing_says_why(make_table, post, without_gold):
    with pytest.raises(InputError, match=r"1 without gold answers, 1 not predicted without"):
        context_quality(make_table(post("1", "PER>PER"), without_gold("2")))
    with pytest.raises(InputError, match="no posts"):
        context_quality(make_table(post("1"))[:0])


def test_a_single_post_has_a_change_and_no_correlation(make_table, post):
    found = context_quality(make_table(post("1", "PER>PER", **HELPED)))
    assert found.change.value == 1
    assert all(one.rho.value is None and one.note for one in found.associations)


def test_the_order_of_the_posts_changes_no_correlation(random_table):
    table = random_table(200)
    once, again = (context_quality(one, draws=10) for one in (table, table[::-1]))
    for one, other in zip(once.associations, again.associations, strict=True):
        assert one.rho.value == pytest.approx(other.rho.value)
        assert one.thirds == other.thirds
