"""Leaving contexts out, where it is known which of them hurt."""

import numpy as np
import pytest

from core.analysis.leaving_out import leaving_out
from core.errors import InputError

POSTS = 60


@pytest.fixture
def hurt_below(make_table, post):
    """Sixty posts, of which exactly those with the lowest margins were hurt by their contexts."""

    def make(hurt, **changes):
        rows = []
        for place in range(POSTS):
            units, bare = (["PER>LOC"], (1, 0, 0)) if place < hurt else (["PER>PER"], (0, 0, 1))
            values = {"bare": bare, "margin_text": place - 30.0, **changes}
            rows.append(post(f"p{place}", *units, **values))
        return make_table(*rows)

    return make


def test_every_cut_scores_its_posts_one_way_or_the_other(hurt_below):
    found = leaving_out(hurt_below(12), "margin_text", draws=50)
    for cut in found.cuts:
        repaired = min(cut.left_out, 12)
        lost = max(cut.left_out - 12, 0)
        correct = POSTS - 12 + repaired - lost
        # A wrong type is spurious and missed; without contexts a post that was right is missed.
        spurious, missed = 12 - repaired, 12 - repaired + lost
        assert cut.f1 == pytest.approx(2 * correct / (2 * correct + spurious + missed))
        assert cut.difference == pytest.approx(cut.f1 - found.cuts[0].f1)
        assert cut.low <= cut.difference <= cut.high
    assert [cut.left_out for cut in found.cuts][:3] == [0, 3, 6]
    assert found.cuts[-1].left_out == POSTS


def test_the_best_cut_leaves_out_what_hurts_and_nothing_else(hurt_below):
    found = leaving_out(hurt_below(12), "margin_text", draws=200)
    best = found.cuts[found.best]
    assert (best.left_out, best.last) == (12, -19.0)
    assert best.f1 == 1
    assert 0 < found.held_out <= best.difference + 0.05
    assert found.held_out_low > 0


def test_where_every_context_helps_none_is_left_out(hurt_below):
    found = leaving_out(hurt_below(0), "margin_text", draws=200)
    assert found.best == 0
    assert found.cuts[0].last is None
    assert found.held_out == 0


def test_from_the_highest_on_the_other_end_goes_first(hurt_below):
    found = leaving_out(hurt_below(12), "margin_text", "highest", draws=50)
    assert found.cuts[1].last == 29 - found.cuts[1].left_out + 1
    assert found.cuts[1].difference < 0


def test_chance_found_on_a_half_does_not_hold_on_the_other(make_table, post):
    chance = np.random.default_rng(0)
    rows = []
    for place in range(400):
        right, bare = chance.integers(2, size=2)
        rows.append(
            post(
                f"p{place}",
                "PER>PER" if right else "PER>LOC",
                bare=(1, 0, 0) if bare else (0, 1, 1),
                margin_text=float(place),
            )
        )
    found = leaving_out(make_table(*rows), "margin_text", draws=400)
    assert found.cuts[found.best].difference > 0
    assert found.held_out < found.cuts[found.best].difference


def test_posts_without_the_measure_keep_their_contexts(make_table, post):
    rows = [
        post(f"p{place}", "PER>PER", bare=(0, 0, 1), margin_text=place if place else None)
        for place in range(10)
    ]
    found = leaving_out(make_table(*rows), "margin_text", draws=20)
    assert found.unknown == 1
    assert found.cuts[-1].left_out == 9
    assert found.cuts[-1].f1 == pytest.approx(2 / (2 + 9))


def test_what_cannot_be_cut_is_refused(hurt_below, make_table, post):
    with pytest.raises(InputError, match="same for all posts"):
        leaving_out(hurt_below(12, margin_text=1.0), "margin_text")
    with pytest.raises(InputError, match="same for all posts"):
        leaving_out(hurt_below(12), "margin_image")
    nothing = [post(f"p{n}", bare=(0, 0, 0), margin_text=float(n)) for n in range(4)]
    with pytest.raises(InputError, match="no unit"):
        leaving_out(make_table(*nothing), "margin_text")


def test_a_half_that_has_no_unit_chooses_nothing(make_table, post):
    # Two posts have units. A half has both, one or none; where either half has none, nothing is
    # learned from it. Else the one post is repaired by what was found on the other.
    rows = [post(f"empty {place}", bare=(0, 0, 0), margin_text=float(place)) for place in range(10)]
    hurt = [post(name, "PER>LOC", bare=(1, 0, 0), margin_text=0.0) for name in ("one", "other")]
    found = leaving_out(make_table(*rows, *hurt), "margin_text", draws=200)
    assert (found.held_out, found.held_out_low, found.held_out_high) == (1.0, 1.0, 1.0)


def test_what_holds_on_other_posts_is_unknown_where_one_post_has_all_units(make_table, post):
    rows = [
        post(f"empty {place}", bare=(0, 0, 0), margin_text=float(place)) for place in range(1, 5)
    ]
    hurt = post("hurt", "PER>LOC", bare=(1, 0, 0), margin_text=0.0)
    found = leaving_out(make_table(*rows, hurt), "margin_text", draws=20)
    assert found.cuts[found.best].f1 == 1
    assert (found.held_out, found.held_out_low, found.held_out_high) == (None, None, None)
