from importlib.util import find_spec

import numpy as np
import pytest
import torch

from benchmarks.shapley.methods import PERMUTATIONS
from benchmarks.shapley.problems import find_reference, normalised_error, simulate
from benchmarks.shapley.rivals import (
    PACKAGES,
    CountedGame,
    installed_rivals,
    missing_rivals,
    rival_versions,
)
from core.shapley.coalitions import all_coalitions


def test_a_library_that_is_not_installed_is_named_with_how_to_install_it():
    absent = [package for package in PACKAGES if not find_spec(package)]
    sentences = missing_rivals()
    assert [sentence.split()[0] for sentence in sentences] == absent
    assert all("requirements-bench.txt" in sentence for sentence in sentences)
    assert set(rival_versions()) == set(PACKAGES) - set(absent)


def test_captum_is_always_compared():
    assert "captum ShapleyValueSampling" in {rival.name for rival in installed_rivals()}


def test_libraries_are_given_the_same_game():
    problem = simulate("softmax_mean", 5, 0.3)
    coalitions = all_coalitions(5)
    game = CountedGame(problem)
    values = torch.from_numpy(game(coalitions.numpy()))
    torch.testing.assert_close(
        values, problem.play().coalition_values(coalitions).double(), atol=1e-6, rtol=0
    )
    assert game.asked == 32
    assert game(np.zeros(5)).tolist() == [[0.0] * 5]


@pytest.mark.parametrize("rival", installed_rivals(), ids=lambda rival: rival.name)
@pytest.mark.filterwarnings("default")
def test_libraries_come_near_the_exact_values_with_as_many_evaluations(rival):
    problem = simulate("softmax_mean", 7, 0.1)
    found = rival.solve(problem, torch.Generator().manual_seed(0))
    exact = find_reference(problem).values[:, : rival.targets]
    assert found.values.shape == exact.shape
    assert normalised_error(found.values, exact) < 0.5
    assert 100 < found.evaluations <= PERMUTATIONS * 7 + 2 * PERMUTATIONS
