import pytest

from dashboard.figures.errors.calibration import Bin, Curve, coverage_chart, reliability_chart

BINS = [Bin(0.35, 0.5, 0.2, 0.7, 4), Bin(0.95, 0.9, 0.85, 0.93, 400)]


def test_bins_stand_against_the_diagonal_with_their_intervals():
    diagonal, marks = reliability_chart(BINS).figure.data

    assert list(diagonal.x) == list(diagonal.y) == [0, 1]
    assert list(marks.y) == [0.5, 0.9]
    assert marks.error_y.arrayminus == pytest.approx((0.3, 0.05))
    assert marks.marker.size[0] < marks.marker.size[1]
    assert marks.customdata[1][0] == 1


def test_bins_are_told_in_words_and_in_a_table():
    drawing = reliability_chart(BINS)

    assert "confidence 0.95: 0.90 right of 400" in drawing.alt
    assert list(drawing.table["units"]) == [4, 400]


def test_each_curve_has_its_own_colour_and_dash():
    curve = Curve([0.5, 1.0], [0.1, 0.3])
    one, other = coverage_chart({"confidence": curve, "margin": curve}).figure.data

    assert one.line.color != other.line.color
    assert one.line.dash != other.line.dash


def test_the_table_has_the_risk_at_every_tenth():
    drawing = coverage_chart({"confidence": Curve([0.25, 0.5, 1.0], [0.0, 0.1, 0.3])})

    assert list(drawing.table["not right"]) == [0.0] * 2 + [0.1] * 3 + [0.3] * 5
    assert "by confidence 10%" in drawing.alt
