"""Estimates that grow end where one call does."""

import itertools

import pytest
import torch

from core.errors import InputError
from core.shapley import SoftmaxMeanGame, running_estimates, shapley_values


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("method", ["permutation", "kernel"])
def test_running_estimates_end_where_one_call_does(cosines, method):
    game = SoftmaxMeanGame(cosines(8, 3))
    running = list(running_estimates(game, method=method, budget=300, chunk=7, generator=seeded(3)))
    once = shapley_values(game, method=method, budget=300, generator=seeded(3))
    assert len(running) > 3
    assert all(a.evaluations < b.evaluations for a, b in itertools.pairwise(running))
    assert running[-1].evaluations == once.evaluations
    if method == "permutation":  # the other draws sizes and members by turns
        torch.testing.assert_close(running[-1].values, once.values)


@pytest.mark.parametrize("method", ["permutation", "kernel"])
def test_values_are_the_same_without_an_error_asked_for(cosines, method):
    game = SoftmaxMeanGame(cosines(8, 3))
    full, bare = (
        shapley_values(game, method=method, generator=seeded(), with_error=wanted)
        for wanted in (True, False)
    )
    assert torch.equal(full.values, bare.values)
    assert full.standard_error.isfinite().all()
    assert torch.isinf(bare.standard_error).all()
    assert not bare.is_exact


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"method": "auto"}, "unknown sampling method 'auto'"), ({"chunk": 0}, "chunk")],
)
def test_running_estimates_need_something_to_sample(arguments, message):
    with pytest.raises(InputError, match=message):
        next(running_estimates(SoftmaxMeanGame(torch.tensor([[0.5], [0.1]])), **arguments))
