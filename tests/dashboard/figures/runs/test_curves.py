import pandas as pd
import pytest

from dashboard.figures.runs.curves import RunCurve, curve_chart, score_chart


def of(name, values, smooth=None, *, place=0):
    steps = [20 * (number + 1) for number in range(len(values))]
    table = pd.DataFrame({"step": steps, "value": values, "smooth": smooth or values})
    return RunCurve(name, place, table.astype({"value": float, "smooth": float}))


def scores(name, f1, *, place=0):
    return RunCurve(name, place, pd.DataFrame({"epoch": range(1, len(f1) + 1), "f1": f1}))


def test_what_was_logged_shows_faintly_behind_its_moving_average():
    faint, strong = curve_chart("Loss", [of("one", [4, 2, 3], [4, 3, 3])]).figure.data

    assert list(faint.y) == [4, 2, 3]
    assert list(strong.y) == [4, 3, 3]
    assert faint.opacity < 0.5
    assert strong.name == "one"


def test_without_smoothing_there_is_one_line_a_run():
    runs = [of("one", [4, 2]), of("other", [3, 1], place=1)]
    one, other = curve_chart("Loss", runs).figure.data

    assert one.line.color != other.line.color
    assert one.line.dash != other.line.dash


def test_a_single_point_is_a_mark():
    assert curve_chart("Loss", [of("one", [4])]).figure.data[0].mode == "markers"


def test_ends_of_epochs_are_lines_across():
    shapes = curve_chart("Loss", [of("one", [4, 2])], epochs=[20, 40]).figure.layout.shapes

    assert [shape.x0 for shape in shapes] == [20, 40]


@pytest.mark.parametrize(("log", "kind"), [(True, "log"), (False, "linear")])
def test_the_scale_is_as_asked(log, kind):
    assert curve_chart("Loss", [of("one", [4, 2])], log=log).figure.layout.yaxis.type == kind


def test_words_and_table_say_what_the_lines_do():
    drawing = curve_chart("Loss, task", [of("one", [4, 2]), of("<b>two</b>", [3, 1], place=1)])

    assert "Loss, task by step: one from 4 at step 20 to 2 at step 40" in drawing.alt
    assert list(drawing.table["run"]) == ["one", "one", "<b>two</b>", "<b>two</b>"]
    assert "&lt;b&gt;two" in drawing.figure.data[1].name


def test_a_chart_of_nothing_says_so():
    assert "nothing yet" in curve_chart("Loss", []).alt
    assert "no epoch has ended" in score_chart([], []).alt
    assert "no epoch has ended" in score_chart([scores("one", [])], [""]).alt


def test_the_best_epoch_is_starred():
    trace = score_chart([scores("one", [0.5, 0.7, 0.6])], [""]).figure.data[0]

    assert [symbol == "star" for symbol in trace.marker.symbol] == [False, True, False]


def test_an_early_stop_is_written_at_the_last_epoch_and_another_end_is_not():
    drawing = score_chart(
        [scores("one", [0.5, 0.7, 0.6]), scores("two", [0.5, 0.6], place=1)],
        ["early stop", "finished"],
    )

    assert [(note.text, note.x) for note in drawing.figure.layout.annotations] == [
        ("early stop", 3)
    ]
    assert "one best 0.7000 in epoch 2, last 0.6000 in epoch 3, early stop" in drawing.alt
