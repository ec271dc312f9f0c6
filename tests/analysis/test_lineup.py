"""Several systems on the same posts."""

import pytest

from core.analysis.lineup import line_up
from core.errors import InputError


def test_posts_that_all_share_are_kept_in_the_order_of_the_first(make_table, post):
    a = make_table(post("1"), post("2"), post("3"), post("4"))
    b = make_table(post("4"), post("3"), post("2"))
    c = make_table(post("2"), post("9"), post("4"))
    found = line_up({"A": a, "B": b, "C": c})

    assert {name: list(table["id"]) for name, table in found.tables.items()} == {
        "A": ["2", "4"],
        "B": ["2", "4"],
        "C": ["2", "4"],
    }
    assert list(found.tables["B"].index) == [2, 0]
    assert found.left_out == {"A": 2, "B": 1, "C": 1}
    assert (found.posts, found.refused) == (2, {})


def test_a_run_over_other_posts_is_refused_and_the_rest_is_compared(make_table, post):
    a = make_table(post("1"), post("2"))
    found = line_up({"A": a, "B": make_table(post("8")), "C": make_table(post("2"))})

    assert list(found.tables) == ["A", "C"]
    assert "share no post" in found.refused["B"]
    assert found.posts == 1


def test_a_run_that_leaves_nothing_in_common_is_refused(make_table, post):
    found = line_up(
        {
            "A": make_table(post("1"), post("2")),
            "B": make_table(post("1")),
            "C": make_table(post("2")),
        }
    )

    assert list(found.tables) == ["A", "B"]
    assert "share no post" in found.refused["C"]


def test_runs_of_another_task_or_other_gold_are_refused(make_table, post):
    a = make_table(post("1", "PER>PER"))
    other = make_table(post("1", "LOC>LOC"))
    task = make_table(post("1", "x>x", kind="label", task="classification"))
    found = line_up({"A": a, "B": other, "C": task})

    assert "other gold" in found.refused["B"]
    assert "cannot be compared" in found.refused["C"]


def test_the_first_run_alone_is_no_error_but_an_empty_one_is(make_table, post):
    table = make_table(post("1"))

    assert line_up({"A": table}).posts == 1
    with pytest.raises(InputError):
        line_up({"A": table.iloc[:0]})
