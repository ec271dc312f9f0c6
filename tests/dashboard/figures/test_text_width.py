import pytest

from dashboard.figures.text_width import is_right_to_left, text_width


def test_widths_are_those_of_the_page_s_type():
    assert text_width("n", 100) == pytest.approx(55)
    assert text_width("ill", 100) < text_width("mmm", 100) / 3
    assert text_width("", 16) == 0


def test_bold_is_wider_and_the_size_scales():
    assert text_width("Paris", 16, bold=True) > text_width("Paris", 16)
    assert text_width("Paris", 32) == pytest.approx(2 * text_width("Paris", 16))


def test_accents_take_no_room_and_wide_scripts_a_whole_square():
    assert text_width("e\u0301", 16) == text_width("e", 16)
    assert text_width("漢字", 16) == 32
    assert text_width("💙", 16) > 16


@pytest.mark.parametrize(
    ("text", "expected"), [("Paris", False), ("برج", True), ("#1 שלום", True), ("123 !", False)]
)
def test_the_first_letter_decides_where_a_sentence_begins(text, expected):
    assert is_right_to_left(text) == expected
