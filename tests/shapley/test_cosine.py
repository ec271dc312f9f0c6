"""The cosine game: geometry, its operator, and the proxy."""

import math

import pytest
import torch

from core.errors import InputError
from core.shapley.cosine import CosineMeanGame, shapley_operator
from core.shapley.enumeration import enumerate_values
from core.shapley.games import Game


@pytest.fixture
def embeddings():
    generator = torch.Generator().manual_seed(5)

    def make(players, targets=3, width=6):
        drawn = torch.randn(players + targets, width, generator=generator, dtype=torch.float64)
        return (drawn + 0.4).split([players, targets])

    return make


def test_a_coalition_is_worth_the_cosine_of_its_mean_embedding(embeddings):
    players, targets = embeddings(4)
    pair = torch.tensor([[True, False, True, False]])
    mean = (players[0] + players[2]) / 2
    expected = torch.nn.functional.cosine_similarity(mean.unsqueeze(0), targets)
    found = CosineMeanGame.of(players, targets).coalition_values(pair)[0]
    torch.testing.assert_close(found, expected)


def test_two_orthogonal_players_share_the_diagonal_of_their_square():
    # Alone each has cosine 1 and 0 with the first axis; together cos 45 degrees.
    game = CosineMeanGame.of(torch.eye(2).double(), torch.tensor([[1.0, 0.0]]).double())
    together = 1 / math.sqrt(2)
    values = shapley_operator(game.gram) @ game.similarity
    expected = [(1 + together) / 2, (together - 1) / 2]
    assert values.flatten().tolist() == pytest.approx(expected)


@pytest.mark.parametrize("players", [1, 2, 6, 12])
def test_the_operator_gives_the_enumerated_values(embeddings, players):
    game = CosineMeanGame.of(*embeddings(players))
    exact = game.exact_values(1e-6)
    assert exact.method == "operator"
    torch.testing.assert_close(exact.values, enumerate_values(game), rtol=0, atol=1e-14)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_prefixes_and_singles_are_worth_what_the_same_coalitions_are(embeddings, length):
    game = CosineMeanGame.of(*embeddings(5))
    orders = torch.tensor([[4, 1, 0, 2, 3], [2, 3, 1, 4, 0]])[:, :length]
    expected = Game.prefix_values(game, orders)
    torch.testing.assert_close(game.prefix_values(orders), expected, rtol=0, atol=1e-13)
    torch.testing.assert_close(game.single_values(), Game.single_values(game))


def test_players_that_cancel_have_no_direction_and_no_worth():
    players = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    game = CosineMeanGame.of(players, torch.tensor([[1.0, 0.0]]))
    assert game.coalition_values(torch.tensor([[True, True]])).item() == 0
    assert game.exact_values(1e-6).values.isfinite().all()


def test_the_proxy_knows_its_own_values(embeddings):
    proxy = CosineMeanGame.of(*embeddings(7)).proxy()
    exact = proxy.exact_values(1e-6).values
    torch.testing.assert_close(exact, enumerate_values(proxy), rtol=0, atol=1e-14)
    torch.testing.assert_close(proxy.single_values(), Game.single_values(proxy))


def test_the_proxy_is_the_game_where_all_players_are_alike_in_angle():
    # Unit vectors with one inner product throughout: only the size of a coalition matters.
    vectors = torch.linalg.cholesky(torch.eye(5) * 0.7 + 0.3).double()
    vectors = vectors / vectors.norm(dim=1, keepdim=True)
    targets = torch.ones(1, 5, dtype=torch.float64)
    game = CosineMeanGame.of(vectors, targets)
    torch.testing.assert_close(
        enumerate_values(game), game.proxy().exact_values(1).values, rtol=0, atol=1e-7
    )


def test_the_gradient_reaches_the_embeddings(embeddings):
    players, targets = embeddings(4)
    players.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda p: CosineMeanGame.of(p, targets).exact_values(1e-6).values, (players,)
    )


def test_beyond_the_operator_the_game_has_no_exact_method(embeddings):
    assert CosineMeanGame.of(*embeddings(17)).exact_values(1e-6) is None
    with pytest.raises(InputError, match="at most 16 players, got 17"):
        shapley_operator(torch.eye(17))


def test_embeddings_of_different_width_are_refused():
    with pytest.raises(InputError, match=r"got \(3, 4\) and \(2, 5\)"):
        CosineMeanGame.of(torch.zeros(3, 4), torch.zeros(2, 5))


def test_a_gram_matrix_with_nan_is_refused(embeddings):
    players, targets = embeddings(3)
    players[0, 0] = torch.nan
    with pytest.raises(InputError, match="NaN or infinity"):
        CosineMeanGame.of(players, targets).check()
