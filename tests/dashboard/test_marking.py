import pytest

from core.datasets.samples import Sample
from core.records import Pair
from dashboard.marking import MOST_CHOICES, marks_of, written

TEXT = "Anna sees the Eiffel Tower !"


def sample(entities, relations=()):
    return Sample.model_validate(
        {
            "id": "tower",
            "text": TEXT,
            "image": None,
            "contexts": (),
            "entities": [
                {
                    "text": one,
                    "type": "LOC",
                    "start": TEXT.index(one),
                    "end": TEXT.index(one) + len(one),
                }
                for one in entities
            ],
            "relations": relations,
            "tags": ("no image",),
            "note": "Look.",
        }
    )


def marked(*, text=TEXT, of=None, head="", tail=""):
    found = marks_of(text, of, head, tail)
    return found.head, found.tail


def test_the_first_two_words_with_a_capital_are_marked_at_first():
    assert marked() == ((0, 1), (3, 5))


def test_gold_names_come_before_capitals_and_those_of_a_relation_before_all():
    assert marked(of=sample(["Tower", "sees"])) == ((4, 5), (1, 2))
    relation = {"head": 2, "tail": 1, "type": "peer"}
    assert marked(of=sample(["Anna", "sees", "Tower"], [relation])) == ((4, 5), (1, 2))


def test_what_the_address_says_comes_first():
    assert marked(head="1-2", tail="4-5") == ((1, 2), (4, 5))
    assert marked(tail="1-3") == ((0, 1), (1, 3))


def test_a_name_that_is_taken_leaves_the_other_one():
    assert marked(head="3-5") == ((3, 5), (0, 1))
    assert marked(tail="0-1") == ((3, 5), (0, 1))


@pytest.mark.parametrize("words", ["6-7", "0-99", "4-4", "5-2"])
def test_words_that_are_not_there_are_not_followed_and_it_says_so(words):
    found = marks_of(TEXT, None, words, "")

    assert (found.head, found.tail) == ((0, 1), (3, 5))
    assert "beyond the sentence's 6 as head" in found.refused


@pytest.mark.parametrize(
    ("text", "head", "tail", "said"),
    [
        ("", "", "", "Write a sentence"),
        ("nobody is here", "", "", "Mark head and tail"),
        ("only Anna is here", "", "", "Mark the tail"),
        (TEXT, "1-2", "1-2", "Head and tail are the same words"),
    ],
)
def test_what_is_missing_says_what_to_do(text, head, tail, said):
    found = marks_of(text, None, head, tail)

    assert found.missing.startswith(said)
    assert found.pair is None


def test_a_pair_is_marked():
    found = marks_of(TEXT, None, "", "")

    assert found.missing == ""
    assert found.pair == Pair(head=(0, 1), tail=(3, 5))
    assert written(found.pair.tail) == "3-5"


def test_names_are_offered_first_and_the_list_is_never_endless():
    assert marks_of(TEXT, None, "1-2", "").choices[:3] == [(0, 1), (3, 5), (1, 2)]
    long = marks_of("word " * 200, None, "3-40", "")
    assert len(long.choices) <= MOST_CHOICES + 2
    assert (3, 40) in long.choices


def test_a_range_is_shown_as_it_stands_and_repeated_words_with_their_place():
    found = marks_of("Rome , Rome-Ostia and #Anna", None, "", "")

    assert found.words((0, 1)) == "Rome  (word 1)"
    assert found.words((2, 5)) == "Rome-Ostia"
    assert found.words((6, 8)) == "#Anna"
    shown = [found.words(span) for span in found.choices]
    assert len(set(shown)) == len(shown)
