import pandas as pd
import pytest

from dashboard.figures.errors.confusion import MOST_WRITTEN, confusion_chart, confusions

NAMES = ["LOC", "PER", "(none)"]
MATRIX = pd.DataFrame([[6, 2, 2], [0, 9, 1], [3, 0, 0]], index=NAMES, columns=NAMES)


def test_the_diagonal_is_blue_and_what_is_off_it_orange_by_the_share_of_its_row():
    heat, _ = confusion_chart(MATRIX).figure.data

    assert heat.z[0] == pytest.approx((0.6, -0.2, -0.2))
    assert heat.z[2] == pytest.approx((-1.0, 0.0, 0.0))
    assert heat.zmin == -heat.zmax


def test_squares_that_nobody_sees_carry_labels_and_counts():
    _, targets = confusion_chart(MATRIX).figure.data

    assert targets.marker.opacity == targets.unselected.marker.opacity == 0
    assert [list(data) for data in targets.customdata][:2] == [["LOC", "LOC", 6], ["LOC", "PER", 2]]
    assert len(targets.customdata) == 9


def test_the_cell_chosen_is_outlined():
    figure = confusion_chart(MATRIX, ("PER", "(none)")).figure

    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].y0) == (1.5, 0.5)
    assert not confusion_chart(MATRIX, ("PER", "gone")).figure.layout.shapes


def test_small_matrices_carry_their_counts_and_large_ones_do_not():
    size = MOST_WRITTEN + 1
    names = [f"a relation of many words, number {place}" for place in range(size)]
    large = confusion_chart(pd.DataFrame([[1] * size] * size, index=names, columns=names)).figure

    assert [a.text for a in confusion_chart(MATRIX).figure.layout.annotations] == list("622913")
    assert not large.layout.annotations
    assert all(len(text) <= 18 for text in large.layout.xaxis.ticktext)


def test_the_most_frequent_confusion_comes_first_in_words_too():
    assert confusions(MATRIX)[:2] == [(3, "(none)", "LOC"), (2, "LOC", "(none)")]
    assert "gold (none) predicted LOC 3" in confusion_chart(MATRIX).alt


def test_a_row_without_a_count_divides_by_nothing():
    heat, _ = confusion_chart(MATRIX * 0).figure.data

    assert set(heat.z[0]) == {0.0}
