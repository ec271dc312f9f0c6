"""Units of posts, counted by hand."""

import pytest

from core.evaluation.unit_counts import micro_score, unit_counts
from core.records import Entity, Example, Outcome


def entity(name, word):
    return Entity(text="a", type=name, start=word, end=word + 1, token_start=word,
                  token_end=word + 1)  # fmt: skip


def post(*entities, label=None):
    return Example(id="1", text="a b c", tokens=(), entities=entities, label=label)


def test_a_wrong_unit_is_both_spurious_and_missed():
    gold = [post(entity("PER", 0), entity("LOC", 1)), post(entity("ORG", 2)), post()]
    found = [
        Outcome(entities=[entity("PER", 0), entity("ORG", 1)]),
        Outcome(),
        Outcome(entities=[entity("MISC", 2)]),
    ]
    assert unit_counts(gold, found, "mner") == ((1, 1, 1), (0, 0, 1), (0, 1, 0))


def test_a_label_of_a_post_is_one_unit_so_that_f1_is_the_accuracy():
    gold = [post(label=name) for name in ("good", "bad", "good", "bad")]
    found = [Outcome(label=name) for name in ("good", "good", "good", "bad")]
    counts = unit_counts(gold, found, "classification")
    assert counts == ((1, 0, 0), (0, 1, 1), (1, 0, 0), (1, 0, 0))
    score = micro_score(counts)
    assert (score.precision, score.recall, score.f1) == (0.75, 0.75, 0.75)


def test_the_score_is_of_all_units_together():
    score = micro_score(((3, 1, 0), (1, 0, 3)))
    assert score.precision == pytest.approx(4 / 5)
    assert score.recall == pytest.approx(4 / 7)
    assert score.f1 == pytest.approx(8 / 12)


def test_the_score_of_nothing_is_nothing():
    for counts in ((), ((0, 0, 0),), ((0, 2, 1),)):
        assert (micro_score(counts).precision, micro_score(counts).f1) == (0.0, 0.0)
