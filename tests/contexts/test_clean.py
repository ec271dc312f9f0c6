import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contexts.clean import clean_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a  dog \r\n\t runs\x00 ", "a dog runs"),
        ("a\u202edog\u202c", "adog"),
        ("\ufeffa\u200bdog", "adog"),
        ("\ud800 dog", "\ufffd dog"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        (" \x1b\u200b\n ", ""),
    ],
)
def test_text_becomes_one_visible_line(text, expected):
    assert clean_text(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("a small dog", 11, "a small dog"),
        ("a small dog", 10, "a small…"),
        ("abcdefghij", 5, "abcd…"),
    ],
)
def test_long_text_is_cut_at_a_space_where_there_is_one(text, limit, expected):
    assert clean_text(text, limit=limit) == expected


@given(st.text(), st.integers(2, 50))
def test_any_text_fits_its_limit_and_holds_no_control_character(text, limit):
    line = clean_text(text, limit=limit)

    assert len(line) <= limit
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs"}
