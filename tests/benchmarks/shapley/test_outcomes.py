import pytest

from benchmarks.shapley.methods import DEFAULT_SAMPLING
from benchmarks.shapley.outcomes import judge
from benchmarks.shapley.report import LargestError, Row


def row(method, ratio, *, players=32, nmse=1e-3, temperature=0.1, family="sampled"):
    return Row(
        table="a table",
        game="softmax_mean",
        players=players,
        temperature=temperature,
        method=method,
        family=family,
        evaluations=2048,
        nmse=nmse,
        forward_seconds=ratio * 1e-3,
        forward_ratio=ratio,
        targets_run=players,
    )


def error(dtype, largest):
    return LargestError(
        game="softmax_mean", dtype=dtype, tolerance=1e-6, temperature=1, by_players={4: largest}
    )


def by_name(outcomes):
    return {outcome.what: outcome for outcome in outcomes}


def test_what_was_not_measured_is_neither_met_nor_missed():
    outcomes = judge([], [])
    assert len(outcomes) == 9
    assert all(outcome.measured is None and outcome.is_met is None for outcome in outcomes)


def test_times_and_errors_are_held_against_what_is_wanted():
    rows = [
        row("exact, 1e-4", 8.0),
        row("exact, 1e-4", 19.0, players=128),
        row("exact, 1e-4", 100.0, temperature=1.0),
        row(DEFAULT_SAMPLING, 0.5, nmse=2e-3),
        row("captum ShapleyValueSampling", 60.0, family="library"),
        row("shap KernelExplainer", 30.0, family="library"),
    ]
    outcomes = by_name(judge(rows, [error("float32", 1e-7), error("float32", 2e-6)]))
    met = {what: outcome.is_met for what, outcome in outcomes.items()}
    assert met["quadrature asked for 1e-4, n = T = 32: time over plain sampling"] is True
    assert met["quadrature asked for 1e-4, n = T = 128: time over plain sampling"] is False
    assert met[f"{DEFAULT_SAMPLING}, n = T = 32: nMSE"] is False
    assert met[f"{DEFAULT_SAMPLING}, n = T = 32: time over plain sampling"] is True
    assert met["quadrature against enumeration, float32: largest error"] is False
    assert met["quadrature against enumeration, float64: largest error"] is None


def test_a_library_is_compared_with_our_sampling_not_with_plain_sampling():
    rows = [row(DEFAULT_SAMPLING, 0.5), row("captum ShapleyValueSampling", 60.0)]
    outcomes = by_name(judge(rows, []))
    faster = outcomes["captum ShapleyValueSampling, n = T = 32: time over our sampling"]
    assert faster.measured == pytest.approx(120)
    assert faster.is_met
