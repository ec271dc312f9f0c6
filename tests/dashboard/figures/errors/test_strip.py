import numpy as np
import pandas as pd

from dashboard.figures.errors.misalignment import BRIGHT, DIMMED
from dashboard.figures.errors.strip import margin_strip

POSTS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "margin_text": [-1.0, 0.5, 1.0, -2.0],
        "outcome": ["right", "right", "wrong", "wrong"],
    }
)


def test_each_outcome_that_occurs_has_a_row_of_its_own():
    figure = margin_strip(POSTS, side="text", threshold=0.0).figure
    right, wrong = figure.data

    assert list(right.x) == [-1.0, 0.5]
    assert max(right.y) < 0.5 < min(wrong.y)
    assert [a.text.split("  ")[0] for a in figure.layout.annotations] == [
        "<b>● right</b>",
        "<b>✕ wrong</b>",
    ]


def test_the_table_counts_what_lies_below_the_threshold():
    drawing = margin_strip(POSTS, side="text", threshold=0.75)

    assert list(drawing.table["below"]) == [2, 1]
    assert "right 2 of 2; wrong 1 of 2" in drawing.alt


def test_what_is_not_selected_is_dimmed():
    chosen = np.array([False, True, False, False])
    right, wrong = margin_strip(POSTS, side="text", threshold=0.0, chosen=chosen).figure.data

    assert list(right.marker.opacity) == [DIMMED, BRIGHT]
    assert set(wrong.marker.opacity) == {DIMMED}
