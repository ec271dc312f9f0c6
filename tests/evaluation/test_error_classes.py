from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.error_classes import match_units
from core.evaluation.mner import entity_report
from core.records import Entity, Outcome, Relation

WORDS = [f"w{number}" for number in range(12)]


def entity(name, start, end):
    text = " ".join(WORDS[start:end])
    return Entity(text=text, type=name, start=0, end=1, token_start=start, token_end=end)


def outcome(*entities, relations=(), label=None):
    made = [Relation(head=head, tail=tail, type=name) for head, tail, name in relations]
    return Outcome(entities=[entity(*given) for given in entities], relations=made, label=label)


def classes(task, gold, predicted):
    return [(m.error, m.gold, m.predicted) for m in match_units(task, gold, predicted)]


@st.composite
def outcomes(draw):
    spans = st.tuples(
        st.sampled_from(["PER", "LOC", "MISC", "OTHER"]), st.integers(0, 7), st.integers(1, 4)
    )
    entities = [(name, start, start + size) for name, start, size in draw(st.lists(spans))]
    if not entities:
        return outcome()
    place = st.integers(0, len(entities) - 1)
    relations = st.tuples(place, place, st.sampled_from(["peer", "parent"]))
    return outcome(*entities, relations=draw(st.lists(relations)))


def test_every_class_of_entity_counted_by_hand():
    gold = outcome(("PER", 0, 2), ("LOC", 3, 4), ("ORG", 5, 8), ("MISC", 9, 10))
    predicted = outcome(("PER", 0, 2), ("ORG", 3, 4), ("ORG", 5, 7), ("PER", 11, 12))
    assert classes("mner", gold, predicted) == [
        ("correct", "PER", "PER"),
        ("type", "LOC", "ORG"),
        ("boundary", "ORG", "ORG"),
        ("missed", "MISC", None),
        ("spurious", None, "PER"),
    ]


def test_a_match_says_where_it_is_and_which_units_it_pairs():
    gold, predicted = outcome(("ORG", 5, 8)), outcome(("PER", 0, 1), ("ORG", 6, 8))
    spurious, boundary = match_units("mner", gold, predicted)
    assert (spurious.start, spurious.end, spurious.text) == (0, 1, "w0")
    assert (spurious.gold_index, spurious.predicted_index) == (None, 0)
    assert (boundary.start, boundary.end, boundary.text) == (5, 8, "w5 w6 w7")
    assert (boundary.gold_index, boundary.predicted_index) == (0, 1)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        # An exact pair is never given up for one that merely overlaps.
        (
            [("PER", 0, 3), ("PER", 1, 2)],
            [("PER", 1, 2)],
            [("missed", "PER", None), ("correct", "PER", "PER")],
        ),
        # More shared words first.
        (
            [("PER", 0, 4)],
            [("PER", 0, 1), ("PER", 1, 4)],
            [("spurious", None, "PER"), ("boundary", "PER", "PER")],
        ),
        # With as many, the same type first.
        (
            [("LOC", 0, 2)],
            [("PER", 0, 1), ("LOC", 1, 2)],
            [("spurious", None, "PER"), ("boundary", "LOC", "LOC")],
        ),
        # Another type and another boundary: boundary.
        ([("LOC", 0, 2)], [("PER", 1, 3)], [("boundary", "LOC", "PER")]),
        # Neighbours share nothing.
        ([("LOC", 0, 2)], [("LOC", 2, 3)], [("missed", "LOC", None), ("spurious", None, "LOC")]),
        # OTHER is MISC.
        ([("MISC", 0, 1)], [("OTHER", 0, 1)], [("correct", "MISC", "MISC")]),
        # Said twice, counted once.
        ([("LOC", 0, 1)], [("LOC", 0, 1), ("LOC", 0, 1)], [("correct", "LOC", "LOC")]),
    ],
)
def test_entities_are_paired_most_alike_first(gold, predicted, expected):
    assert sorted(classes("mner", outcome(*gold), outcome(*predicted)), key=str) == sorted(
        expected, key=str
    )


@given(outcomes(), outcomes())
def test_classes_add_up_to_gold_and_predictions_and_agree_with_the_scores(gold, predicted):
    for task in ("mner", "jmere"):
        matches = [m for m in match_units(task, gold, predicted) if m.kind == "entity"]
        counts = Counter(match.error for match in matches)
        paired = counts["correct"] + counts["type"] + counts["boundary"]
        report = entity_report([gold.entities], [predicted.entities]).overall
        assert counts["correct"] == report.true_positives
        assert paired + counts["missed"] == report.support
        assert paired + counts["spurious"] == report.true_positives + report.false_positives
        for side in ("gold_index", "predicted_index"):
            used = [getattr(match, side) for match in matches if getattr(match, side) is not None]
            assert len(used) == len(set(used))


@given(outcomes(), outcomes())
def test_correct_relations_are_those_of_both_sets_of_quintuples(gold, predicted):
    matches = [m for m in match_units("jmere", gold, predicted) if m.kind == "relation"]
    truths, guesses = quintuples(gold), quintuples(predicted)
    counts = Counter(match.error for match in matches)
    assert counts["correct"] == len(truths & guesses)
    assert counts["correct"] + counts["type"] + counts["missed"] == len(truths)
    assert counts["correct"] + counts["type"] + counts["spurious"] == len(guesses)


def quintuples(said):
    """Sets of (ends, name): the two ends in any order, each with its words and type."""
    found = set()
    for relation in said.relations:
        ends = [said.entities[relation.head], said.entities[relation.tail]]
        spans = [(e.token_start, e.token_end, e.type.replace("OTHER", "MISC")) for e in ends]
        found.add((tuple(sorted(spans)), relation.type))
    return found


def test_relations_between_the_same_words_differ_in_type():
    ends = [("per", 0, 1), ("org", 3, 4), ("loc", 5, 6)]
    gold = outcome(*ends, relations=[(0, 1, "member_of"), (1, 2, "locate_at")])
    predicted = outcome(*ends, relations=[(0, 1, "parent"), (0, 2, "locate_at")])
    relations = [m for m in match_units("jmere", gold, predicted) if m.kind == "relation"]
    assert sorted((m.error, m.gold, m.predicted, m.text) for m in relations) == [
        ("missed", "locate_at", None, "w3 → w5"),
        ("spurious", None, "locate_at", "w0 → w5"),
        ("type", "member_of", "parent", "w0 → w3"),
    ]


def test_a_relation_between_entities_of_another_type_is_no_correct_one():
    gold = outcome(("per", 0, 1), ("org", 3, 4), relations=[(0, 1, "member_of")])
    predicted = outcome(("per", 0, 1), ("misc", 3, 4), relations=[(0, 1, "member_of")])
    (match,) = [m for m in match_units("jmere", gold, predicted) if m.kind == "relation"]
    assert match.error == "type"


def test_the_direction_of_a_relation_does_not_matter():
    ends = [("per", 0, 1), ("per", 3, 4)]
    forth = outcome(*ends, relations=[(0, 1, "peer")])
    back = outcome(*ends, relations=[(1, 0, "peer")])
    assert classes("jmere", forth, back)[-1] == ("correct", "peer", "peer")


def test_a_relation_of_no_entity_is_refused():
    with pytest.raises(InputError, match="points beyond the last entity"):
        match_units("jmere", outcome(), outcome(relations=[(0, 1, "peer")]))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("/per/per/peer", "/per/per/peer", [("correct", "/per/per/peer", "/per/per/peer")]),
        ("/per/per/peer", "/per/per/parent", [("type", "/per/per/peer", "/per/per/parent")]),
        ("/per/per/peer", "None", [("missed", "/per/per/peer", None)]),
        ("None", "/per/per/peer", [("spurious", None, "/per/per/peer")]),
        ("None", "None", []),
    ],
)
def test_the_relation_of_a_pair_is_a_unit_unless_there_is_none(gold, predicted, expected):
    pair = [("entity", 1, 2), ("entity", 4, 6)]
    made = match_units("mre", outcome(*pair, label=gold), outcome(*pair, label=predicted))
    assert [(m.error, m.gold, m.predicted) for m in made] == expected
    assert all((m.kind, m.start, m.end) == ("relation", 1, 2) for m in made)
    assert all(m.text == "w1 → w4 w5" for m in made)


def test_a_label_is_right_or_another():
    positive, negative = outcome(label="positive"), outcome(label="negative")
    assert classes("classification", positive, positive) == [("correct", "positive", "positive")]
    assert classes("classification", positive, negative) == [("type", "positive", "negative")]
