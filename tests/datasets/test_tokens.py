from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.tokens import MAX_WORDS, tokenize, tokens_from_words
from core.errors import InputError

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1eb\U0001f1f7"
THUMB = "\U0001f44d\U0001f3fd"
KEYCAP = "1\ufe0f\u20e3"


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RT @Rocky_x: don't!", "RT @ Rocky_x : don ' t !"),
        ("#Paris2024 is on...", "# Paris2024 is on . . ."),
        ("“Hi”—he said", "“ Hi ” — he said"),
        ("X-Men 5/29/16 11:00", "X - Men 5 / 29 / 16 11 : 00"),
        ("$10,000.50, or 4.7%", "$ 10,000.50 , or 4.7 %"),
        ("fun :) or :-( ?", "fun :) or :-( ?"),
        ("(see:) text:)", "( see : ) text : )"),
        ("look https://t.co/a1?b=2…", "look https://t.co/a1?b=2 …"),
        ("(www.example.org/x).", "( www.example.org/x ) ."),
        ("<b>Bob</b> &amp;", "< b > Bob < / b > & amp ;"),
    ],
)
def test_words_are_split_as_in_the_twitter_data(text, expected):
    assert words(text) == expected.split(" ")


@pytest.mark.parametrize(
    "emoji", [FAMILY, FLAG, THUMB, KEYCAP, "\u2139\ufe0f", "\u2764\ufe0f\u200d\U0001f525"]
)
def test_an_emoji_stays_whole_and_apart(emoji):
    assert words(f"hi!{emoji}{emoji} {emoji}") == ["hi", "!", emoji, emoji, emoji]


def test_right_to_left_words_are_words():
    text = "שלום לירושלים של זהב, مرحبا"
    assert words(text) == ["שלום", "לירושלים", "של", "זהב", ",", "مرحبا"]


def test_marks_of_writing_direction_belong_to_no_word():
    assert words("\u202eabc\u202c \u200fdef\u200e") == ["abc", "def"]


def test_combining_marks_stay_with_their_letter():
    assert words("cafe\u0301 na\u0308h") == ["cafe\u0301", "na\u0308h"]


def test_a_joiner_inside_a_word_belongs_to_it():
    assert words("می\u200cخواهم co\u00adoperate") == ["می\u200cخواهم", "co\u00adoperate"]


def test_a_zero_width_space_separates_words():
    assert words("new\u200byork") == ["new", "york"]


def test_invisible_signs_are_no_words():
    assert words("\ufeffa \ufe0f \u200d \x92 b\u0000") == ["a", "b"]


@given(st.text())
def test_offsets_point_at_the_words_and_only_invisible_signs_are_left_out(text):
    try:
        tokens = tokenize(text)
    except InputError:
        return
    end = 0
    for token in tokens:
        assert text[token.start : token.end] == token.text
        assert token.start >= end
        end = token.end
    gaps = "".join(text[first.end : second.start] for first, second in pairwise(tokens))
    assert not any(sign.isalnum() and sign != "\u3164" for sign in gaps)


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u200d\ufeff", "\ufe0f", "\u3164", "\x00"])
def test_text_without_visible_words_is_refused(text):
    with pytest.raises(InputError, match="no visible words"):
        tokenize(text)


def test_half_a_character_is_refused():
    with pytest.raises(InputError, match="position 3"):
        tokenize("ab \ud83d")


def test_the_longest_text_is_accepted_and_one_word_more_refused():
    assert len(tokenize("word " * MAX_WORDS)) == MAX_WORDS
    with pytest.raises(InputError, match=f"{MAX_WORDS + 1} words, the limit is {MAX_WORDS}"):
        tokenize("word " * (MAX_WORDS + 1))


def test_given_words_keep_their_borders():
    given_words = ["don't", "New York", "\ufe0f", "!"]
    text, tokens = tokens_from_words(given_words)
    assert text == "don't New York \ufe0f !"
    assert [text[token.start : token.end] for token in tokens] == given_words


def test_no_words_make_an_empty_sentence():
    assert tokens_from_words([]) == ("", ())
