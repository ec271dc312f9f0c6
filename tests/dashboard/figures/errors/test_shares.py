import pytest

from dashboard.figures.errors.outcomes import EFFECTS
from dashboard.figures.errors.shares import shares_chart


def test_the_pieces_of_a_bar_fill_it_in_their_order():
    drawing = shares_chart({"hurt": [1], "helped": [3]}, EFFECTS, [""])
    helped, hurt = drawing.figure.data

    assert (helped.name, hurt.name) == ("● helped", "✕ hurt")
    assert (helped.x[0], hurt.x[0]) == (0.75, 0.25)
    assert "helped 75%, hurt 25%" in drawing.alt


def test_a_selection_stands_above_all_posts_on_the_same_scale():
    counts = {"helped": [1, 30], "hurt": [1, 10]}
    drawing = shares_chart(counts, EFFECTS, ["selection", "all posts"])

    assert drawing.figure.data[0].x == pytest.approx((0.5, 0.75))
    assert list(drawing.figure.layout.yaxis.ticktext) == ["selection", "all posts"]
    assert set(drawing.table["posts"]) == {"selection", "all posts"}


def test_no_post_at_all_is_an_empty_bar():
    drawing = shares_chart({"helped": [0], "hurt": [0]}, EFFECTS, [""])

    assert not drawing.figure.data
    assert "all posts: none" in drawing.alt


def test_every_value_of_the_analysis_can_be_drawn():
    from core.analysis.features import FEATURES
    from dashboard.figures.errors.outcomes import OUTCOMES, VERDICTS

    assert set(FEATURES["outcome"].values) == set(OUTCOMES)
    assert set(FEATURES["effect"].values) <= set(EFFECTS)
    assert set(FEATURES["verdict"].values) <= set(VERDICTS)
