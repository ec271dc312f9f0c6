"""Convergence: budgets, stop rules, cancelling, and that all estimators end up at the truth."""

import math
import statistics

import pytest

from core.errors import InputError
from core.lab.axioms import rule_values
from core.lab.converge import ESTIMATORS, converge
from core.lab.games import lab_game
from core.shapley import StopRule

GAME = lab_game("soft_match", 5)
EXACT = rule_values(GAME, "shapley")


def last_points(*args, **settings):
    return [point for point in converge(*args, **settings) if point.stopped]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_evaluations_grow_up_to_the_budget_and_the_last_point_says_so(estimator):
    points = list(converge(GAME, [estimator], budget=300))
    evaluations = [point.evaluations for point in points]
    assert evaluations == sorted(set(evaluations))
    assert 250 < evaluations[-1] <= 300
    assert [point.stopped for point in points] == [""] * (len(points) - 1) + ["budget"]
    assert all(point.estimator == estimator and point.repeat == 0 for point in points)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimate_adds_up_to_the_grand_coalition(estimator):
    for point in converge(GAME, [estimator], budget=100):
        assert sum(point.values) == pytest.approx(GAME.grand)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_mean_of_many_repeats_is_the_exact_value(estimator):
    points = last_points(GAME, [estimator], budget=50, repeats=60)
    assert len(points) == 60
    for player, exact in enumerate(EXACT):
        found = [point.values[player] for point in points]
        spread = statistics.stdev(found) / math.sqrt(len(found))
        assert abs(statistics.mean(found) - exact) < 4 * spread + 1e-3


def test_the_error_shown_is_the_distance_from_the_exact_values():
    (point,) = last_points(GAME, ["permutation"], budget=100)
    squares = [(value - exact) ** 2 for value, exact in zip(point.values, EXACT, strict=True)]
    assert point.rmse == pytest.approx(math.sqrt(sum(squares) / 5))


def test_more_evaluations_err_less():
    def error(budget):
        points = last_points(GAME, ["permutation"], budget=budget, repeats=20)
        return statistics.mean(point.rmse for point in points)

    assert error(1000) < 0.5 * error(60)


def test_antithetic_orders_and_exact_first_arrivals_err_less_than_plain_ones():
    points = last_points(GAME, list(ESTIMATORS), budget=100, repeats=30)
    error = {
        name: statistics.mean(point.rmse for point in points if point.estimator == name)
        for name in ESTIMATORS
    }
    assert error["antithetic"] < error["permutation"]
    assert error["corrected"] < 0.7 * error["permutation"]
    assert error["kernel"] < 0.7 * error["permutation"]


def test_a_repeat_does_not_depend_on_what_else_is_asked():
    together = last_points(GAME, ["antithetic", "kernel"], budget=150, seed=3, repeats=2)
    alone = last_points(GAME, ["kernel"], budget=150, seed=3)
    assert [p for p in together if p.estimator == "kernel" and p.repeat == 0] == alone
    assert last_points(GAME, ["kernel"], budget=150, seed=4) != alone


def test_estimators_and_repeats_take_turns():
    points = list(converge(GAME, ["permutation", "antithetic"], budget=100, repeats=2))
    assert [(point.estimator, point.repeat) for point in points[:4]] == [
        ("permutation", 0),
        ("antithetic", 0),
        ("permutation", 1),
        ("antithetic", 1),
    ]


def test_a_standard_error_ends_sampling_early():
    rule = StopRule(standard_error=0.02)
    (point,) = last_points(GAME, ["permutation"], budget=50_000, stop=rule)
    assert point.stopped == "standard error"
    assert max(point.standard_error) <= 0.02
    assert point.evaluations < 50_000


def test_a_stable_ranking_ends_sampling_early():
    rule = StopRule(stable_checks=10)
    (point,) = last_points(lab_game("airport", 4), ["permutation"], budget=50_000, stop=rule)
    assert point.stopped == "rank stable"


def test_no_time_ends_sampling_with_the_first_estimate():
    rule = StopRule(seconds=1e-9)
    points = list(converge(GAME, ["permutation"], budget=50_000, stop=rule))
    assert [point.stopped for point in points] == ["time"]


def test_cancelling_ends_every_repeat_with_what_it_has():
    asked = []

    def cancelled():
        asked.append(True)
        return len(asked) > 9

    points = list(converge(GAME, ["permutation", "kernel"], 20_000, repeats=2, cancelled=cancelled))
    assert sum(point.stopped == "cancelled" for point in points) == 4
    assert len(points) < 16


def test_a_single_sample_has_no_standard_error():
    first = next(converge(GAME, ["permutation"], budget=100))
    assert first.standard_error is None
    assert all(math.isfinite(value) for value in first.values)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("players", [1, 2, 3])
def test_the_smallest_games_can_be_sampled(estimator, players):
    (point,) = last_points(lab_game("airport", players), [estimator], budget=60)
    assert sum(point.values) == pytest.approx(lab_game("airport", players).grand)
    assert point.kendall_tau is None if players == 1 else -1 <= point.kendall_tau <= 1


def test_a_game_of_equals_has_no_ranking_to_agree_with():
    (point,) = last_points(lab_game("gloves", 2), ["permutation"], budget=60)
    assert point.kendall_tau is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"estimators": ["magic"]}, "no estimator 'magic'; choose from: permutation"),
        ({"estimators": []}, "no estimator is chosen"),
        ({"budget": 5}, "budget of 5"),
        ({"budget": -1}, "budget of -1"),
        ({"budget": 100_001}, "budget of 100001 evaluations is too large.*at most 100000"),
        ({"estimators": ["kernel"], "budget": 5}, "at least 11"),
        ({"repeats": 0}, "repeats must be from 1 to 100, got 0"),
        ({"repeats": 101}, "got 101"),
        ({"seed": -1}, "seed must be from 0"),
    ],
)
def test_what_cannot_be_sampled_is_refused_at_once(settings, message):
    with pytest.raises(InputError, match=message):
        converge(GAME, **{"estimators": ["permutation"], **settings})
