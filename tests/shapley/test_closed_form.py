"""Formulas against enumeration and against textbook values."""

import pytest
import torch

from core.shapley.closed_form import max_values, mean_values
from core.shapley.enumeration import enumerate_values
from core.shapley.similarity_games import MaxGame, MeanGame

FORMULAS = [(mean_values, MeanGame), (max_values, MaxGame)]


@pytest.mark.parametrize(("formula", "game"), FORMULAS)
@pytest.mark.parametrize("players", [1, 2, 7, 12])
def test_the_formula_equals_enumeration(cosines, formula, game, players):
    similarity = cosines(players, 3)
    expected = enumerate_values(game(similarity))
    torch.testing.assert_close(formula(similarity), expected, rtol=0, atol=1e-14)


def test_three_runways_cost_what_the_textbook_says():
    # Lengths 1, 2, 4: three share the first stretch, two the second, the last is one's own.
    runways = torch.tensor([[2.0], [4.0], [1.0]])
    expected = torch.tensor([1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2, 1 / 3])
    torch.testing.assert_close(max_values(runways).squeeze(1), expected)


@pytest.mark.parametrize(("formula", "game"), FORMULAS)
def test_equal_similarities_give_exactly_equal_values(formula, game):
    values = formula(torch.tensor([[0.4], [0.1], [0.4], [0.9]]))
    assert values[0] == values[2]


@pytest.mark.parametrize(("formula", "game"), FORMULAS)
def test_the_gradient_is_right(cosines, formula, game):
    similarity = cosines(6, 2).requires_grad_()
    assert torch.autograd.gradcheck(formula, (similarity,))


def test_a_large_batch_keeps_efficiency(cosines):
    similarity = cosines(512, 8)
    torch.testing.assert_close(mean_values(similarity).sum(dim=0), similarity.mean(dim=0))
    torch.testing.assert_close(max_values(similarity).sum(dim=0), similarity.amax(dim=0))
