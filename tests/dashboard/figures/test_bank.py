import pytest

from dashboard.figures.bank import THIS_POST, bank_chart, bank_table, peaks


def test_this_post_is_the_first_column_and_outlined(make_record):
    game = make_record().games.text
    drawing = bank_chart(game)

    assert list(drawing.figure.data[0].z[:, 0]) == [2.5, -0.75, 1.25]
    (outline,) = drawing.figure.layout.shapes
    assert (outline.x0, outline.x1, outline.y0, outline.y1) == (-0.5, 0.5, -0.5, 2.5)
    assert THIS_POST in drawing.figure.layout.xaxis.ticktext[0]


def test_the_table_has_a_row_for_each_post_and_a_column_for_each_context(make_record):
    game = make_record(off=[1]).games.text
    table = bank_table(game)

    assert list(table.index) == [THIS_POST, *game.bank_targets]
    assert list(table.columns) == ["context 1", "context 3"]
    assert list(table["context 3"][1:]) == game.bank_values[1]


def test_zero_lies_in_the_middle_of_the_colours(make_record):
    trace = bank_chart(make_record().games.text).figure.data[0]

    assert trace.zmax == -trace.zmin == pytest.approx(2.5)


def test_a_context_peaks_where_its_value_is_largest(make_record):
    assert peaks(make_record().games.text) == [
        (0, THIS_POST),
        (1, "post-0"),  # -0.375 there, -0.75 here
        (2, THIS_POST),
    ]


def test_a_bank_without_posts_of_this_side_still_draws(make_record):
    game = make_record().games.text.model_copy(
        update={"bank_targets": [], "bank_values": [[], [], []]}
    )

    assert bank_chart(game).table.shape == (1, 3)
