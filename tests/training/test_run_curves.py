"""What the charts of a run show."""

import math

import numpy as np
import pandas as pd
import pytest

from core.training.run_curves import (
    best_epochs,
    curve,
    gate_shares,
    promises,
    quantities,
    smoothed,
)
from core.training.run_tail import RunHistory, RunTail


@pytest.fixture
def history(tmp_path, write_run):
    return RunTail(write_run(tmp_path)).read()


def of_steps(**columns):
    steps = pd.DataFrame({"step": range(len(next(iter(columns.values())))), **columns})
    return RunHistory(steps=steps)


def test_a_part_that_is_always_zero_and_the_total_of_known_parts_are_left_out(history):
    assert quantities(history) == [
        "loss context_to_text",
        "loss task",
        "learning_rate",
        "posts_per_second",
    ]


def test_a_log_that_knows_the_total_only_shows_it():
    assert quantities(of_steps(**{"loss total": [1.0, 2.0]})) == ["loss total"]


def test_an_empty_log_has_no_quantity_and_no_points():
    assert quantities(RunHistory()) == []
    assert curve(RunHistory(), "learning_rate").empty
    assert list(curve(RunHistory(), "loss task")) == ["step", "value", "smooth"]


def test_batches_without_a_part_of_the_loss_do_not_pull_its_curve_down():
    found = curve(of_steps(**{"loss label": [2.0, 0.0, 4.0]}), "loss label", smoothing=0.5)

    assert list(found["step"]) == [0, 2]
    assert list(found["value"]) == [2.0, 4.0]


def test_without_smoothing_a_curve_is_what_was_logged():
    found = curve(of_steps(learning_rate=[3.0, 1.0, 2.0]), "learning_rate")

    assert list(found["smooth"]) == list(found["value"]) == [3.0, 1.0, 2.0]


def test_the_moving_average_is_that_of_its_definition():
    values, weight = [4.0, 1.0, 3.0, 8.0], 0.7
    expected = []
    for end in range(1, len(values) + 1):
        weights = [weight**age for age in range(end)][::-1]
        known = zip(weights, values, strict=False)
        expected.append(sum(w * value for w, value in known) / sum(weights))

    assert list(smoothed(pd.Series(values), weight)) == pytest.approx(expected)


def test_a_long_curve_is_thinned_to_the_means_of_neighbours():
    values = np.arange(10_000, dtype=float)
    found = curve(of_steps(learning_rate=values), "learning_rate", most=100)

    assert len(found) == 100
    assert found["value"].iloc[0] == values[:100].mean()
    assert found["value"].mean() == values.mean()


def test_promises_are_read_by_epoch_and_side(history):
    table = promises(history)

    assert list(table["side"]) == ["text", "image"] * 3
    assert list(table.loc[table["side"] == "text", "own"]) == [1.25, 1.5, 1.75]
    assert list(table["recall_at_1"])[::2] == pytest.approx([0.1, 0.2, 0.3])


def test_logs_without_promises_or_with_broken_ones_have_none():
    epochs = (
        {"step": 1, "event": "epoch", "epoch": 1},
        {"step": 2, "event": "epoch", "epoch": 2, "alignment": "good", "gates": 7},
        {"step": 3, "event": "epoch", "epoch": 3, "alignment": {"text": {}}, "gates": {"text": 1}},
    )

    assert promises(RunHistory(epochs=epochs)).empty
    assert gate_shares(RunHistory(epochs=epochs), "text").empty


def test_gates_are_shares_of_their_epoch(history):
    shares = gate_shares(history, "image")

    assert list(shares.index) == [1, 2, 3]
    assert list(shares.columns[:2]) == [0.0, 0.05]
    assert (shares[0.95] == 1.0).all()
    assert list(gate_shares(history, "text").sum(axis=1)) == pytest.approx([1, 1, 1])


def test_epochs_whose_gates_cannot_stand_beside_the_first_are_left_out():
    counts = ([1, 1], [1, 2, 3], [0, 0], [2, math.nan])
    epochs = tuple(
        {"step": place, "event": "epoch", "epoch": place, "gates": {"text": list(one)}}
        for place, one in enumerate(counts, start=1)
    )

    assert list(gate_shares(RunHistory(epochs=epochs), "text").index) == [1, 4]


def test_an_epoch_is_best_when_none_before_was_as_good(history):
    assert list(best_epochs(history)["best"]) == [True, True, False]
