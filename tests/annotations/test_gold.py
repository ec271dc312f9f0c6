import pytest

from core.annotations.gold import marked_by_people
from core.config import HeadConfig
from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.records import Example, Outcome, Pair, Relation

WORDS = ["#Ada", "sees", "St.", "Anne's"]


@pytest.fixture
def example():
    """A post with two entities."""
    text, tokens = tokens_from_words(WORDS)
    entities = (
        entity_from_words(text, tokens, 0, 1, "PER"),
        entity_from_words(text, tokens, 2, 4, "LOC"),
    )
    return Example(id="p", text=text, tokens=tokens, entities=entities)


HEADS = {
    "mner": HeadConfig(),
    "mre": HeadConfig(task="mre", relations=("None", "knows")),
    "jmere": HeadConfig(task="jmere", relations=("visits",)),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}
PAIR = Pair(head=(0, 1), tail=(2, 4))


def test_gold_is_what_was_asked_for_the_task(make_record, example):
    relations = (Relation(head=0, tail=1, type="visits"),)
    known = example.model_copy(update={"relations": relations, "label": "good"})
    expected = Outcome(entities=list(known.entities), relations=list(relations), label="good")
    for task in ("mner", "jmere", "classification"):
        assert marked_by_people(make_record(task=task), known, HEADS[task]) == expected


def test_gold_of_a_pair_has_the_two_names_that_are_given(make_record, example):
    record = make_record(task="mre", predicted=[("entity", 0, 2), ("entity", 3, 4)])
    known = example.model_copy(update={"entities": None, "label": "None", "pair": PAIR})
    expected = Outcome(entities=record.entities, label="None")
    assert marked_by_people(record, known, HEADS["mre"]) == expected


@pytest.mark.parametrize("task", ["mner", "mre", "jmere", "classification"])
def test_nobody_was_asked_where_the_annotation_of_the_task_is_missing(make_record, example, task):
    unknown = example.model_copy(update={"entities": None, "pair": PAIR})
    assert marked_by_people(make_record(task=task), unknown, HEADS[task]) is None


@pytest.mark.parametrize("task", ["mre", "classification"])
def test_a_label_that_the_model_does_not_know_is_no_answer(make_record, example, task):
    unsure = example.model_copy(update={"label": "unsure", "pair": PAIR})
    assert marked_by_people(make_record(task=task), unsure, HEADS[task]) is None


def test_an_annotation_without_anything_is_one(make_record, example):
    nothing = example.model_copy(update={"entities": ()})
    assert marked_by_people(make_record(), nothing, HEADS["mner"]) == Outcome()
