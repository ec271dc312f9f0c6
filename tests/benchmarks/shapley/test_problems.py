import math

import pytest
import torch

from benchmarks.shapley.problems import find_reference, normalised_error, simulate
from core.shapley.solve import shapley_values


def test_error_is_mean_square_over_the_variance_of_the_exact_values():
    exact = torch.tensor([[1.0, 3.0], [1.0, 3.0]], dtype=torch.float64)  # variance 1
    assert normalised_error(exact + 0.1, exact) == pytest.approx(0.01)
    assert normalised_error(exact, exact) == 0


def test_an_estimate_that_sees_nothing_but_the_mean_errs_by_one():
    exact = torch.randn(20, 30, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert normalised_error(exact.mean().expand(20, 30), exact) == pytest.approx(1)


@pytest.mark.parametrize(
    ("game", "temperature"),
    [("softmax_mean", 0.1), ("cosine_mean", None), ("max", None), ("log_sum_exp", 0.1)],
)
def test_references_agree_with_enumeration(game, temperature):
    problem = simulate(game, 5, temperature)
    reference = find_reference(problem)
    enumerated = shapley_values(problem.play(), method="enumeration").values
    torch.testing.assert_close(reference.values, enumerated.double(), atol=1e-6, rtol=0)
    assert reference.values.dtype == torch.float64
    assert reference.error == 0


def test_an_unknown_exact_value_is_stood_for_by_long_runs_that_say_how_far_they_are_off():
    reference = find_reference(simulate("cosine_mean", 17))
    assert "two runs" in reference.how
    assert 0 < reference.error < 1e-4
    assert math.isfinite(float(reference.values.sum()))


def test_leaves_take_gradients_and_leave_the_problem_alone():
    problem = simulate("cosine_mean", 4)
    leaves = problem.with_leaves()
    assert all(number.requires_grad for number in leaves.numbers)
    assert not any(number.requires_grad for number in problem.numbers)
    assert problem.upstream.shape == (4, 4)
