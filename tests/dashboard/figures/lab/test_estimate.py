import pytest

from core.lab.axioms import rule_values
from core.lab.converge import Point, converge
from core.lab.games import lab_game
from dashboard.figures.lab.estimate import BAND, BAND_NAME, estimate_chart

NAMES = {"permutation": "Plain orders", "kernel": "KernelSHAP"}


def point(estimator, repeat, evaluations, value, error=None):
    return Point(
        estimator=estimator,
        repeat=repeat,
        evaluations=evaluations,
        values=(value, -value),
        standard_error=None if error is None else (error, error),
        rmse=0.1,
        kendall_tau=1.0,
        stopped="",
    )


def named(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_the_band_holds_95_percent_on_both_sides_of_the_estimate():
    points = [point("kernel", 0, 10, 1.0), point("kernel", 0, 20, 2.0, 0.5)]
    figure = estimate_chart(points, 1, -2.0, 20, NAMES).figure
    band = named(figure, BAND_NAME)[0]

    assert list(band.x) == [20, 20]  # nothing is claimed before an error is known
    assert list(band.y) == pytest.approx([-2 + BAND * 0.5, -2 - BAND * 0.5])
    assert list(named(figure, "KernelSHAP")[0].y) == [-1.0, -2.0]


def test_the_exact_value_is_dashed_and_named():
    figure = estimate_chart([point("kernel", 0, 10, 1.0, 0.2)], 0, 0.75, 20, NAMES).figure

    assert figure.layout.shapes[0].line.dash == "dash"
    assert figure.layout.shapes[0].y0 == 0.75
    assert "exact +0.750" in figure.layout.annotations[0].text
    low, high = figure.layout.yaxis.range
    assert low < 0.75 < high


def test_before_the_first_estimate_an_empty_chart_stands():
    drawing = estimate_chart([], 0, 0.0, 100, NAMES)

    assert "none yet" in drawing.alt
    assert drawing.table.empty


def test_a_real_run_is_drawn_point_by_point():
    game = lab_game("best_match", 4)
    points = list(converge(game, list(NAMES), budget=100))
    exact = rule_values(game, "shapley")

    assert len(estimate_chart(points, 0, exact[0], 100, NAMES).table) == len(points)
