"""Gold that a task cannot number is found by its post."""

import pytest

from core.datasets.gold import check_gold, without_gold_spans
from core.datasets.labels import LabelMap, entity_from_words
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.records import Example

CODEC = LabelMap(("PER", "LOC"))


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
        check_gold([GOOD, SILENT, bad], CODEC, "posts")


def test_bad_gold_may_be_left_out_with_a_note():
    found = check_gold([UNKNOWN, GOOD, TWICE, SILENT], CODEC, "posts", skip_bad=True)
    assert found.examples == (GOOD, SILENT)
    assert [note.split(": ")[0] for note in found.skipped] == [
        "posts, post unknown",
        "posts, post twice",
    ]


def test_labels_stay_where_entities_are_forgotten():
    (made,) = without_gold_spans([GOOD])
    assert (made.entities, made.relations, made.label, made.id) == (None, None, "good", "good")
