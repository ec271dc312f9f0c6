import math
from itertools import permutations

import pytest
import torch

from benchmarks.shapley.plain import plain_cosine_of_mean, plain_softmax_mean

PLAYERS, TARGETS = 4, 3


def enumerated(value):
    """Shapley values over all orders, from a function of a list of players, shape (n, T)."""
    total = torch.zeros(PLAYERS, TARGETS, dtype=torch.float64)
    for order in permutations(range(PLAYERS)):
        worth = torch.zeros(TARGETS, dtype=torch.float64)
        for place, player in enumerate(order):
            following = value(list(order[: place + 1]))
            total[player] += following - worth
            worth = following
    return total / math.factorial(PLAYERS)


def softmax_mean(similarity):
    return lambda members: (similarity[members] * (similarity[members] / 0.5).softmax(dim=0)).sum(
        dim=0
    )


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


def test_many_orders_come_near_enumeration_in_the_softmax_mean_game(generator):
    similarity = torch.rand(PLAYERS, TARGETS, dtype=torch.float64, generator=generator)
    found = plain_softmax_mean(similarity, 0.5, 40_000, generator)
    torch.testing.assert_close(found, enumerated(softmax_mean(similarity)), atol=5e-3, rtol=0)


def test_many_orders_come_near_enumeration_in_the_cosine_game(generator):
    contexts = torch.randn(PLAYERS, 6, dtype=torch.float64, generator=generator)
    targets = torch.randn(TARGETS, 6, dtype=torch.float64, generator=generator)

    def value(members):
        return torch.cosine_similarity(contexts[members].mean(dim=0), targets, dim=1)

    found = plain_cosine_of_mean(contexts, targets, 40_000, generator)
    torch.testing.assert_close(found, enumerated(value), atol=1e-2, rtol=0)


@pytest.mark.parametrize("orders", [1, 5])
def test_columns_sum_to_grand_coalition_value_for_any_number_of_orders(generator, orders):
    similarity = torch.rand(PLAYERS, TARGETS, dtype=torch.float64, generator=generator)
    found = plain_softmax_mean(similarity, 0.5, orders, generator)
    everybody = softmax_mean(similarity)(list(range(PLAYERS)))
    torch.testing.assert_close(found.sum(dim=0), everybody)


def test_plain_sampling_is_differentiable(generator):
    similarity = torch.rand(PLAYERS, TARGETS, dtype=torch.float64, generator=generator)

    def play(numbers):
        return plain_softmax_mean(numbers, 0.5, 5, torch.Generator().manual_seed(0))

    assert torch.autograd.gradcheck(play, similarity.requires_grad_())
