import pytest

from dashboard.figures.lab.enlarge import enlarge
from dashboard.figures.lab.values import values_chart


def test_words_bars_and_marks_grow_and_the_numbers_stay():
    usual = values_chart(["Ada", "Ben"], [1.0, 2.0])
    large = enlarge(usual, 1.5)

    assert large.figure.layout.height == pytest.approx(1.5 * usual.figure.layout.height)
    assert large.figure.layout.annotations[0].font.size == 1.5 * 13
    assert large.figure.data[1].marker.size == 1.5 * usual.figure.data[1].marker.size
    assert list(large.figure.data[0].x) == [1.0, 2.0]
    assert (large.alt, large.table is usual.table) == (usual.alt, True)


def test_the_drawing_it_was_made_from_stays_as_it_is():
    usual = values_chart(["Ada"], [1.0])
    height = usual.figure.layout.height
    enlarge(usual, 2.0)

    assert usual.figure.layout.height == height
