"""One report a task, and which examples have what it needs."""

import typing

import pytest

from core.config import HeadConfig
from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.evaluation.reports import (
    MEASURED,
    gold_in_words,
    gold_outcome,
    is_annotated,
    task_report,
)
from core.records import Example, Outcome, Pair, Relation, Task

HEADS: dict[Task, HeadConfig] = {
    "mner": HeadConfig(),
    "mre": HeadConfig(task="mre", relations=("None", "likes")),
    "jmere": HeadConfig(task="jmere", relations=("likes",)),
    "classification": HeadConfig(task="classification", labels=("bad", "good")),
}
TEXT, TOKENS = tokens_from_words(["Ada", "likes", "Oslo"])
BARE = Example(id="1", text=TEXT, tokens=TOKENS)
NAMES = tuple(
    entity_from_words(TEXT, TOKENS, start, start + 1, name)
    for start, name in ((0, "PER"), (2, "LOC"))
)
LIKES = Relation(head=0, tail=1, type="likes")
PAIR = Pair(head=(0, 1), tail=(2, 3))
KNOWN = {
    "mner": {"entities": NAMES},
    "mre": {"pair": PAIR, "label": "likes"},
    "jmere": {"entities": NAMES, "relations": (LIKES,)},
    "classification": {"label": "good"},
}


def example(**known) -> Example:
    return BARE.model_copy(update=known)


def annotated_for(**known) -> set[str]:
    return {task for task, head in HEADS.items() if is_annotated(example(**known), head)}


def test_every_task_has_a_name_for_what_it_counts():
    assert set(MEASURED) == set(typing.get_args(Task))


@pytest.mark.parametrize(
    ("known", "tasks"),
    [
        ({}, set()),
        (KNOWN["mner"], {"mner"}),
        ({"entities": ()}, {"mner"}),  # somebody looked and found none
        (KNOWN["mre"], {"mre"}),
        ({"pair": PAIR}, set()),
        ({"pair": PAIR, "label": "hates"}, set()),
        ({"label": "likes"}, set()),
        (KNOWN["jmere"], {"mner", "jmere"}),
        ({"relations": ()}, set()),
        (KNOWN["classification"], {"classification"}),
        ({"label": "odd"}, set()),
        ({"label": "good", "text": "", "tokens": ()}, set()),
    ],
)
def test_an_example_is_annotated_for_the_tasks_whose_gold_it_has(known, tasks):
    assert annotated_for(**known) == tasks


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("mner", "entities"),
        ("mre", "None, likes"),
        ("jmere", "related"),
        ("classification", "good"),
    ],
)
def test_what_is_looked_for_is_told_in_words(task, names):
    assert names in gold_in_words(HEADS[task])


def test_gold_is_all_that_people_said():
    said = gold_outcome(example(entities=NAMES, relations=(LIKES,), label="good"))
    assert said == Outcome(entities=list(NAMES), relations=[LIKES], label="good")
    assert gold_outcome(BARE) == Outcome()


@pytest.mark.parametrize("task", HEADS)
def test_what_people_said_scores_one_and_nothing_scores_none(task):
    post = example(**KNOWN[task])
    perfect = task_report([post], [gold_outcome(post)], HEADS[task])
    assert (perfect.precision, perfect.recall, perfect.f1) == (1.0, 1.0, 1.0)
    other = Outcome(label="bad" if task == "classification" else None)
    missed = task_report([post], [other], HEADS[task])
    assert (missed.precision, missed.recall, missed.f1) == (0.0, 0.0, 0.0)
    assert missed.model_dump() != perfect.model_dump()


@pytest.mark.parametrize(("directed", "f1"), [(None, 0.0), (True, 0.0), (False, 1.0)])
def test_direction_counts_as_the_head_says_unless_it_is_said_otherwise(directed, f1):
    head = HEADS["jmere"].model_copy(update={"directed": True})
    post = example(**KNOWN["jmere"])
    turned = Outcome(entities=list(NAMES), relations=[Relation(head=1, tail=0, type="likes")])
    assert task_report([post], [turned], head, directed=directed).f1 == f1
    assert task_report([post], [turned], HEADS["jmere"]).f1 == 1.0
