"""Coalitions as rows of a bool matrix, in binary order, and the weights values are made of."""

import math
from functools import lru_cache

import torch
from torch import Tensor

PLAYER_LIMIT = 16  # of everything that visits all 2^n coalitions


def all_coalitions(players: int, *, device: torch.device | None = None) -> Tensor:
    """Return the membership of all 2^n coalitions, shape (2^n, n), bool.

    Player i is a member of coalition c when bit i of c is set: the first row is the empty
    coalition, the last one everybody.
    """
    numbers = torch.arange(2**players, device=device).unsqueeze(1)
    return (numbers >> torch.arange(players, device=device)) % 2 == 1


def prefix_coalitions(permutations: Tensor, players: int) -> Tensor:
    """Return who the first 1, 2, ..., k players of each order are.

    Args:
        permutations: Orders of all players or of some, shape (P, k), integer.
        players: Number of players n.

    Returns:
        Membership, shape (P, k, n), bool.
    """
    arrived = torch.nn.functional.one_hot(permutations, players)  # (P, k, n)
    return arrived.cumsum(dim=1) > 0


def shapley_weights(
    players: int, *, device: torch.device | None = None, dtype: torch.dtype = torch.float64
) -> Tensor:
    """Return each coalition's weight in each player's Shapley value, shape (n, 2^n).

    In a share (c-1)! (n-c)! / n! of all orders a member of a coalition of size c is the one who
    completes it: its value counts as gained. In a share c! (n-c-1)! / n! a player from outside
    comes next: its value counts as already there.
    """
    return _weights(players).to(device, dtype)


def weigh(values: Tensor) -> Tensor:
    """Return the Shapley values (n, T) of a table (2^n, T) of coalition values."""
    players = values.shape[0].bit_length() - 1
    weights = shapley_weights(players, device=values.device, dtype=values.dtype)  # (n, 2^n)
    # A matrix product would add up 2^n terms in a row; a sum adds pairwise and rounds far less.
    return torch.stack([(row.unsqueeze(1) * values).sum(dim=0) for row in weights])


@lru_cache(maxsize=PLAYER_LIMIT)
def _weights(players: int) -> Tensor:
    coalitions = all_coalitions(players)  # (2^n, n)
    # (c-1)! (n-c)! / n! for c = 1..n; a size that cannot occur never looks its entry up.
    shares = [1 / (size * math.comb(players, size)) for size in range(1, players + 1)]
    gained = torch.tensor([0.0, *shares], dtype=torch.float64)
    there = torch.tensor([*shares, 0.0], dtype=torch.float64)
    sizes = coalitions.sum(dim=1)  # (2^n,)
    return torch.where(coalitions.T, gained[sizes], -there[sizes])
