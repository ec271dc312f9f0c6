import pytest

from core.matching import covered, has_phrase, plain_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        (" ?!… ", ()),
        ("Bill Cosby's star", ("bill", "cosby", "s", "star")),
        ("#MakeAmericaGreat @POTUS", ("makeamericagreat", "potus")),
        ("STRASSE straße", ("strasse", "strasse")),
        ("𝗕𝗼𝗹𝗱 Ｗｉｄｅ ﬁne", ("bold", "wide", "fine")),
        ("e\u0301te\u0301 été", ("été", "été")),
        ("भारत 東京", ("भारत", "東京")),
        ("snake_case 10,000", ("snake", "case", "10", "000")),
    ],
)
def test_words_lose_case_style_and_punctuation(text, words):
    assert plain_words(text) == words


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("in New York City", "new york", True),
        ("in New York City", "York", True),
        ("in Newyork", "new york", False),
        ("new old york", "new york", False),
        ("he is from Iran", "IRA", False),
        ("York new", "new york", False),
        ("new new york", "new york", True),
        ("anything", "", False),
        ("", "a", False),
    ],
)
def test_a_phrase_is_found_as_whole_words_in_their_order(text, phrase, expected):
    assert has_phrase(plain_words(text), plain_words(phrase)) is expected


def test_words_of_overlapping_phrases_are_counted_once():
    words = plain_words("New York City marathon in New York")
    assert covered(words, [("new", "york"), ("york", "city")]) == 5
    assert covered(words, [()]) == 0
    assert covered((), [("new",)]) == 0
