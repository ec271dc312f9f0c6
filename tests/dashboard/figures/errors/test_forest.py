import pytest

from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.errors.forest import Correlation, forest_chart

CLEAR = Correlation("specificity", 0.31, 0.2, 0.41, 0.004, "120 posts")
CHANCE = Correlation("copy <rate>", -0.12, -0.3, 0.05, 0.6, "120 posts")
UNKNOWN = Correlation("gate", None, None, None, None, "no post has it")
ROWS = [CLEAR, CHANCE, UNKNOWN]


def test_each_measure_is_a_mark_with_its_interval():
    clear, chance = forest_chart(ROWS).figure.data

    assert (clear.x[0], chance.x[0]) == (0.31, -0.12)
    assert clear.error_x.array[0] == pytest.approx(0.1)
    assert clear.error_x.arrayminus[0] == pytest.approx(0.11)


def test_sign_and_doubt_show_without_colour():
    clear, chance = forest_chart(ROWS).figure.data

    assert (clear.marker.symbol, chance.marker.symbol) == ("circle", "diamond-open")
    assert (clear.marker.color, chance.marker.color) == (SUPPORTS, OPPOSES)


def test_what_is_unknown_is_said_and_not_drawn():
    drawing = forest_chart(ROWS)
    words = " | ".join(annotation.text for annotation in drawing.figure.layout.annotations)

    assert len(drawing.figure.data) == 2
    assert "no post has it" in words
    assert "gate unknown (no post has it)" in drawing.alt
    assert drawing.table["ρ"].isna().tolist() == [False, False, True]


def test_names_are_written_as_they_are_and_the_chosen_one_is_marked():
    annotations = forest_chart(ROWS, chosen=1).figure.layout.annotations
    words = [annotation.text for annotation in annotations]

    assert any("▸ copy &lt;rate&gt;" in text for text in words)
    assert sum("▸" in text for text in words) == 1


def test_zero_and_every_interval_are_in_view():
    low, high = forest_chart(ROWS).figure.layout.xaxis.range

    assert low < -0.3
    assert high > 0.41
    low, high = forest_chart([UNKNOWN]).figure.layout.xaxis.range
    assert low < 0 < high


def test_a_click_tells_the_place_of_the_measure():
    traces = forest_chart([UNKNOWN, CLEAR, CHANCE]).figure.data

    assert [trace.customdata[0][0] for trace in traces] == [1, 2]


def test_the_words_hold_correlation_interval_and_doubt():
    alt = forest_chart(ROWS).alt

    assert "specificity +0.31, +0.20 to +0.41, clear" in alt
    assert "copy <rate> −0.12, −0.30 to +0.05, may be chance" in alt


def test_a_correlation_without_an_interval_is_a_mark_alone():
    (trace,) = forest_chart([CLEAR._replace(low=None, high=None)]).figure.data

    assert trace.error_x.array is None
