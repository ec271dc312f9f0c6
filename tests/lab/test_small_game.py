"""What a small game may be asked, and in which order its coalitions are numbered."""

import math

import pytest
import torch

from core.errors import InputError
from core.lab.small_game import by_coalition, check_seed, check_temperature, one_line


def test_bit_i_of_a_coalition_is_player_i():
    game = by_coalition("x", "X", "X.", ("a", "b", "c"), lambda s: sum(10**i for i in s), unit="u")
    assert game.values == (0, 1, 10, 11, 100, 101, 110, 111)
    assert game.grand == 111
    only_b = torch.tensor([[False, True, False]])
    assert game.table.coalition_values(only_b).item() == 10


def test_white_space_becomes_single_spaces():
    assert one_line("  a\n\tb  c ") == "a b c"


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(InputError, match=f"seed must be from 0 to 2147483647, got {seed}"):
        check_seed(seed)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.inf, math.nan])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(InputError, match="positive and finite"):
        check_temperature(temperature)
