import pandas as pd
import pytest

from dashboard.figures.runs.curves import RunCurve, epoch_step
from dashboard.figures.runs.promises import RATES, VALUES, gate_chart, promise_chart


def run(name="one", place=0, **columns):
    known = {"own": [1.0, 2.0], "foreign": [1.0, 0.5], "diagonal_dominance": [0.0, 1.5]}
    known |= {key: [0.25, 0.75] for key in RATES}
    return RunCurve(name, place, pd.DataFrame({"epoch": [1, 2], **known, **columns}))


def test_own_and_foreign_differ_by_dash_and_mark_and_runs_by_colour():
    one, foreign, _, other, *_ = promise_chart("text", [run(), run("two", 1)], VALUES).figure.data

    assert list(one.y) == [1.0, 2.0]
    assert list(foreign.y) == [1.0, 0.5]
    assert one.line.dash != foreign.line.dash
    assert one.marker.symbol != foreign.marker.symbol
    assert one.line.color == foreign.line.color != other.line.color


def test_the_legend_names_each_promise_once():
    traces = promise_chart("text", [run(), run("two", 1)], RATES).figure.data

    assert [trace.name for trace in traces if trace.showlegend] == [
        "AUROC",
        "own first",
    ]


def test_rates_are_drawn_from_zero_to_one_and_values_as_they_are():
    assert promise_chart("text", [run()], RATES).figure.layout.yaxis.range[0] == 0
    assert promise_chart("text", [run()], VALUES).figure.layout.yaxis.range is None


def test_epochs_that_say_nothing_are_gaps_not_zeros():
    drawing = promise_chart("image", [run(own=[float("nan"), 2.0])], VALUES)

    assert list(drawing.figure.data[0].x) == [2]
    assert "own 2.000 in epoch 2, 2.000 in epoch 2" in drawing.alt


def test_the_table_has_a_row_for_each_run_and_epoch():
    table = promise_chart("text", [run(), run("two", 1)], RATES).table

    assert list(table["run"]) == ["one", "one", "two", "two"]
    assert "own first" in table


def test_gates_are_drawn_over_their_bins_and_told_by_their_mean():
    shares = pd.DataFrame([[0.0, 1.0], [0.5, 0.5]], index=[1, 2], columns=[0.0, 0.5])
    drawing = gate_chart("text", shares.rename_axis("epoch"))
    heat = drawing.figure.data[0]

    assert list(heat.y) == [0.25, 0.75]
    assert [list(row) for row in heat.z] == [[0.0, 0.5], [1.0, 0.5]]
    assert "from 0.75 in epoch 1 to 0.50 in epoch 2" in drawing.alt
    assert drawing.table["share"].sum() == pytest.approx(2.0)
    assert list(drawing.table) == ["epoch", "gate from", "share"]


@pytest.mark.parametrize(("last", "step"), [(1, 1), (3, 1), (10, 1), (11, 2), (40, 4)])
def test_ticks_are_whole_epochs(last, step):
    assert epoch_step(range(1, last + 1)) == step
    shares = pd.DataFrame([[1.0]] * last, index=pd.Index(range(1, last + 1), name="epoch"))
    figure = gate_chart("text", shares.set_axis([0.0], axis=1)).figure
    assert (figure.layout.xaxis.dtick, figure.layout.xaxis.nticks) == (step, None)


def test_no_gates_are_no_error():
    assert "nothing" in gate_chart("text", pd.DataFrame().rename_axis("epoch")).alt
