import pytest

from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.waterfall import waterfall_chart, waterfall_steps


def draw(record):
    return waterfall_chart(record.explanation.prediction, record.contexts)


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_each_step_starts_where_the_one_before_ends_and_the_last_ends_at_all(explained):
    steps = waterfall_steps(explained().explanation.prediction)

    assert [step.context for step in steps] == [0, 2, 1]  # 0.85, 0.10, −0.50
    assert [step.start for step in steps] == pytest.approx([0, 0.85, 0.95])
    assert [step.end for step in steps] == pytest.approx([0.85, 0.95, 0.45])


def test_the_bars_are_the_steps(explained):
    bars, grand = draw(explained()).figure.data

    assert list(bars.x) == pytest.approx([0.85, 0.10, -0.50])
    assert list(bars.base) == pytest.approx([0, 0.85, 0.95])
    assert list(bars.marker.color) == [SUPPORTS, SUPPORTS, OPPOSES]
    assert list(grand.x) == pytest.approx([0.45])


def test_every_row_is_named_and_carries_its_number(explained):
    figure = draw(explained()).figure

    assert "<b>no context</b>  v(∅) | +0.00" in words(figure)
    assert "<b>1</b>  A tower over a park. | +0.85" in words(figure)
    assert "<b>2</b>  A plate of pasta. | −0.50" in words(figure)
    assert "<b>all contexts</b>  v(N) | +0.45" in words(figure)


def test_the_scale_holds_the_whole_way(explained):
    low, high = draw(explained()).figure.layout.xaxis.range

    assert low < 0
    assert high > 0.95


def test_a_single_context_is_drawn_too(explained):
    drawing = draw(explained(contexts=["A tower."]))

    assert drawing.table["φ"].tolist() == [1.0]
    assert "context 1 +1.000" in drawing.alt
