"""The three lists, by hand."""

from core.analysis.disagreements import (
    fixed_by_removal,
    trusted_without_value,
    valued_but_wrong,
)


def test_posts_that_let_worthless_contexts_in(make_table, post):
    table = make_table(
        post("0", gate_text=0.1, phi_text=0.2),
        post("1", gate_text=0.3, phi_text=-0.2),
        post("2", gate_text=0.1, phi_text=0.0),
        post("3", gate_text=0.9, phi_text=-0.9),
        post("4", gate_text=0.3, phi_text=-0.5),
        post("5"),
    )
    found = trusted_without_value(table, let_in=0.5)
    assert found.rows == [2, 4, 1]
    assert "1 − gate ≥ 0.50" in found.definition
    assert trusted_without_value(table, "image").rows == []


def test_posts_that_are_wrong_though_their_context_is_worth_much(make_table, post, without_gold):
    table = make_table(
        post("0", "PER>PER", phi_text=0.9),
        post("1", "PER>", phi_text=0.5),
        post("2", "PER>LOC", phi_text=0.6),
        post("3", "PER>", phi_text=0.1),
        post("4", "PER>", phi_text=0.8),
        without_gold("5", phi_text=0.9),
    )
    assert valued_but_wrong(table, phi=0.5).rows == [2, 4, 1]
    assert "φ ≥ 0.50" in valued_but_wrong(table, phi=0.5).definition


def test_high_is_the_top_quarter_unless_asked_otherwise(make_table, post):
    table = make_table(*(post(str(i), "PER>", phi_text=i / 10) for i in range(9)))
    found = valued_but_wrong(table)
    assert found.rows == [8, 7, 6]
    assert "φ ≥ 0.60" in found.definition


def test_posts_that_are_better_without_contexts(make_table, post):
    table = make_table(
        post("0", "PER>", bare=(1, 0, 0)),
        post("1", "PER>PER", bare=(0, 0, 1)),
        post("2", "PER>LOC", "LOC>PER", bare=(2, 0, 0)),
        post("3", "PER>"),
    )
    assert fixed_by_removal(table).rows == [2, 0]


def test_an_empty_selection_has_empty_lists(make_table, post):
    nobody = make_table(post("0"))[:0]
    lists = (trusted_without_value(nobody), valued_but_wrong(nobody), fixed_by_removal(nobody))
    assert [found.rows for found in lists] == [[], [], []]


def test_rows_are_those_of_the_whole_run_when_a_part_is_asked(make_table, post):
    table = make_table(post("0"), post("1", "PER>", bare=(1, 0, 0)))
    assert fixed_by_removal(table[1:]).rows == [1]
