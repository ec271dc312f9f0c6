import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contexts import objects
from core.contexts.detector import ObjectDetector
from core.contexts.objects import left_out, made_up, named_objects, not_named, not_seen
from core.contexts.words import counted, plural

TABLE = tomllib.loads((Path(objects.__file__).parent / "objects.toml").read_text(encoding="utf-8"))
LABELS = sorted(TABLE["nouns"])


def labels(text):
    return [one.labels for one in named_objects(text) if not one.is_loose]


def loosely(text):
    return [one.labels for one in named_objects(text) if one.is_loose]


def test_the_table_has_every_kind_of_the_detector_and_no_other():
    detector = ObjectDetector()
    known = {detector._label(number) for number in range(90)} - {None}
    assert set(TABLE["nouns"]) == known
    others = [*TABLE["either"].values(), *TABLE["loose"].values()]
    assert {label for several in others for label in several} <= known
    assert len(known) == 80


def test_no_phrase_is_listed_twice():
    forms = [form for names in TABLE["nouns"].values() for form in names]
    forms += [*TABLE["either"], *TABLE["loose"], *TABLE["other"]["phrases"]]
    assert len(forms) == len(set(forms))


# These alone often mean something else; in the plural, or with another word, they do not.
AMBIGUOUS = {"bear", "keyboard", "orange"}


@pytest.mark.parametrize("label", [label for label in LABELS if label not in AMBIGUOUS])
def test_every_kind_is_named_by_its_label_and_its_plural(label):
    assert labels(f"There is a {label} here.") == [(label,)]
    assert labels(f"Many {plural(label)}!") == [(label,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A man and two women watch a puppy.", [("person",), ("dog",)]),
        ("She eats a hot dog, not with teddy bears", [("hot dog",), ("teddy bear",)]),
        ("Waiting at the bus stop near a train station", []),
        ("HOT-DOG stands", [("hot dog",)]),
        ("A bulldog, a bull dog and a German shepherd", [("dog",)]),
        ("underdogs, catalogues and a carpet", []),
        ("an orange wall with oranges", [("orange",)]),
        ("a couple of geese, and a couple", [("bird",), ("person",)]),
        ("a police officer\u2019s motorbike", [("person",), ("motorcycle",)]),
        ("a polar bear", [("bear",)]),
        ("a brown bear", [("bear", "teddy bear")]),
        ("a bike", [("bicycle", "motorcycle")]),
        ("a remote village, a mouse and a keyboard", []),
        ("", []),
        ("\u2026", []),
    ],
)
def test_what_a_sentence_names(text, expected):
    assert labels(text) == expected


def test_what_is_denied_is_not_named():
    assert labels("There are no people and no dogs, without a cat but with a horse") == [
        ("cat",),  # "without a": only the word before counts
        ("horse",),
    ]


def test_a_word_that_may_mean_more_is_loose():
    assert loosely("a remote village, a mouse and a table") == [
        ("remote control",),
        ("computer mouse",),
        ("dining table",),
    ]


def test_the_first_words_of_a_meaning_are_kept():
    assert [one.said for one in named_objects("a boy and his mother, and a boy")] == ["boy"]


@given(st.text())
def test_no_text_breaks_it_and_every_word_said_stands_in_it(text):
    for one in named_objects(text):
        assert one in named_objects(one.said)


@given(st.sampled_from([label for label in LABELS if label not in AMBIGUOUS]), st.integers(1, 12))
def test_the_words_of_perception_name_what_it_counted(label, count):
    said = counted(label, count)
    assert [one.labels for one in named_objects(said)] == [(label,)]


def test_made_up_is_the_share_of_kinds_named_that_are_unlikely():
    contexts = ["Two men and a puppy on a sofa", "A man reads a book"]
    assert made_up(contexts, ["person", "dog"]) == 2 / 4  # the sofa and the book
    assert not_seen(contexts, ["person", "dog"]) == ["sofa", "book"]
    assert made_up(contexts[:1], ["person", "dog", "couch"]) == 0
    assert made_up(["A sunset over the sea"], ["boat"]) is None
    assert made_up([], ["boat"]) is None


def test_one_of_several_meanings_is_enough_not_to_be_made_up():
    assert made_up(["a bike"], ["motorcycle"]) == 0
    assert made_up(["a bike"], ["car"]) == 1


def test_a_loose_word_is_never_made_up_but_names():
    assert made_up(["a plate on a table"], []) is None
    assert left_out(["a plate on a table"], ["dining table", "fork"]) == 1 / 2
    assert not_named(["a plate on a table"], ["dining table", "fork"]) == ["fork"]


def test_left_out_is_the_share_of_kinds_seen_that_nobody_names():
    assert left_out(["a puppy", "two men"], ["person", "dog", "cat"]) == 1 / 3
    assert left_out(["a puppy"], []) is None
    assert left_out([], ["dog"]) is None


@given(st.lists(st.sampled_from(LABELS), unique=True), st.lists(st.sampled_from(LABELS)))
def test_contexts_that_say_what_is_seen_invent_nothing_and_leave_nothing_out(seen, more):
    contexts = [f"There is {counted(label, 2)}." for label in seen]
    assert made_up(contexts, [*seen, *more]) in (0, None)
    assert left_out(contexts, seen) in (0, None)
