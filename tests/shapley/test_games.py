"""What every game inherits, and what no game may hold."""

import pytest
import torch

from core.errors import InputError
from core.shapley.games import check_numbers
from core.shapley.given_games import TableGame

GENERATOR = torch.Generator().manual_seed(0)
TABLE = torch.randn(16, 2, generator=GENERATOR, dtype=torch.float64)


def test_prefixes_are_worth_what_the_same_coalitions_are():
    order = torch.tensor([[2, 0, 3, 1]])
    # Players 2; 2 0; 2 0 3; all.
    expected = TABLE[[0b0100, 0b0101, 0b1101, 0b1111]] - TABLE[0]
    assert torch.equal(TableGame(TABLE).prefix_values(order), expected.unsqueeze(0))


def test_a_single_player_is_worth_its_coalition_of_one():
    expected = TABLE[[0b0001, 0b0010, 0b0100, 0b1000]] - TABLE[0]
    assert torch.equal(TableGame(TABLE).single_values(), expected)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_checking_finds_what_is_not_a_number(bad):
    with pytest.raises(InputError, match="the table holds NaN or infinity"):
        check_numbers(torch.tensor([0.0, bad]), "the table")


def test_whole_numbers_must_be_converted_first():
    with pytest.raises(InputError, match=r"the table must be floating point, got torch\.int64"):
        check_numbers(torch.arange(4), "the table")


def test_checking_returns_the_largest_magnitude():
    assert check_numbers(torch.tensor([0.5, -2.0]), "the table") == 2.0
    assert check_numbers(torch.zeros(0), "the table") == 0.0
