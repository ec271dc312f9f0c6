import pytest

from core.contexts.words import counted, listed, plural, sentence, with_article


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("dog", "a dog"),
        ("espresso", "an espresso"),
        ("umbrella", "an umbrella"),
        ("unicycle", "a unicycle"),
        ("European gallinule", "a European gallinule"),
        ("hourglass", "an hourglass"),
        ("TV", "a TV"),
        ("iPod", "an iPod"),
        ("sunglasses", "sunglasses"),
        ("broccoli", "broccoli"),
    ],
)
def test_articles_follow_the_sound_and_the_noun(noun, expected):
    assert with_article(noun) == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("person", "people"),
        ("knife", "knives"),
        ("wine glass", "wine glasses"),
        ("toothbrush", "toothbrushes"),
        ("bus", "buses"),
        ("computer mouse", "computer mice"),
        ("sheep", "sheep"),
        ("city", "cities"),
        ("toy", "toys"),
        ("potted plant", "potted plants"),
    ],
)
def test_plurals_are_english(noun, expected):
    assert plural(noun) == expected


@pytest.mark.parametrize(
    ("noun", "count", "expected"),
    [
        ("cat", 1, "a cat"),
        ("person", 2, "two people"),
        ("car", 10, "ten cars"),
        ("car", 11, "11 cars"),
        ("skis", 3, "skis"),
    ],
)
def test_counts_are_written_in_words_up_to_ten(noun, count, expected):
    assert counted(noun, count) == expected


def test_lists_have_commas_and_one_conjunction():
    assert listed([]) == ""
    assert listed(["a cat"]) == "a cat"
    assert listed(["a cat", "a dog"], "or") == "a cat or a dog"
    assert listed(["a cat", "a dog", "a cow"]) == "a cat, a dog and a cow"


def test_a_sentence_starts_with_a_capital_and_keeps_the_rest():
    assert sentence("a TV is on") == "A TV is on."
