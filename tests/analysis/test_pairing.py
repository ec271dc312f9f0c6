"""Two tables over the same posts, brought together by id."""

import pytest

from core.analysis.pairing import CHANGES, changes, difference, pair, rightness
from core.errors import InputError


def test_posts_are_matched_by_id_and_the_others_counted(make_table, post):
    a = make_table(post("1"), post("2"), post("3"))
    b = make_table(post("3"), post("9"), post("2"), post("8"))
    found = pair(a, b)
    assert found.a["id"].tolist() == found.b["id"].tolist() == ["2", "3"]
    assert found.b.index.tolist() == [2, 0]
    assert (found.only_a, found.only_b) == (1, 2)
    assert str(found) == "2 posts are in both; 1 only in A and 2 only in B take no part."


def test_other_gold_answers_name_the_post(make_table, post):
    a = make_table(post("1", "PER>PER"), post("2", "PER>PER"))
    b = make_table(post("1", "PER>"), post("2", "LOC>PER"))
    with pytest.raises(InputError, match="post 2 has other gold answers"):
        pair(a, b)


def test_gold_at_other_words_is_other_gold(make_table, post):
    with pytest.raises(InputError, match="post 1 has other gold answers"):
        pair(make_table(post("1", "PER>PER")), make_table(post("1", ">PER", "PER>")))


def test_the_same_gold_is_the_same_whatever_was_predicted(make_table, post):
    a = make_table(post("1", "PER>PER", "LOC>ORG", "LOC~LOC"))
    b = make_table(post("1", "PER>", "LOC>LOC", "LOC>", ">MISC"))
    assert len(pair(a, b).a) == 1


def test_another_text_under_the_same_id_names_the_post(make_table, post):
    with pytest.raises(InputError, match="post 1 says something else"):
        pair(make_table(post("1")), make_table(post("1", text="another")))


def test_runs_of_other_tasks_are_refused(make_table, post):
    with pytest.raises(InputError, match="one run is of the task mner, the other of mre"):
        pair(make_table(post("1")), make_table(post("1", task="mre")))


def test_runs_that_share_no_post_are_refused(make_table, post):
    with pytest.raises(InputError, match="share no post"):
        pair(make_table(post("1")), make_table(post("2")))


def test_an_id_that_stands_twice_is_refused(make_table, post):
    table = make_table(post("1"), post("2"))
    twice = table.iloc[[0, 1, 1]]
    with pytest.raises(InputError, match="post 2 is in a run twice"):
        pair(table, twice)


def test_posts_without_gold_answers_are_paired_but_not_scored(make_table, post, without_gold):
    a = make_table(post("1", "PER>PER"), without_gold("2"))
    b = make_table(post("1", "PER>"), without_gold("2"))
    found = pair(a, b)
    assert len(found.a) == 2
    assert difference(found).posts == 1
    with pytest.raises(InputError, match="gold answers in both"):
        difference(pair(a[1:], b[1:]))


def test_every_change_is_counted_by_hand(make_table, post):
    a = make_table(
        post("same", "PER>"),
        post("fixed", "PER>", "PER>"),
        post("broken", "PER>PER"),
        post("better", "PER>", "PER>"),
        post("worse", "PER>"),
    )
    b = make_table(
        post("same", "PER>"),
        post("fixed", "PER>PER", "PER>PER"),
        post("broken", "PER>PER", ">LOC"),
        post("better", "PER>", "PER>PER"),
        post("worse", "PER>LOC"),
    )
    found = changes(pair(a, b)).set_index("id")
    assert all(name == change for name, change in found["change"].items())
    assert set(found["change"]) == set(CHANGES)
    assert found.index[0] == "fixed"  # the largest change
    assert found.loc["worse", ["errors_a", "errors_b"]].tolist() == [1, 2]
    assert found.loc["broken", ["row_a", "row_b"]].tolist() == [2, 2]
    counted = rightness(pair(a, b))
    assert (counted.both, counted.only_a, counted.only_b, counted.neither) == (0, 1, 1, 3)


def test_the_difference_is_of_shared_posts_only(make_table, post):
    a = make_table(post("1", "PER>PER"), post("2", "PER>"))
    b = make_table(post("3", "PER>"), post("1", "PER>PER"))
    found = difference(pair(a, b))
    assert (found.f1_a, found.f1_b, found.posts) == (1, 1, 1)
