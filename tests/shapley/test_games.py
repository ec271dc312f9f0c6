"""What coalitions and prefixes are worth."""

import math

import pytest
import torch

from core.shapley.games import GAMES, softmax_mean_coalitions, softmax_mean_prefixes

SIMILARITY = torch.tensor([[0.6, -0.2], [0.2, 0.4], [0.1, 0.9]], dtype=torch.float64)


def test_a_coalition_is_worth_its_members_mean_weighted_by_their_softmax():
    pair = torch.tensor([[True, True, False]])
    value = softmax_mean_coalitions(SIMILARITY[:, :1], pair, 0.1)
    expected = (0.6 * math.exp(6) + 0.2 * math.exp(2)) / (math.exp(6) + math.exp(2))
    assert value.item() == pytest.approx(expected, abs=1e-14)


def test_the_empty_coalition_is_worth_nothing():
    nobody = torch.zeros(1, 3, dtype=torch.bool)
    assert torch.equal(softmax_mean_coalitions(SIMILARITY, nobody, 0.1), torch.zeros(1, 2).double())


def test_a_high_temperature_gives_the_mean_and_a_low_one_the_best_member():
    everybody = torch.ones(1, 3, dtype=torch.bool)
    mean = softmax_mean_coalitions(SIMILARITY, everybody, 1e9)[0]
    best = softmax_mean_coalitions(SIMILARITY, everybody, 1e-4)[0]
    torch.testing.assert_close(mean, SIMILARITY.mean(dim=0))
    torch.testing.assert_close(best, SIMILARITY.amax(dim=0))


@pytest.mark.parametrize("temperature", [1e-3, 0.05, 1.0])
@pytest.mark.parametrize("name", sorted(GAMES))
def test_prefixes_are_worth_what_the_same_coalitions_are(cosines, name, temperature):
    similarity = cosines(6, 4)
    orders = torch.stack(
        [torch.randperm(6, generator=torch.Generator().manual_seed(k)) for k in (1, 2)]
    )
    prefixes = GAMES[name].prefix_values(similarity, orders, temperature)
    for order, row in zip(orders, prefixes, strict=True):
        for length in range(1, 7):
            coalition = torch.zeros(1, 6, dtype=torch.bool)
            coalition[0, order[:length]] = True
            value = GAMES[name].coalition_values(similarity, coalition, temperature)[0]
            torch.testing.assert_close(row[length - 1], value, rtol=0, atol=1e-12)


@pytest.mark.parametrize("temperature", [1e-3, 0.1])
def test_an_order_of_one_player_is_worth_its_similarity(temperature):
    alone = torch.arange(3).unsqueeze(1)
    values = softmax_mean_prefixes(SIMILARITY, alone, temperature)
    torch.testing.assert_close(values.squeeze(1), SIMILARITY)


def test_running_log_sums_keep_prefixes_whose_weights_would_vanish_in_float32():
    similarity = torch.tensor([[1.0], [-0.9], [-1.0]])
    worst_first = torch.tensor([[2, 1, 0]])
    values = softmax_mean_prefixes(similarity, worst_first, 1e-3).flatten()
    torch.testing.assert_close(values, torch.tensor([-1.0, -0.9, 1.0]))


def test_prefix_values_have_the_right_gradient_on_both_sides_of_the_change_of_algorithm(cosines):
    orders = torch.tensor([[2, 0, 1, 3], [3, 1, 2, 0]])
    similarity = cosines(4, 2).requires_grad_()
    for temperature in (0.005, 0.5):
        assert torch.autograd.gradcheck(
            lambda s, t=temperature: softmax_mean_prefixes(s, orders, t), (similarity,), eps=1e-7
        )
