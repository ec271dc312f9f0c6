import math

import numpy as np
import pytest

from core.lab.converge import Point, converge
from core.lab.games import lab_game
from dashboard.figures.lab.converge import error_chart, frame, over_repeats, rank_chart

NAMES = {"permutation": "Plain orders", "kernel": "KernelSHAP"}


def point(estimator, repeat, evaluations, value, error=None, *, rmse=0.1, tau=1.0, stopped=""):
    return Point(
        estimator=estimator,
        repeat=repeat,
        evaluations=evaluations,
        values=(value, -value),
        standard_error=None if error is None else (error, error),
        rmse=rmse,
        kendall_tau=tau,
        stopped=stopped,
    )


def test_errors_of_repeats_are_averaged_as_squares():
    points = frame([point("kernel", 0, 10, 1.0, rmse=0.3), point("kernel", 1, 10, 1.0, rmse=0.4)])

    assert over_repeats(points, "rmse")["kernel"][10] == pytest.approx(math.sqrt(0.25 / 2))


def test_a_repeat_that_was_ended_counts_on_and_one_that_runs_only_as_far_as_it_came():
    rows = [
        point("kernel", 0, 10, 1.0, rmse=0.3, stopped="rank stable"),
        point("kernel", 1, 10, 1.0, rmse=0.4),
        point("kernel", 2, 10, 1.0, rmse=0.9),
        point("kernel", 1, 20, 1.0, rmse=0.1),
    ]

    averaged = over_repeats(frame(rows), "rmse")["kernel"]
    assert averaged[20] == pytest.approx(math.sqrt((0.3**2 + 0.1**2) / 2))


def test_each_estimator_is_averaged_at_its_own_evaluations():
    rows = [point("kernel", 0, 10, 1.0, stopped="budget"), point("permutation", 0, 12, 1.0)]

    averaged = over_repeats(frame(rows), "rmse")
    assert np.isnan(averaged["kernel"][12])
    assert list(averaged.columns) == ["kernel", "permutation"]


def test_a_ranking_of_ties_only_is_no_agreement_and_no_error():
    rows = [point("kernel", 0, 10, 1.0, tau=None), point("kernel", 0, 20, 1.0, tau=0.5)]

    assert list(over_repeats(frame(rows), "tau")["kernel"].dropna()) == [0.5]
    assert "0.5 after 20" in rank_chart(frame(rows), NAMES).alt


def test_where_all_exact_values_are_equal_the_chart_says_that_there_is_no_ranking():
    figure = rank_chart(frame([point("kernel", 0, 10, 1.0, tau=None)]), NAMES).figure

    assert "all exact values are equal" in figure.layout.annotations[0].text


def test_the_guide_falls_as_one_over_the_root_of_the_evaluations():
    rows = [point("kernel", 0, 10, 1.0, rmse=0.4), point("kernel", 0, 1000, 1.0, rmse=0.1)]
    figure = error_chart(frame(rows), NAMES).figure
    guide = figure.data[-1]

    assert guide.line.dash == "dot"
    assert list(guide.y) == pytest.approx([0.4, 0.04])
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")


def test_estimators_differ_by_colour_mark_and_name():
    rows = [point("kernel", 0, 10, 1.0), point("permutation", 0, 10, 1.0)]
    one, other = error_chart(frame(rows), NAMES).figure.data[:2]

    assert one.line.color != other.line.color
    assert one.marker.symbol != other.marker.symbol
    assert {one.name, other.name} == set(NAMES.values())


def test_before_the_first_estimate_empty_charts_stand():
    nothing = frame([])

    assert "nothing yet" in error_chart(nothing, NAMES).alt
    assert "nothing yet" in rank_chart(nothing, NAMES).alt


def test_an_error_of_zero_can_be_drawn_on_a_logarithmic_scale():
    assert error_chart(frame([point("kernel", 0, 9, 1.0, rmse=0.0)]), NAMES).table.min().min() > 0


def test_a_real_run_is_drawn_to_its_end():
    game = lab_game("best_match", 4)
    points = list(converge(game, list(NAMES), budget=100, repeats=3))
    table = error_chart(frame(points), NAMES).table

    assert set(table.columns) == set(NAMES)
    for estimator in NAMES:
        last = [p.rmse for p in points if p.estimator == estimator and p.stopped]
        expected = math.sqrt(sum(error**2 for error in last) / 3)
        assert table[estimator].dropna().iloc[-1] == pytest.approx(max(expected, 1e-12))
