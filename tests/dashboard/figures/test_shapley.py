import pytest

from dashboard.figures.drawing import OPPOSES, SUPPORTS
from dashboard.figures.shapley import best_of_bank, shapley_chart


def bars(figure):
    return [trace for trace in figure.data if trace.type == "bar"]


def words(figure):
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def test_both_sides_show_the_same_contexts_in_the_same_order(make_record):
    text, image = bars(shapley_chart(make_record()).figure)

    assert list(text.y) == list(image.y)
    assert [data[0] for data in text.customdata] == [data[0] for data in image.customdata]
    assert list(text.x) == [2.5, -0.75, 1.25]


def test_what_opposes_differs_from_what_supports_by_colour_hatch_and_sign(make_record):
    figure = shapley_chart(make_record()).figure
    bar = bars(figure)[0]

    assert list(bar.marker.color) == [SUPPORTS, OPPOSES, SUPPORTS]
    assert list(bar.marker.pattern.shape) == ["", "/", ""]
    assert "+2.50" in words(figure)
    assert "−0.75" in words(figure)


def test_both_sides_share_one_scale_that_holds_every_bar(make_record):
    layout = shapley_chart(make_record()).figure.layout

    assert layout.xaxis.range == layout.xaxis2.range
    assert layout.xaxis.range[0] < -0.75
    assert layout.xaxis.range[1] > 2.5


def test_exact_values_say_so_and_sampled_ones_have_error_bars_on_the_scale_drawn(make_record):
    exact = shapley_chart(make_record()).figure
    sampled = shapley_chart(make_record(standard_error=0.01)).figure

    assert "exact" in words(exact)
    assert bars(exact)[0].error_x.array is None
    assert "± standard error" in words(sampled)
    assert list(bars(sampled)[0].error_x.array) == pytest.approx([9 * 0.01] * 3)  # n = 3 + 6


def test_the_best_of_the_bank_is_marked_beside_each_bar(make_record):
    record = make_record()
    figure = shapley_chart(record).figure
    marks = next(trace for trace in figure.data if trace.name == "best of the bank")

    assert best_of_bank(record.games.text) == pytest.approx(0.5)
    assert list(marks.x) == pytest.approx([0.5] * 3)
    assert list(marks.y) == list(bars(figure)[0].y)


def test_a_context_that_is_off_is_not_drawn_and_the_others_keep_their_numbers(make_record):
    drawing = shapley_chart(make_record(off=[0]))

    assert "<b>2</b>  A plate of pasta." in words(drawing.figure)
    assert "A tower" not in words(drawing.figure)
    assert sorted(set(drawing.table["context"])) == [2, 3]


def test_a_side_that_was_not_played_keeps_its_place_and_says_why(make_record):
    drawing = shapley_chart(make_record(image=False))

    assert "has no image" in words(drawing.figure).replace("<br>", " ")
    assert len(bars(drawing.figure)) == 2
    assert set(drawing.table["side"]) == {"text"}
    assert "has no image" in drawing.alt


def test_without_contexts_nothing_is_drawn_and_nothing_breaks(make_record):
    drawing = shapley_chart(make_record(contexts=()))

    assert drawing.table.empty
    assert "No context was given" in drawing.alt


def test_the_table_holds_what_the_bars_show(make_record):
    record = make_record()
    drawing = shapley_chart(record)

    text = drawing.table[drawing.table["side"] == "text"]
    assert list(text["K·φ"]) == list(bars(drawing.figure)[0].x)
    assert list(text["standard error"]) == ["exact"] * 3
    assert list(text["rank"]) == [standing.rank for standing in record.games.text.standings]


def test_the_alternative_text_names_every_value_and_its_direction(make_record):
    alt = shapley_chart(make_record()).alt

    assert "context 1 +2.50 supports" in alt
    assert "context 2 −0.75 opposes" in alt


def test_markup_in_a_context_reaches_the_chart_escaped(make_record):
    figure = shapley_chart(make_record(contexts=["<b>bold</b> & <a href='x'>link</a>"])).figure

    assert "<a href" not in figure.to_json()
    assert "&lt;b&gt;bold" in words(figure)
