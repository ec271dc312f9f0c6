import pytest

from dashboard.figures.compare.differences import Difference, difference_chart

BETTER = Difference("B", "full", 0.0383, 0.014, 0.0655, 0.004)
WORSE = Difference("C", "text", -0.0333, -0.0628, -0.0047, 0.018)
UNKNOWN = Difference("D", "x", None, None, None, None)


def test_each_system_is_a_mark_with_its_interval_in_points():
    better, worse = difference_chart([BETTER, WORSE]).figure.data

    assert better.x[0] == pytest.approx(3.83)
    assert better.error_x.array[0] == pytest.approx(2.72)
    assert better.error_x.arrayminus[0] == pytest.approx(2.43)
    assert better.marker.symbol != worse.marker.symbol
    assert better.marker.color != worse.marker.color


def test_zero_is_always_in_view():
    low, high = difference_chart([BETTER]).figure.layout.xaxis.range

    assert low < 0 < high
    assert difference_chart([WORSE]).figure.layout.xaxis.range[1] > 0


def test_what_is_unknown_is_said_and_not_drawn():
    drawing = difference_chart([UNKNOWN, BETTER._replace(low=None, high=None)])

    assert len(drawing.figure.data) == 1
    assert drawing.figure.data[0].error_x.array is None
    assert "D (x) not scored" in drawing.alt
    assert drawing.table["F1 − F1(A)"].isna().tolist() == [True, False]


def test_the_words_hold_difference_and_interval():
    assert "B (full) +3.83 points, +1.40 to +6.55" in difference_chart([BETTER]).alt
