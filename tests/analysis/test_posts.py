"""Which posts can be scored, and counts by type against a loop over units."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.posts import counts, equals, errors, numbers, scored, the_task, type_counts
from core.annotations import units_table
from core.errors import InputError


def test_only_posts_with_gold_answers_are_scored(make_table, post, without_gold):
    table = make_table(post("1", "PER>PER"), without_gold("2"), post("3", "PER>"))
    assert scored(table)["id"].tolist() == ["1", "3"]
    assert counts(scored(table)).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_a_table_without_any_gold_answer_says_so(make_table, without_gold):
    with pytest.raises(InputError, match="none of these posts has gold answers"):
        scored(make_table(without_gold("1")))


def test_an_empty_table_says_so(make_table, post):
    with pytest.raises(InputError, match="no posts"):
        the_task(make_table(post("1"))[:0])


def test_posts_of_two_tasks_are_not_added_up(make_table, post):
    table = make_table(post("1"), post("2", task="mre"))
    with pytest.raises(InputError, match=r"different tasks \(mner, mre\)"):
        scored(table)


def test_posts_that_were_not_scored_without_contexts_say_so(make_table, post):
    table = make_table(post("1", bare=(1, 0, 0)), post("2"))
    with pytest.raises(InputError, match="not scored without contexts"):
        counts(table, prefix="bare_")
    assert np.isnan(errors(table, prefix="bare_")).tolist() == [False, True]


def test_missing_values_are_no_number_and_equal_nothing(make_table, post):
    table = make_table(post("1", phi_text=0.5, image_sha256="ab"), post("2"))
    assert numbers(table, "phi_text")[0] == 0.5
    assert np.isnan(numbers(table, "phi_text")[1])
    assert equals(table["image_sha256"], "ab").tolist() == [True, False]
    assert equals(pd.Series(["a", None, np.nan], dtype=object), "a").tolist() == [
        True,
        False,
        False,
    ]


def test_counts_by_type_match_a_loop_over_units(random_table):
    table = random_table(60)
    units = units_table(table)
    found = type_counts(units, table.index)
    for (kind, name), per_post in found.items():
        for row, post_counts in zip(table.index, per_post, strict=True):
            expected = [0, 0, 0]
            for unit in units[units["row"] == row].to_dict("records"):
                right = unit["error"] == "correct"
                expected[0] += right and unit["gold"] == name
                expected[1] += (
                    (not right) and unit["predicted"] is not pd.NA and unit["predicted"] == name
                )
                expected[2] += (not right) and unit["gold"] is not pd.NA and unit["gold"] == name
            assert post_counts.tolist() == expected, (kind, name, row)


def test_counts_of_all_types_add_up_to_those_of_the_table(random_table):
    table = random_table(60)
    found = type_counts(units_table(table), table.index)
    assert np.array_equal(sum(found.values()), counts(table))


def test_counts_by_type_leave_out_posts_that_are_not_asked_for(random_table):
    table = random_table(60)
    part = table[table["hashtags"] == 1]
    found = type_counts(units_table(table), part.index)
    assert np.array_equal(sum(found.values()), counts(part))


def test_a_table_without_units_has_no_types(make_table, post):
    table = make_table(post("1"))
    assert type_counts(units_table(table), table.index) == {}
