"""Shapley values by their definition: every coalition is valued once.

Paper: the Shapley value of player i is what i adds to those before it, averaged over all orders.
"""

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT, all_coalitions, weigh
from core.shapley.games import Game

# Elements of a (2^n, n, T) tensor of memberships held at a time: 32 MiB in float64.
_BLOCK_ELEMENTS = 2**22


def enumerate_values(game: Game) -> Tensor:
    """Return the Shapley values from the values of all 2^n coalitions, computed in float64.

    Returns:
        Shapley values, shape (n, T), in the game's dtype.

    Raises:
        InputError: There are more than `PLAYER_LIMIT` players.
    """
    return weigh(value_table(game)).to(game.dtype)


def value_table(game: Game) -> Tensor:
    """Return the value of every coalition in binary order, shape (2^n, T), float64.

    Raises:
        InputError: There are more than `PLAYER_LIMIT` players.
    """
    if game.players > PLAYER_LIMIT:
        raise InputError(
            f"enumeration takes at most {PLAYER_LIMIT} players, got {game.players}, because its "
            "cost doubles with each; use method='exact' where the game has one, or sample"
        )
    coalitions = all_coalitions(game.players, device=game.device)  # (2^n, n)
    width = max(1, _BLOCK_ELEMENTS // coalitions.numel())
    precise = game.cast(torch.float64, game.device)
    return torch.cat([part.coalition_values(coalitions) for part in precise.split(width)], dim=1)
