import pytest
import torch

from benchmarks.shapley.methods import (
    PERMUTATIONS,
    PLAIN,
    exact_methods,
    our_methods,
    own_method,
    quadrature_name,
)
from benchmarks.shapley.problems import find_reference, normalised_error, simulate


@pytest.mark.parametrize(("game", "temperature"), [("softmax_mean", 0.1), ("cosine_mean", None)])
def test_every_method_comes_near_the_exact_values_within_its_budget(game, temperature):
    problem = simulate(game, 6, temperature)
    reference = find_reference(problem)
    methods = our_methods(problem)
    assert methods[0] is PLAIN
    for method in methods:
        found = method.solve(problem, torch.Generator().manual_seed(1))
        error = normalised_error(found.values, reference.values)
        assert error < (1e-9 if method.family == "exact" else 0.5), method.name
        assert found.evaluations <= PERMUTATIONS * 6, method.name


def test_rotations_are_left_out_where_a_set_of_them_is_over_the_budget():
    def names(players):
        return {method.name for method in our_methods(simulate("softmax_mean", players, 1.0))}

    assert names(64) - names(65) == {"rotated", "rotated, first place exact"}


def test_the_operator_is_left_out_where_it_cannot_be_enumerated():
    assert "operator" in {method.name for method in our_methods(simulate("cosine_mean", 16))}
    assert "operator" not in {method.name for method in our_methods(simulate("cosine_mean", 17))}


@pytest.mark.parametrize("game", ["sum", "mean", "max"])
def test_a_closed_form_asks_for_no_coalition(game):
    problem = simulate(game, 5)
    found = own_method(problem).solve(problem, torch.Generator())
    assert found.evaluations == 0
    assert normalised_error(found.values, find_reference(problem).values) < 1e-10


def test_exact_rows_are_named_by_their_tolerance():
    names = [method.name for method in exact_methods()]
    assert names == ["plain sampling", "exact, 1e-3", "exact, 1e-4", "exact, 1e-6"]
    assert quadrature_name(1e-4) in names
