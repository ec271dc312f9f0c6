"""What contexts did, counted by hand."""

import pytest

from core.analysis.effects import context_gain, effects_by
from core.errors import InputError


@pytest.fixture
def table(make_table, post, without_gold):
    return make_table(
        post("helped", "PER>PER", bare=(0, 0, 1), verdict="aligned"),
        post("hurt", "PER>", bare=(1, 0, 0), verdict="misaligned"),
        post("same", "PER>", bare=(0, 0, 1), verdict="aligned"),
        post("not asked", "PER>PER", verdict="aligned"),
        without_gold("no gold"),
    )


def test_effects_are_counted_by_group(table):
    found = effects_by(table, table["verdict"])
    assert found.loc["aligned"].tolist() == [1, 1, 0, 1]
    assert found.loc["misaligned"].tolist() == [0, 0, 1, 0]
    assert found.to_numpy().sum() == len(table)


def test_the_gain_is_over_posts_scored_both_ways(table):
    found = context_gain(table)
    assert found.posts == 3
    assert found.f1_a == pytest.approx(2 / 4)
    assert found.f1_b == pytest.approx(2 / 4)


def test_an_empty_selection_has_no_effects(table):
    assert effects_by(table[:0], table["verdict"][:0]).empty
    with pytest.raises(InputError, match="no posts"):
        context_gain(table[:0])


def test_a_run_without_bare_predictions_says_so(make_table, post):
    with pytest.raises(InputError, match="without contexts"):
        context_gain(make_table(post("1", "PER>PER")))
