"""Who has the gold of a task, and gold that a task cannot number, found by its post."""

import pytest

from core.config import HeadConfig
from core.datasets.labels import entity_from_words
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.evaluation.gold import (
    check_gold,
    gold_in_words,
    gold_outcome,
    is_annotated,
    is_labelled,
    without_gold_spans,
)
from core.records import Example, Outcome
from tests.evaluation.annotated import BARE, HEADS, KNOWN, LIKES, NAMES, PAIR, example

HEAD = HeadConfig(entity_types=("PER", "LOC"))


def post(name: str, *spans: tuple[int, int, str]) -> Example:
    text, tokens = tokens_from_words(["Ada", "in", "New", "York"])
    entities = tuple(entity_from_words(text, tokens, *span) for span in spans)
    return Example(id=name, text=text, tokens=tokens, entities=entities, label="good")


GOOD = post("good", (0, 1, "PER"), (2, 4, "LOC"))
SILENT = GOOD.model_copy(update={"id": "silent", "entities": None})
UNKNOWN = post("unknown", (0, 1, "ANIMAL"))
TWICE = post("twice", (2, 4, "LOC"), (3, 4, "LOC"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (UNKNOWN, "posts, post unknown: .* of type ANIMAL"),
        (TWICE, "posts, post twice: .* overlaps"),
    ],
)
def test_gold_that_cannot_be_numbered_is_refused_by_its_post(bad, message):
    with pytest.raises(InputError, match=message):
        check_gold([GOOD, SILENT, bad], HEAD, "posts")


def test_bad_gold_may_be_left_out_with_a_note():
    found = check_gold([UNKNOWN, GOOD, TWICE, SILENT], HEAD, "posts", skip_bad=True)
    assert found.examples == (GOOD, SILENT)
    assert [note.split(": ")[0] for note in found.skipped] == [
        "posts, post unknown",
        "posts, post twice",
    ]


def test_labels_stay_where_entities_are_forgotten():
    (made,) = without_gold_spans([GOOD])
    assert (made.entities, made.relations, made.label, made.id) == (None, None, "good", "good")


def annotated_for(**known) -> set[str]:
    return {task for task, head in HEADS.items() if is_annotated(example(**known), head)}


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


def test_labels_are_looked_for_at_marked_pairs_and_at_words():
    def labelled(**known) -> set[str]:
        return {task for task, head in HEADS.items() if is_labelled(example(**known), head)}

    assert labelled(label="odd") == {"classification"}
    assert labelled(label="odd", pair=PAIR) == {"classification", "mre"}
    assert labelled(label="odd", text="", tokens=()) == set()
    assert labelled(pair=PAIR) == set()


@pytest.mark.parametrize("label", ["Good", "good ", ""])
@pytest.mark.parametrize("task", ["mre", "classification"])
def test_a_label_that_is_unknown_beside_known_ones_is_a_slip(task, label):
    known = example(**KNOWN[task])
    slip = known.model_copy(update={"id": "2", "label": label})
    silent = known.model_copy(update={"id": "3", "label": None})
    with pytest.raises(InputError, match=f"posts, post 2: its label is {label!r}, known are "):
        check_gold([known, slip, silent], HEADS[task], "posts")
    found = check_gold([known, slip, silent], HEADS[task], "posts", skip_bad=True)
    assert (found.examples, len(found.skipped)) == ((known, silent), 1)


@pytest.mark.parametrize("task", ["mre", "classification"])
def test_labels_of_which_none_is_known_are_of_something_else(task):
    strange = [example(id=name, label=name, pair=PAIR) for name in ("fake", "real")]
    assert check_gold(strange, HEADS[task], "posts").examples == tuple(strange)


def test_a_label_is_no_gold_of_a_task_that_looks_for_none():
    posts = [example(**KNOWN["mner"], label=name) for name in ("good", "odd")]
    assert check_gold(posts, HEADS["mner"], "posts").examples == tuple(posts)
    unmarked = [example(**KNOWN["mre"]), example(label="odd")]
    assert check_gold(unmarked, HEADS["mre"], "posts").examples == tuple(unmarked)
