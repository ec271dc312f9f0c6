"""Every game of the lab by its name, and typed ones."""

import math

import pytest
import torch

from core.errors import InputError
from core.lab.games import LAB_GAMES, lab_game, typed_game
from core.lab.small_game import PLAYER_LIMIT
from core.shapley.coalitions import weigh


@pytest.mark.parametrize("name", LAB_GAMES)
@pytest.mark.parametrize("players", [1, 2, 6])
def test_the_engine_finds_what_walking_every_order_finds(name, players, shapley):
    game = lab_game(name, players, seed=3)
    assert weigh(game.table.values).squeeze(1).tolist() == pytest.approx(shapley(game), abs=1e-12)


@pytest.mark.parametrize("name", LAB_GAMES)
@pytest.mark.parametrize("players", range(1, PLAYER_LIMIT + 1))
def test_every_size_has_a_label_per_player_and_a_value_per_coalition(name, players):
    game = lab_game(name, players)
    assert len(set(game.players)) == len(game.players) == players
    assert len(game.values) == 2**players
    assert game.values[0] == 0
    assert game.story.endswith(".")
    assert game.name == name


def test_a_seed_fixes_the_game_and_another_changes_it():
    drawn = [name for name in LAB_GAMES if name != "gloves"]
    for name in drawn:
        assert lab_game(name, 5, seed=1) == lab_game(name, 5, seed=1)
        assert lab_game(name, 5, seed=1) != lab_game(name, 5, seed=2)


def test_typed_values_take_the_place_of_the_named_game(shapley):
    game = lab_game("gloves", 7, values=[0, 1, 2, 5])
    assert game == typed_game((0.0, 1.0, 2.0, 5.0))
    assert shapley(game) == [2.0, 3.0]
    assert game.table.values.dtype == torch.float64


@pytest.mark.parametrize("players", [-1, 0, 9])
def test_a_size_out_of_range_is_refused(players):
    with pytest.raises(InputError, match=rf"1 to 8 players, got {players}.*choose"):
        lab_game("gloves", players)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"no game 'poker'.*gloves, majority, airport"):
        lab_game("poker")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "0 values make no game"),
        ([0.0], "1 values make no game"),
        ([0, 1, 2], "3 values make no game.*2, 4, 8, 16 or 32"),
        ([0.0] * 64, "64 values make no game"),
        ([0, 1, 2, math.nan], "value 3 is nan"),
        ([0, math.inf], "value 1 is inf"),
        ([0, -1e300], "value 1 is -1e\\+300.*up to 1e\\+12"),
        ([1, 2], "empty coalition.*it is 1; make it 0"),
    ],
)
def test_typed_values_that_make_no_game_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        typed_game(values)
