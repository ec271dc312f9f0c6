"""The alignment game of a single post: its own contexts and the bank's, towards the post.

A Shapley game needs several players and a single post has few. Ours: a frozen bank of reference
contexts joins every game, so a value always says "against these"; it depends on the bank.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.records import Game, Player, Side, Standing
from core.shapley import SoftmaxMeanGame, shapley_values
from core.shapley.permutation import permutation_budget


@dataclass(frozen=True)
class Players:
    """The players of a game with their unit vectors.

    Attributes:
        described: Own contexts first, then the bank's.
        vectors: Shape (n, P), in the same order.
    """

    described: Sequence[Player]
    vectors: Tensor


@dataclass(frozen=True)
class Targets:
    """What the players are measured against: the post first, then the posts of the bank.

    Attributes:
        bank_ids: One id per row of `vectors` after the first.
        vectors: Shape (1 + bank targets, P).
    """

    bank_ids: Sequence[str]
    vectors: Tensor


def play_game(
    side: Side,
    players: Players,
    targets: Targets,
    *,
    temperature: float,
    method: str = "exact",
    permutations: int = 256,
    seed: int = 0,
) -> Game:
    """Play one side's game and say how each own context stands in it.

    Args:
        side: `text` (semantic gap) or `image` (modality gap).
        players: At least one own context.
        targets: The post and, for the view across posts, the bank.
        temperature: Of the softmax-mean utility.
        method: Of `core.shapley.shapley_values`; `exact`, or `permutation` to sample.
        permutations: Orders drawn when sampled.
        seed: Of the orders.
    """
    similarity = players.vectors.double() @ targets.vectors.double().T  # (n, T)
    game = SoftmaxMeanGame(similarity, temperature)
    estimate = shapley_values(
        game,
        method=method,
        tolerance=1e-9,
        budget=permutation_budget(game.players, permutations),
        generator=torch.Generator().manual_seed(seed),
    )
    values = estimate.values  # (n, T)
    errors = None if estimate.standard_error is None else estimate.standard_error[:, 0].tolist()
    everyone = torch.ones(1, game.players, dtype=torch.bool)
    grand = float(game.coalition_values(everyone)[0, 0])
    own = [place for place, player in enumerate(players.described) if player.context is not None]
    return Game(
        side=side,
        utility=game.name,
        temperature=temperature,
        method=estimate.method,
        evaluations=estimate.evaluations,
        seed=None if errors is None else seed,
        players=list(players.described),
        similarities=similarity[:, 0].tolist(),
        shapley_values=values[:, 0].tolist(),
        standard_error=errors,
        value_grand=grand,
        efficiency_residual=float(values[:, 0].sum()) - grand,
        standings=_standings(players.described, similarity[:, 0], values[:, 0], errors),
        bank_targets=list(targets.bank_ids),
        bank_values=(len(values) * values[own, 1:]).tolist(),
    )


def _standings(
    described: Sequence[Player], similarity: Tensor, values: Tensor, errors: list[float] | None
) -> list[Standing]:
    """Rank each own context among the bank's: its siblings are no rivals."""
    n = len(described)
    foreign = values[[player.context is None for player in described]]
    best = float(foreign.max()) if len(foreign) else 0.0
    return [
        Standing(
            context=player.context,
            shapley_value=value,
            scaled_value=n * value,
            standard_error=None if errors is None else errors[place],
            similarity=float(similarity[place]),
            rank=1 + int((foreign > value).sum()),
            margin=n * (value - best),
        )
        for place, (player, value) in enumerate(zip(described, values.tolist(), strict=True))
        if player.context is not None
    ]
