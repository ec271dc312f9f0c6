"""Shapley values by their definition: every coalition is valued once.

Paper: the Shapley value of player i is what i adds to those before it, averaged over all orders.
"""

import math

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.games import Game

PLAYER_LIMIT = 16
# Elements of the (2^n, n, T) softmax held at a time: 32 MiB in float64.
_BLOCK_ELEMENTS = 2**22


def enumerate_values(similarity: Tensor, game: Game, temperature: float) -> Tensor:
    """Return the Shapley values from the values of all 2^n coalitions, computed in float64.

    Args:
        similarity: Context-target similarity, shape (n, T).
        game: The value function.
        temperature: Softmax temperature, in units of similarity.

    Returns:
        Shapley values, shape (n, T), in the dtype of `similarity`.

    Raises:
        InputError: There are more than `PLAYER_LIMIT` players.
    """
    players = similarity.shape[0]
    if players > PLAYER_LIMIT:
        raise InputError(
            f"enumeration takes at most {PLAYER_LIMIT} players, got {players}, because its cost "
            "doubles with each; use method='quadrature'"
        )
    coalitions = _all_coalitions(players, similarity.device)  # (2^n, n)
    weights = _coalition_weights(coalitions)  # (n, 2^n)
    width = max(1, _BLOCK_ELEMENTS // coalitions.numel())
    blocks = []
    for block in similarity.double().split(width, dim=1):
        values = game.coalition_values(block, coalitions, temperature)  # (2^n, width)
        # A matrix product would add up 2^n terms in a row; a sum adds pairwise and rounds far less.
        blocks.append(torch.stack([(row.unsqueeze(1) * values).sum(dim=0) for row in weights]))
    return torch.cat(blocks, dim=1).to(similarity.dtype)


def _all_coalitions(players: int, device: torch.device) -> Tensor:
    """Return the membership of all 2^n coalitions, the empty one first, shape (2^n, n)."""
    numbers = torch.arange(2**players, device=device).unsqueeze(1)
    return (numbers >> torch.arange(players, device=device)) % 2 == 1


def _coalition_weights(coalitions: Tensor) -> Tensor:
    """Return each coalition's weight in each player's value, shape (n, 2^n).

    In a share (c-1)! (n-c)! / n! of all orders a member of a coalition of size c is the one who
    completes it: its value counts as gained. In a share c! (n-c-1)! / n! a player from outside
    comes next: its value counts as already there.
    """
    players = coalitions.shape[1]
    # (c-1)! (n-c)! / n! for c = 1..n; a size that cannot occur never looks its entry up.
    shares = [1 / (size * math.comb(players, size)) for size in range(1, players + 1)]
    gained = torch.tensor([0.0, *shares], dtype=torch.float64, device=coalitions.device)
    there = torch.tensor([*shares, 0.0], dtype=torch.float64, device=coalitions.device)
    sizes = coalitions.sum(dim=1)  # (2^n,)
    return torch.where(coalitions.T, gained[sizes], -there[sizes])
