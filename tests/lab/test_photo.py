"""Games among descriptions of one photo."""

import math

import pytest

from core.errors import InputError
from core.lab.games import lab_game
from core.lab.photo import context_game, photo_contexts


def test_the_best_match_is_worth_the_highest_similarity():
    game = lab_game("best_match", 4)
    alone = [game.values[1 << i] for i in range(4)]
    assert game.grand == max(alone)
    assert game.values[0b1010] == max(alone[1], alone[3])


def test_contexts_are_worth_their_softmax_weighted_mean():
    game = context_game(["a", "b"], [0.5, 0.1], temperature=0.2)
    weight = math.exp(0.5 / 0.2) / (math.exp(0.5 / 0.2) + math.exp(0.1 / 0.2))
    assert game.values == pytest.approx((0.0, 0.5, 0.1, weight * 0.5 + (1 - weight) * 0.1))


@pytest.mark.parametrize(
    ("labels", "similarities", "temperature", "message"),
    [
        (["a"], [0.1, 0.2], 0.1, "1 labels name 2 similarities"),
        ([], [], 0.1, "1 to 8 players, got 0"),
        (list("abcdefghi"), [0.1] * 9, 0.1, "1 to 8 players, got 9"),
        (["a"], [math.nan], 0.1, "NaN"),
        (["a"], [0.1], 0.0, "temperature"),
        (["a"], [0.1], math.nan, "temperature"),
    ],
)
def test_contexts_that_make_no_game_are_refused(labels, similarities, temperature, message):
    with pytest.raises(InputError, match=message):
        context_game(labels, similarities, temperature)


@pytest.mark.parametrize("seed", range(30))
def test_descriptions_differ_in_similarity_and_fewer_are_the_first_of_more(seed):
    labels, similarities = photo_contexts(8, seed)
    assert len(set(similarities)) == 8
    assert max(similarities) == similarities[0]
    assert photo_contexts(3, seed) == (labels[:3], similarities[:3])
