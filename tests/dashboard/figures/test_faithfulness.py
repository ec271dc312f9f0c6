import pytest

from core.records import Band
from dashboard.figures.faithfulness import faithfulness_chart, verdict


def first(record):
    return record.explanation.faithfulness[0]


def traces(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_both_curves_are_drawn_over_the_band_of_random_orders(explained):
    figure = faithfulness_chart(first(explained())).figure
    deletion, insertion = traces(figure, "this ranking")
    low, high = figure.data[0], traces(figure, "random orders, 5–95 %")[0]

    assert list(deletion.y) == pytest.approx([0.45, -0.25, -0.5, 0])
    assert list(insertion.y) == pytest.approx([0, 1.0, 0.95, 0.45])
    assert list(low.y) == pytest.approx([0.45, -0.25, -0.5, 0])
    assert list(high.y) == pytest.approx([0.45, 0.95, 1.0, 0])
    assert high.fill == "tonexty"


def test_the_axes_name_the_context_that_goes_or_comes(explained):
    layout = faithfulness_chart(first(explained())).figure.layout

    assert list(layout.xaxis.ticktext) == ["all", "− 1", "− 3", "− 2"]
    assert list(layout.xaxis2.ticktext) == ["none", "+ 1", "+ 3", "+ 2"]


def test_a_ranking_that_takes_the_best_first_beats_chance(explained):
    assert "predicts better than chance" in verdict(first(explained()))


def test_a_reversed_ranking_does_worse(explained):
    good = first(explained())
    bad = good.model_copy(
        update={"deletion": good.insertion[::-1], "insertion": good.deletion[::-1]}
    )

    assert "worse than chance" in verdict(bad)


def test_a_ranking_as_good_as_chance_is_not_praised(explained):
    good = first(explained())
    band = Band(low=good.deletion, mean=good.deletion, high=good.deletion)
    same = Band(low=good.insertion, mean=good.insertion, high=good.insertion)
    even = good.model_copy(update={"random_deletion": band, "random_insertion": same})

    assert "as well as chance" in verdict(even)


def test_the_table_and_the_words_hold_the_curves(explained):
    drawing = faithfulness_chart(first(explained()))

    assert list(drawing.table["deletion"]) == pytest.approx([0.45, -0.25, -0.5, 0])
    assert list(drawing.table["context"]) == ["–", "1", "3", "2"]
    assert "+1.000" in drawing.alt
