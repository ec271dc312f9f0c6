import pytest

from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.lab.values import amount, residual_words, values_chart

PLAYERS = ("Ada", "Ben <b>", "Cleo")


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_every_player_has_a_bar_of_its_value_its_name_and_its_number():
    drawing = values_chart(PLAYERS, [2.0, -0.5, 0.0])
    bar = drawing.figure.data[0]

    assert list(bar.x) == [2.0, -0.5, 0.0]
    assert "Ada" in words(drawing.figure)
    assert "+2.00" in words(drawing.figure)
    assert "−0.500" in words(drawing.figure)
    assert list(drawing.table["φ"]) == [2.0, -0.5, 0.0]


def test_what_takes_away_differs_by_colour_hatch_and_sign():
    bar = values_chart(PLAYERS, [2.0, -0.5, 0.0]).figure.data[0]

    assert list(bar.marker.color) == [SUPPORTS, OPPOSES, SUPPORTS]
    assert list(bar.marker.pattern.shape) == ["", "/", ""]


def test_ticks_of_another_rule_are_drawn_and_in_the_table():
    drawing = values_chart(PLAYERS, [1, 2, 3], name="share", ticks=[2, 2, 2], tick_name="φ")
    ticks = next(trace for trace in drawing.figure.data if trace.name == "φ")

    assert list(ticks.x) == [2, 2, 2]
    assert list(drawing.table.columns) == ["player", "share", "φ"]
    assert drawing.figure.layout.xaxis.range[1] > 3


def test_markup_in_a_name_is_shown_letter_by_letter():
    assert "Ben &lt;b&gt;" in words(values_chart(PLAYERS, [1, 2, 3]).figure)


def test_the_alternative_text_names_every_value():
    alt = values_chart(PLAYERS, [2.0, -0.5, 0.0]).alt

    assert "Ada +2.00" in alt
    assert "Cleo 0" in alt


@pytest.mark.parametrize("values", [[0.0, 0.0, 0.0], [-1.0, -2.0, -3.0]])
def test_a_game_without_gains_can_be_drawn(values):
    low, high = values_chart(PLAYERS, values).figure.layout.xaxis.range

    assert low < high
    assert low <= min(values)


def test_amounts_keep_their_sign_and_lose_their_noise():
    assert amount(-1e-17) == "0"
    assert amount(0.9999) == "+1.00"
    assert amount(-12.345) == "−12.35"
    assert amount(0.25, signed=False) == "0.250"


def test_a_residual_is_nothing_or_an_order_of_magnitude():
    assert residual_words(0.0) == "0"
    assert residual_words(-2e-16) == "−2e−16"
