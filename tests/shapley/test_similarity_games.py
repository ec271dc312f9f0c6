"""What coalitions and prefixes are worth in every game of a similarity matrix."""

import math

import pytest
import torch

from core.errors import InputError
from core.shapley.games import Game
from core.shapley.similarity_games import (
    SIMILARITY_GAMES,
    LogSumExpGame,
    MaxGame,
    MeanGame,
    SoftmaxMeanGame,
    SumGame,
)

COLUMN = torch.tensor([[0.6], [0.2], [0.1]], dtype=torch.float64)
PAIR = torch.tensor([[True, True, False]])
GAMES = sorted(SIMILARITY_GAMES)


@pytest.mark.parametrize(
    ("game", "worth"),
    [
        (SumGame(COLUMN), 0.8),
        (MeanGame(COLUMN), 0.4),
        (MaxGame(COLUMN), 0.6),
        (
            SoftmaxMeanGame(COLUMN, 0.1),
            (0.6 * math.exp(6) + 0.2 * math.exp(2)) / (math.exp(6) + math.exp(2)),
        ),
        (LogSumExpGame(COLUMN, 0.1), 0.1 * math.log(1 + math.exp(6) + math.exp(2))),
    ],
)
def test_a_pair_is_worth_what_the_definition_says(game, worth):
    assert game.coalition_values(PAIR).item() == pytest.approx(worth, abs=1e-14)


@pytest.mark.parametrize("name", GAMES)
def test_the_empty_coalition_is_worth_nothing(cosines, name):
    nobody = torch.zeros(1, 5, dtype=torch.bool)
    assert not SIMILARITY_GAMES[name](cosines(5, 3)).coalition_values(nobody).any()


def test_a_high_temperature_gives_the_mean_and_a_low_one_the_best_member(cosines):
    similarity, everybody = cosines(6, 4), torch.ones(1, 6, dtype=torch.bool)
    mean = SoftmaxMeanGame(similarity, 1e9).coalition_values(everybody)[0]
    best = SoftmaxMeanGame(similarity, 1e-4).coalition_values(everybody)[0]
    torch.testing.assert_close(mean, similarity.mean(dim=0))
    torch.testing.assert_close(best, similarity.amax(dim=0))


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("length", [1, 4, 6])
def test_prefixes_and_singles_are_worth_what_the_same_coalitions_are(cosines, name, length):
    generator = torch.Generator().manual_seed(0)
    orders = torch.rand(5, 6, generator=generator).argsort(dim=1)[:, :length]
    game = SIMILARITY_GAMES[name](cosines(6, 4))
    expected = Game.prefix_values(game, orders)
    torch.testing.assert_close(game.prefix_values(orders), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(game.single_values(), Game.single_values(game), rtol=0, atol=1e-14)


def test_running_log_sums_keep_prefixes_whose_weights_would_vanish_in_float32():
    similarity = torch.tensor([[1.0], [-0.9], [-1.0]])
    worst_first = torch.tensor([[2, 1, 0]])
    values = SoftmaxMeanGame(similarity, 1e-3).prefix_values(worst_first).flatten()
    torch.testing.assert_close(values, torch.tensor([-1.0, -0.9, 1.0]))


@pytest.mark.parametrize("temperature", [0.005, 0.5])
@pytest.mark.parametrize("game", [SoftmaxMeanGame, LogSumExpGame])
def test_prefix_values_have_the_right_gradient(cosines, game, temperature):
    orders = torch.tensor([[2, 0, 1, 3], [3, 1, 2, 0]])
    similarity = cosines(4, 2).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda s: game(s, temperature).prefix_values(orders), (similarity,), eps=1e-7
    )


@pytest.mark.parametrize("name", GAMES)
def test_parts_of_a_game_are_the_game_towards_some_targets(cosines, name):
    game = SIMILARITY_GAMES[name](cosines(4, 5))
    parts = list(game.split(2))
    assert [part.targets for part in parts] == [2, 2, 1]
    everybody = torch.ones(1, 4, dtype=torch.bool)
    joined = torch.cat([part.coalition_values(everybody) for part in parts], dim=1)
    torch.testing.assert_close(joined, game.coalition_values(everybody))


@pytest.mark.parametrize(
    ("similarity", "message"),
    [
        (torch.zeros(3), r"shape \(players, targets\), got \(3,\)"),
        (torch.zeros(2, 2, 2), r"shape \(players, targets\)"),
        (torch.zeros(0, 4), "no players"),
        (torch.ones(2, 2, dtype=torch.int64), "floating point, got torch.int64"),
        (torch.tensor([[0.1], [float("nan")]]), "NaN or infinity"),
        (torch.tensor([[0.1], [float("-inf")]]), "NaN or infinity"),
    ],
)
@pytest.mark.parametrize("name", GAMES)
def test_similarities_that_make_no_game_are_refused(similarity, message, name):
    with pytest.raises(InputError, match=message):
        SIMILARITY_GAMES[name](similarity).check()


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("game", [SoftmaxMeanGame, LogSumExpGame])
def test_a_temperature_without_meaning_is_refused(game, temperature):
    with pytest.raises(InputError, match="temperature must be positive and finite"):
        game(COLUMN, temperature)


def test_a_temperature_below_the_precision_of_the_similarities_is_refused():
    with pytest.raises(InputError, match=r"too low for similarities up to 0\.6"):
        SoftmaxMeanGame(COLUMN, 1e-300).check()
