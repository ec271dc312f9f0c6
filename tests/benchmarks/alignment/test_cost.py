"""Costs of a training step: memory against sizes known beforehand, steps beside a base."""

import pytest
import torch

from benchmarks.alignment.cost import measure_costs, peak_bytes
from benchmarks.alignment.runs import ALTERNATIVES, BenchData, load_data

MEGABYTE = 250_000  # float32 numbers


def test_the_peak_is_what_is_alive_at_once():
    given = torch.ones(MEGABYTE)

    def run():
        first = given + 1
        second = first + 1
        del first
        return second + 1

    assert peak_bytes(run) == 2_000_000


def test_what_is_changed_in_place_or_looked_at_is_not_counted():
    given = torch.ones(MEGABYTE)
    assert peak_bytes(lambda: given.add_(1).view(-1, 2)[:3]) == 0


def test_what_the_gradient_needs_counts_as_alive():
    leaf = torch.ones(MEGABYTE, requires_grad=True)
    assert peak_bytes(lambda: leaf.exp().exp().detach()) == 2_000_000
    assert 3_000_000 <= peak_bytes(lambda: leaf.exp().exp().sum().backward()) <= 5_000_100


@pytest.fixture
def configs(make_config):
    config = make_config(precision="bf16")
    return {
        name: ALTERNATIVES[name].apply(config, setting=0.1, seed=1)
        for name in ("Shapley A, exact", "InfoNCE", "triplet")
    }


def test_steps_are_measured_beside_the_base(configs):
    data = load_data(configs["InfoNCE"])
    whole = BenchData(data.sources[-1:], data.tuning, data.reported, data.image_width)
    costs = measure_costs(configs, whole, base="InfoNCE", rounds=2)
    assert costs["InfoNCE"].ratio == 1
    assert set(costs) == set(configs)
    for cost in costs.values():
        assert min(cost.seconds, cost.loss_seconds, cost.loss_share) > 0
        assert 0 < cost.loss_megabytes < cost.megabytes
    # The engine's nodes are held at once, which the similarities alone do not need.
    assert costs["Shapley A, exact"].loss_megabytes > costs["InfoNCE"].loss_megabytes
