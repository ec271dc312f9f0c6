"""One report a task, and which examples have what it needs."""

import typing

import pytest

from core.evaluation.gold import gold_outcome
from core.evaluation.reports import MEASURED, task_report
from core.records import Outcome, Relation, Task
from tests.evaluation.annotated import HEADS, KNOWN, NAMES, example


def test_every_task_has_a_name_for_what_it_counts():
    assert set(MEASURED) == set(typing.get_args(Task))


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
