"""The games of a post's own contexts, against the definition."""

import itertools
import math

import pytest

from core.explain.own_games import own_games
from core.records import Games, NoGame

TEMPERATURE = 0.1


def worth(similarities: list[float]) -> float:
    weights = [math.exp(s / TEMPERATURE) for s in similarities]
    total = sum(weight * s for weight, s in zip(weights, similarities, strict=True))
    return total / sum(weights) if weights else 0.0


@pytest.fixture(scope="module")
def games(make_reader) -> Games:
    return make_reader(off=[1]).record().games


def test_one_game_is_played_a_side_among_included_contexts(games):
    made = own_games(games)
    assert [game.side for game in made] == ["text", "image"]
    assert [game.contexts for game in made] == [[0, 2], [0, 2]]


def test_values_are_those_of_the_softmax_weighted_mean(games):
    for made, game in zip(own_games(games), (games.text, games.image), strict=True):
        own = [standing.similarity for standing in game.standings]
        expected = [worth([s for bit, s in enumerate(own) if row >> bit & 1]) for row in range(4)]
        assert made.values == pytest.approx(expected)


def test_shapley_values_average_over_all_orders(make_reader):
    made = own_games(make_reader().record().games)[0]
    gains = [0.0] * 3
    orders = list(itertools.permutations(range(3)))
    for order in orders:
        members = 0
        for player in order:
            gains[player] += made.values[members | 1 << player] - made.values[members]
            members |= 1 << player
    assert made.shapley_values == pytest.approx([gain / len(orders) for gain in gains])
    assert sum(made.shapley_values) == pytest.approx(made.values[-1])


def test_interactions_of_two_are_what_both_have_beyond_each_alone(games):
    for made in own_games(games):
        nobody, first, second, both = made.values
        extra = both - first - second + nobody
        assert made.interactions == [
            [0.0, pytest.approx(extra)],
            [pytest.approx(extra), 0.0],
        ]


def test_a_side_that_was_not_played_has_no_game(games):
    one = games.model_copy(update={"image": NoGame(side="image", reason="The post has no image.")})
    assert [game.side for game in own_games(one)] == ["text"]
