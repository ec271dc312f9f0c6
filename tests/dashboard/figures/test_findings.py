import pytest

from core.records import Label, Outcome, Relation
from dashboard.figures.findings import (
    Found,
    between,
    changes,
    found_entities,
    found_relations,
    label_change,
    origins,
    plain_name,
)


def kinds(before, after):
    made = changes(found_entities(before.entities), found_entities(after.entities))
    return [(change.kind, change.text, change.before, change.after) for change in made]


def label(name, **probabilities):
    return Label(name=name, probabilities=probabilities)


def test_every_entity_is_kept_retyped_gained_or_lost(make_record):
    before = make_record(entities=[(0, 1, "PER", False), (3, 4, "LOC", False), (4, 5, "LOC", None)])
    after = make_record(entities=[(0, 1, "PER", False), (3, 4, "ORG", False), (1, 2, "MISC", None)])

    assert kinds(before, after) == [
        ("lost", "Tower", "LOC", None),
        ("gained", "sees", None, "MISC"),
        ("retyped", "Eiffel", "LOC", "ORG"),
        ("kept", "Anna", "PER", "PER"),
    ]


def test_an_entity_is_found_again_in_another_sentence(make_record):
    before = make_record("Anna sees Paris", entities=[(0, 1, "PER", None), (2, 3, "LOC", None)])
    after = make_record("In PARIS there is Anna", entities=[(1, 2, "LOC", None)])

    assert [change[:2] for change in kinds(before, after)] == [("lost", "Anna"), ("kept", "PARIS")]


def test_an_entity_that_is_kept_may_have_become_less_probable(make_record):
    before = make_record(entities=[(0, 1, "PER", False)])
    doubtful = [entity.model_copy(update={"score": 0.4}) for entity in before.entities]
    (kept,) = changes(found_entities(before.entities), found_entities(doubtful))
    (lost,) = changes(found_entities(before.entities), [])

    assert kept.scores == (0.9, 0.4)
    assert lost.scores == (0.9, None)


def test_the_second_of_two_equal_names_is_told_from_the_first(make_record):
    before = make_record("Rome and Rome", entities=[(0, 1, "LOC", None), (2, 3, "LOC", None)])
    after = make_record("Rome and Rome", entities=[(0, 1, "LOC", None)])

    assert [change[0] for change in kinds(before, after)] == ["lost", "kept"]


def test_what_is_found_without_contexts_as_well_does_not_need_them(make_record):
    record = make_record()
    person, place = record.entities
    relation = Relation(head=0, tail=1, type="present_in")
    bare = Outcome(entities=[place], relations=[])
    found = record.model_copy(update={"relations": [relation], "without_contexts": bare})

    assert origins(found) == ([True, False], [True])
    alike = Outcome(entities=[person, place], relations=[relation])
    assert origins(found.model_copy(update={"without_contexts": alike})) == ([False] * 2, [False])


def test_an_entity_of_another_type_without_contexts_needs_them(make_record):
    record = make_record()
    bare = Outcome(entities=[one.model_copy(update={"type": "ORG"}) for one in record.entities])

    assert origins(record.model_copy(update={"without_contexts": bare})).entities == [True, True]


def test_a_record_that_was_not_read_without_contexts_says_what_its_entities_say(make_record):
    record = make_record().model_copy(update={"relations": [Relation(head=0, tail=1, type="x")]})

    assert origins(record) == ([False, True], [None])


def test_a_relation_is_told_apart_by_both_its_names(make_record):
    record = make_record()
    one, other = (Relation(head=0, tail=1, type="a/b"), Relation(head=1, tail=0, type="a/b"))
    there = found_relations(record.model_copy(update={"relations": [one]}))
    back = found_relations(record.model_copy(update={"relations": [other]}))

    assert there == [Found("Anna – Eiffel Tower", "b", 1.0)]
    assert [change.kind for change in changes(there, back)] == ["lost", "gained"]
    assert [change.kind for change in changes(there, there)] == ["kept"]


def test_a_label_is_kept_or_changed_with_its_probabilities():
    before, after = label("/per/org/member_of", **{"/per/org/member_of": 0.7}), label("b", b=0.6)

    change = label_change(before, after)
    assert (change.kind, change.before, change.after) == ("changed", "member of", "b")
    assert change.scores == (0.7, 0.6)
    assert label_change(before, before).kind == "kept"
    assert label_change(None, after) is None


@pytest.mark.parametrize(
    ("name", "plain", "joins"),
    [
        ("/per/org/member_of", "member of", "per → org"),
        ("None", "None", ""),
        ("contain", "contain", ""),
        ("/loc/loc/contain", "contain", "loc → loc"),
    ],
)
def test_names_of_relations_are_put_into_plain_words(name, plain, joins):
    assert (plain_name(name), between(name)) == (plain, joins)
