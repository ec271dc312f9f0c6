"""What players do together, Banzhaf values for contrast, and the few players that nearly do it all.

Interactions and Banzhaf values read a table with the value of every coalition: exact, no sampling.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.coalitions import all_coalitions
from core.shapley.games import Game
from core.shapley.given_games import TableGame


def pairwise_interactions(values: Tensor) -> Tensor:
    """Return how much more every two players are worth together than apart.

    The Shapley interaction index: v(S + i + j) - v(S + i) - v(S + j) + v(S), first averaged over
    the coalitions S of a size without i and j, then over the sizes. Below 0 the two stand in for
    each other, above 0 they need each other.

    Args:
        values: Value of every coalition, shape (2^n, T) or (2^n,), in the order of
            `all_coalitions`. What is added to all of them changes nothing.

    Returns:
        Interactions, shape (n, n, T), differentiable; symmetric, with a diagonal of 0.

    Raises:
        InputError: The table is no game of up to 16 players, or holds NaN or infinity.

    References:
        Grabisch, Roubens (1999), doi:10.1007/s001820050125.
    """
    table = _checked_table(values)
    players = table.shape[0].bit_length() - 1
    nobody = table.new_zeros(players, players, table.shape[1])
    if players == 1:
        return nobody
    weights = _size_weights(players - 2, like=table)  # (2^(n-2), 1)
    together = []
    for player in range(players):
        gains = _gains(table, player)  # (2^(n-1), T)
        # A partner with a lower number keeps it in the table that `player` has left.
        together += [(weights * _gains(gains, partner)).sum(dim=0) for partner in range(player)]
    row, column = torch.tril_indices(players, players, offset=-1, device=table.device)
    lower = nobody.index_put((row, column), torch.stack(together))
    return lower + lower.transpose(0, 1)


def banzhaf_values(values: Tensor) -> Tensor:
    """Return what every player adds on average over all coalitions of the others, shape (n, T).

    Where the Shapley value gives every size of coalition the same weight, this one gives it to
    every coalition. A column need not sum to the value of the grand coalition.

    Args:
        values: Value of every coalition, shape (2^n, T) or (2^n,), in the order of
            `all_coalitions`.

    Raises:
        InputError: The table is no game of up to 16 players, or holds NaN or infinity.
    """
    table = _checked_table(values)
    players = table.shape[0].bit_length() - 1
    return torch.stack([_gains(table, player).mean(dim=0) for player in range(players)])


@dataclass(frozen=True)
class SmallestSet:
    """Few players who together are worth nearly as much as everybody.

    Attributes:
        members: The players in the order in which they were taken.
        values: What the coalition is worth after each of them.
        grand: What everybody is worth.
        reached: False only where there is no share to reach: everybody is worth 0 or less.
    """

    members: tuple[int, ...]
    values: tuple[float, ...]
    grand: float
    reached: bool


def smallest_set(game: Game, *, share: float = 0.95) -> SmallestSet:
    """Return players who reach a share of v(N), taking at each step whoever adds most.

    Among equals the lowest number is taken. Greedy choice does not always find the smallest set;
    where players never gain from company (v submodular) it comes close. Values may be negative: a
    step may lose, when everyone left loses, and where v(N) is 0 or less nobody is taken.

    Args:
        game: The game, towards one target, of any number of players; values n (n + 1) / 2
            coalitions at most.
        share: The part of v(N) to reach, above 0 and at most 1.

    Raises:
        InputError: The share is out of range, or the game has several targets.

    References:
        Wolsey (1982), doi:10.1007/BF02579435, on how close greedy choice comes.
    """
    if not 0 < share <= 1:
        raise InputError(f"share must be above 0 and at most 1, got {share}")
    if game.targets != 1:
        raise InputError(f"a smallest set serves one target, got {game.targets}; choose one")
    nobody = torch.zeros(1, game.players, dtype=torch.bool, device=game.device)
    with torch.no_grad():
        grand = float(game.coalition_values(~nobody))
        members, values = _take_greedily(game, nobody, share * grand) if grand > 0 else ((), ())
    return SmallestSet(members, values, grand, reached=grand > 0)


def _take_greedily(
    game: Game, coalition: Tensor, goal: float
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return who joins the coalition (1, n) until it is worth the goal, and its values."""
    identity = torch.eye(game.players, dtype=torch.bool, device=coalition.device)
    members: list[int] = []
    values: list[float] = []
    # The last to join complete the grand coalition, whatever rounding says of its value.
    while len(members) < game.players and not (values and values[-1] >= goal):
        candidates = (~coalition).squeeze(0).nonzero().squeeze(1)  # (n - members,)
        worth = game.coalition_values(coalition | identity[candidates]).squeeze(1)
        best = int(worth.argmax())
        members.append(int(candidates[best]))
        values.append(float(worth[best]))
        coalition = coalition | identity[members[-1]]
    return tuple(members), tuple(values)


def _checked_table(values: Tensor) -> Tensor:
    """Return the table as (2^n, T), or raise InputError where it is no playable game."""
    game = TableGame(values)
    game.check()
    return game.values


def _gains(values: Tensor, player: int) -> Tensor:
    """Return what a player adds to each coalition of the others, half as many rows as `values`.

    The rows are in binary order again, over the players that remain.
    """
    # In binary order the coalitions without and with a player take turns, in blocks of 2^player.
    turns: Tensor = values.unflatten(0, (-1, 2, 2**player))  # (higher players, 2, lower, T)
    return turns.diff(dim=1).flatten(0, 2)


def _size_weights(players: int, *, like: Tensor) -> Tensor:
    """Return weights (2^n, 1) that give every size the same share, split among its coalitions."""
    shares = [1 / ((players + 1) * math.comb(players, size)) for size in range(players + 1)]
    sizes = all_coalitions(players, device=like.device).sum(dim=1)  # (2^n,)
    weights = torch.tensor(shares, dtype=like.dtype, device=like.device)[sizes]
    return weights.unsqueeze(1)
