"""Rules fire when they should, and never on nothing."""

import pytest
import torch

from core.errors import InputError
from core.shapley.estimate import ShapleyEstimate
from core.shapley.given_games import FunctionGame
from core.shapley.similarity_games import SoftmaxMeanGame
from core.shapley.solve import shapley_values
from core.shapley.stopping import StopRule, Watch


def estimate(values, error, samples):
    return ShapleyEstimate(
        torch.tensor(values).unsqueeze(1),
        torch.full((len(values), 1), error),
        evaluations=0,
        method="permutation",
        samples=samples,
    )


def test_the_error_must_be_small_for_every_player():
    watch = Watch(StopRule(standard_error=0.1))
    mixed = estimate([0.5, 0.2], 0.05, 20)
    mixed.standard_error[1] = 0.11
    assert watch.fired(mixed) == ""
    assert watch.fired(estimate([0.5, 0.2], 0.09, 20)) == "standard error"


def test_no_rule_on_errors_or_ranks_fires_before_enough_samples():
    watch = Watch(StopRule(standard_error=1.0, stable_checks=1, at_least=8))
    assert watch.fired(estimate([0.5, 0.2], 0.0, 7)) == ""
    assert watch.fired(estimate([0.5, 0.2], 0.0, 7)) == ""
    assert watch.fired(estimate([0.5, 0.2], 0.0, 8)) == "standard error"


def test_an_unknown_error_is_never_small():
    watch = Watch(StopRule(standard_error=1e9))
    assert watch.fired(estimate([0.0, 0.0], float("inf"), 100)) == ""


def test_a_rank_is_stable_after_so_many_estimates_without_a_change():
    watch = Watch(StopRule(stable_checks=2))
    orders = ([0.5, 0.2], [0.1, 0.2], [0.1, 0.3], [0.0, 0.3])
    assert [watch.fired(estimate(values, 1.0, 50)) for values in orders] == [
        "",
        "",
        "",
        "rank stable",
    ]


def test_time_runs_out_whatever_the_estimate(monkeypatch):
    clock = iter([100.0, 100.5, 102.0])
    monkeypatch.setattr("core.shapley.stopping.time.monotonic", lambda: next(clock))
    watch = Watch(StopRule(seconds=1.5))
    assert watch.fired(estimate([0.5, 0.2], 1.0, 1)) == ""
    assert watch.fired(estimate([0.5, 0.2], 1.0, 2)) == "time"


def test_sampling_stops_when_the_error_asked_for_is_reached(cosines):
    game = SoftmaxMeanGame(cosines(8, 4), 0.1)
    rule = StopRule(standard_error=0.01)
    generator = torch.Generator().manual_seed(0)
    found = shapley_values(
        game, method="permutation", budget=200_000, stop=rule, generator=generator
    )
    assert found.stopped == "standard error"
    assert found.standard_error.max() <= 0.01
    assert found.evaluations < 200_000


def test_the_budget_ends_what_no_rule_ended(cosines):
    found = shapley_values(
        SoftmaxMeanGame(cosines(8, 4), 0.1),
        method="permutation",
        budget=800,
        stop=StopRule(standard_error=1e-9),
    )
    assert found.stopped == "budget"
    assert found.evaluations <= 800


@pytest.mark.parametrize("method", ["permutation", "kernel"])
def test_a_game_without_any_value_converges_only_once_it_was_sampled(method):
    nothing = FunctionGame(lambda coalitions: torch.zeros(len(coalitions)), size=5)
    found = shapley_values(
        nothing, method=method, budget=4000, stop=StopRule(standard_error=1e-3, at_least=30)
    )
    assert found.stopped == "standard error"
    assert found.samples >= 30


@pytest.mark.parametrize(
    "settings", [{"standard_error": 0.0}, {"stable_checks": 0}, {"seconds": -1.0}, {"at_least": 1}]
)
def test_a_rule_without_meaning_is_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        StopRule(**settings)
