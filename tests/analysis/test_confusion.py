"""The matrix against hand counts and scikit-learn, and every cell against its posts."""

import pytest
from sklearn.metrics import confusion_matrix

from core.analysis.confusion import NONE, cell_rows, confusion
from core.annotations import units_table
from core.errors import InputError


def test_cells_are_those_counted_by_hand(make_table, post):
    table = make_table(
        post("1", "PER>PER", "PER>ORG", "LOC~LOC"),
        post("2", "PER>", ">ORG", "PER~LOC"),
    )
    found = confusion(units_table(table), "entity")
    assert found.names == ["LOC", "ORG", "PER", NONE]
    assert found.counts.to_numpy().tolist() == [
        [0, 0, 0, 1],
        [0, 0, 0, 0],
        [0, 1, 1, 2],
        [2, 1, 0, 0],
    ]


def test_labels_match_scikit_learn(make_table, post):
    pairs = [("pos", "pos"), ("pos", "neg"), ("neg", "neg"), ("neg", "pos"), ("neg", "neg")]
    rows = [post(str(i), f"{g}>{p}", kind="label") for i, (g, p) in enumerate(pairs)]
    found = confusion(units_table(make_table(*rows)), "label")
    gold, predicted = zip(*pairs, strict=True)
    expected = confusion_matrix(gold, predicted, labels=["neg", "pos"])
    assert found.counts.loc[["neg", "pos"], ["neg", "pos"]].to_numpy().tolist() == expected.tolist()
    assert found.counts[NONE].sum() == found.counts.loc[NONE].sum() == 0


def test_the_diagonal_holds_what_is_right_and_nothing_else(random_table):
    table = random_table(150)
    found = confusion(units_table(table), "entity").counts
    names = [name for name in found.index if name != NONE]
    correct, spurious, missed = (int(table[c].sum()) for c in ("correct", "spurious", "missed"))
    assert sum(found.loc[name, name] for name in names) == correct
    assert found.loc[names].to_numpy().sum() == correct + missed
    assert found[names].to_numpy().sum() == correct + spurious


def test_a_relation_between_wrong_types_is_off_the_diagonal(make_table, post):
    row = post("1", "peer>peer", kind="relation")
    row["units"][0]["error"] = "type"
    found = confusion(units_table(make_table(row)), "relation").counts
    assert found.to_numpy().tolist() == [[0, 1], [1, 0]]


def test_every_cell_leads_to_its_posts(random_table):
    table = random_table(25)
    units = units_table(table)
    found = confusion(units, "entity")
    for gold in found.names:
        for predicted in found.names:
            rows = cell_rows(units, "entity", gold, predicted)
            assert rows == sorted(set(rows))
            own = [confusion(units[units["row"] == row], "entity").counts for row in rows]
            total = sum(int(one.loc[gold, predicted]) for one in own)
            assert total == found.counts.loc[gold, predicted]


def test_a_kind_without_units_is_refused(make_table, post):
    with pytest.raises(InputError, match="no relation to confuse"):
        confusion(units_table(make_table(post("1", "PER>PER"))), "relation")
