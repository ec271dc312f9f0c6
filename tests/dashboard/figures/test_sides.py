import pytest

from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.sides import agreement, sides_chart


def draw(record):
    return sides_chart(record, record.explanation.prediction)


def bars(figure):
    return [trace for trace in figure.data if trace.type == "bar"]


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_three_games_show_the_same_contexts_in_the_same_order(explained):
    prediction, text, image = bars(draw(explained()).figure)

    assert list(prediction.x) == pytest.approx([0.85, -0.5, 0.1])
    assert list(text.x) == list(image.x) == [2.5, -0.75, 1.25]
    assert list(prediction.y) == list(text.y) == list(image.y)
    assert list(prediction.marker.color) == [SUPPORTS, OPPOSES, SUPPORTS]


def test_every_panel_says_that_its_values_are_exact_or_sampled(explained):
    assert words(draw(explained()).figure).count("exact") == 3
    assert words(draw(explained(standard_error=0.01)).figure).count("sampled ±") == 2


def test_a_side_that_is_not_played_has_dashes(explained):
    drawing = draw(explained(image=False))

    assert words(drawing.figure).count("–") == 3
    assert "not played" in words(drawing.figure)
    assert drawing.table["image K·φ"].isna().all()


def test_agreement_is_said_when_alignment_and_use_go_together(explained):
    record = explained()  # 1 and 3 aligned and helping, 2 misaligned and hurting

    assert (
        "no context that looks aligned hurts"
        in agreement(record, record.explanation.prediction).lower()
    )


def test_a_context_that_looks_aligned_and_hurts_is_named(explained):
    record = explained(values=(2.5, 0.75, -1.25))  # 2 hurts, 3 helps
    said = agreement(record, record.explanation.prediction)

    assert "Context 2 looks aligned, yet hurts the prediction (−0.50)." in said
    assert "Context 3 looks misaligned, yet helps the prediction (+0.10)." in said
