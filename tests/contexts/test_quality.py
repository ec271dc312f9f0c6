import math

import pytest

from core.contexts.quality import (
    Frequencies,
    agreement,
    copy_rate,
    name_overlap,
    quality,
    repetition,
    specificity,
    type_token_ratio,
)

COUNTED = Frequencies({"a": 0.0, "dog": math.log2(5 / 4), "cat": math.log2(5 / 2)}, math.log2(5))


def test_specificity_is_the_mean_over_distinct_words():
    expected = (0 + math.log2(5 / 2) + math.log2(5)) / 3
    assert specificity(["a cat", "a ZEBRA"], COUNTED) == pytest.approx(expected)
    assert specificity([], COUNTED) is None


def test_the_packaged_list_knows_common_words_from_rare_ones():
    bits = Frequencies.packaged().bits
    assert bits["the"] == min(bits.values())
    assert bits["the"] < bits["man"] < bits["guitar"] < Frequencies.packaged().unseen
    assert bits["a"] == bits["the"]  # signs of one character are listed by code
    plain, particular = "a man in a suit", "a referee shows a yellow card"
    assert specificity([plain]) < specificity([particular])


def test_the_packaged_list_is_a_distribution_by_zipfs_law():
    packaged = Frequencies.packaged()
    words = [bits for word, bits in packaged.bits.items() if len(word) > 1]
    assert sum(2**-bits for bits in words) == pytest.approx(1.0)


def test_words_of_names_are_looked_for_in_all_contexts_and_as_whole_words():
    contexts = ["Mr LEONARD of the Spurs", "an NBA player"]
    assert name_overlap(contexts, ["Kawhi Leonard", "NBA", "Leon", "!!"]) == 2 / 4
    assert name_overlap(contexts, ["!!"]) is None
    assert name_overlap([], ["NBA"]) is None


def test_copied_words_count_as_often_as_they_are_said():
    assert copy_rate(["the dog, the cat"], "My DOG and the vet") == 3 / 4
    assert copy_rate(["a dog", "two cats"], "dog") == 1 / 4
    assert copy_rate([], "dog") is None


def test_repetition_counts_word_pairs_that_came_before():
    assert repetition("a b a b a") == 2 / 4  # ab ba ab ba
    assert repetition("a b c") == 0.0
    assert repetition("a") is None
    assert type_token_ratio("a b a b a") == 2 / 5
    assert type_token_ratio("...") is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a dog on grass", "A dog, on grass!", 1.0),
        ("a dog", "two cats", 0.0),
        ("a dog a cat", "a dog", 2 * 2 / 6),
        ("a", "", 0.0),
    ],
)
def test_agreement_is_the_f1_of_words_with_repeats(one, other, expected):
    assert agreement(one, other) == agreement(other, one) == pytest.approx(expected)
    assert agreement("", "!") is None


def test_all_measures_of_one_context_agree_with_those_alone():
    made = quality("Ann and a dog", "Ann sings", ["Ann", "Rome"], frequencies=COUNTED)
    assert made.model_dump() == {
        "words": 4,
        "specificity": specificity(["Ann and a dog"], COUNTED),
        "name_overlap": 1 / 2,
        "copy_rate": 1 / 4,
        "type_token_ratio": 1.0,
        "repetition": 0.0,
    }


def test_a_context_without_words_has_no_measures():
    empty = quality("…", "Ann sings", ["Ann"], frequencies=COUNTED).model_dump()
    assert empty.pop("words") == 0
    assert empty.pop("name_overlap") == 0.0
    assert set(empty.values()) == {None}
