import pytest

from dashboard.figures.drawing import (
    OPPOSES,
    SUPPORTS,
    number,
    places_for,
    plain,
    residual,
    shorten,
    signed_marker,
)


def test_numbers_carry_their_sign_and_two_places():
    assert [number(value) for value in (1.005, -0.5, 0.0)] == ["+1.00", "−0.50", "+0.00"]


def test_long_text_is_cut_at_a_word_and_never_longer_than_asked():
    assert shorten("a tall iron tower", 12) == "a tall iron…"
    assert shorten("short", 12) == "short"
    assert len(shorten("x" * 50, 12)) == 12


def test_markup_in_text_is_shown_letter_by_letter():
    assert plain("<b>1 & 2</b>") == "&lt;b&gt;1 &amp; 2&lt;/b&gt;"


def test_a_number_that_rounds_to_zero_has_no_minus():
    assert number(-0.001) == "+0.00"
    assert number(-0.001, 3) == "−0.001"


@pytest.mark.parametrize(
    ("values", "places"), [([2.5, 0.01], 2), ([0.05], 3), ([-0.002], 4), ([], 2)]
)
def test_small_values_get_more_places(values, places):
    assert places_for(values) == places


def test_a_residual_is_a_power_of_ten_or_nothing():
    assert (residual(0.0), residual(-2.1e-8)) == ("0", "−2e−08")


def test_bars_show_their_sign_by_colour_and_hatch():
    marker = signed_marker([1.0, -1.0])

    assert marker["color"] == [SUPPORTS, OPPOSES]
    assert marker["pattern"]["shape"] == ["", "/"]
