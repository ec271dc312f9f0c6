"""What the methods are given: a game, its numbers, and its exact Shapley values."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from benchmarks.shapley.simulation import clustered_pairs
from core.shapley.coalitions import PLAYER_LIMIT
from core.shapley.cosine import CosineMeanGame
from core.shapley.games import Game
from core.shapley.similarity_games import SIMILARITY_GAMES, TemperatureGame
from core.shapley.solve import shapley_values

REFERENCE_TOLERANCE = 1e-10
# Coalitions valued per player in each of the two long runs that stand for an unknown exact value.
LONG_RUN = 6_400


@dataclass(frozen=True, eq=False)
class Problem:
    """One game of n simulated contexts towards n targets.

    Attributes:
        game: Its name, as the engine calls it.
        temperature: None where the game has none.
        numbers: What the game is made of and gradients are taken to: the similarity (n, T), or
            contexts (n, D) and targets (T, D).
    """

    game: str
    temperature: float | None
    numbers: tuple[Tensor, ...]

    @property
    def players(self) -> int:
        """n, which is T as well."""
        return len(self.numbers[0])

    def play(self) -> Game:
        """Return the game as the engine takes it."""
        if self.game == CosineMeanGame.name:
            contexts, targets = self.numbers
            return CosineMeanGame.of(contexts, targets)
        (similarity,) = self.numbers
        kind = SIMILARITY_GAMES[self.game]
        if issubclass(kind, TemperatureGame) and self.temperature is not None:
            return kind(similarity, temperature=self.temperature)
        return kind(similarity)

    @cached_property
    def upstream(self) -> Tensor:
        """A gradient to send back through the values, shape (n, T)."""
        generator = torch.Generator().manual_seed(self.players)
        return torch.randn(self.players, self.players, generator=generator)

    def with_leaves(self) -> "Problem":
        """Return the same problem with numbers of its own that gradients are taken to."""
        leaves = tuple(number.clone().requires_grad_() for number in self.numbers)
        return replace(self, numbers=leaves)


def simulate(game: str, players: int, temperature: float | None = None) -> Problem:
    """Return a problem of clustered embeddings; `temperature` None for games that have none."""
    contexts, targets = clustered_pairs(players)
    numbers = (contexts, targets) if game == CosineMeanGame.name else (contexts @ targets.T,)
    return Problem(game, temperature, numbers)


class Reference(NamedTuple):
    """What errors are measured against.

    Attributes:
        values: Shape (n, T), float64.
        how: A few words on where they come from.
        error: Their own nMSE, estimated; 0 where they are exact.
    """

    values: Tensor
    how: str
    error: float


def find_reference(problem: Problem) -> Reference:
    """Return the exact values in float64, or the mean of two long runs where none are known."""
    game = problem.play().cast(torch.float64, torch.device("cpu"))
    if problem.game != CosineMeanGame.name:
        values = shapley_values(game, method="exact", tolerance=REFERENCE_TOLERANCE).values
        return Reference(values, f"exact in float64, tolerance {REFERENCE_TOLERANCE:g}", 0.0)
    if problem.players <= PLAYER_LIMIT:
        values = shapley_values(game, method="enumeration").values
        return Reference(values, "enumeration in float64", 0.0)
    budget = LONG_RUN * problem.players
    one, other = (
        shapley_values(
            game,
            method="kernel",
            budget=budget,
            generator=torch.Generator().manual_seed(seed),
        ).values
        for seed in (1, 2)
    )
    return Reference(
        (one + other) / 2,
        f"mean of two runs of {budget} coalitions each in float64",
        # The mean of two errors has half the variance of one, their difference twice.
        normalised_error(one, other) / 4,
    )


def normalised_error(values: Tensor, exact: Tensor) -> float:
    """Return the nMSE: the mean square error over the variance of the exact values.

    1 means noise as large as what is to be seen. Both are over all n x T entries.
    """
    difference = values.detach().double() - exact
    return float(difference.square().mean() / exact.var(correction=0))
