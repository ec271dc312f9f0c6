"""What a question of the lab is made of, and how an answer is read off a number."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.lab.photo import photo_contexts
from core.lab.small_game import PLAYER_LIMIT
from core.shapley import shapley_values
from core.shapley.games import Game

_CONTEXTS = 5


@dataclass(frozen=True)
class Card:
    """A question with its computed answer.

    Attributes:
        id: Short name, stable over seeds.
        question: What is asked.
        options: What can be answered.
        answer: Index of the right option.
        because: Why, with the numbers.
        numbers: Rows of a table, the evidence: column name -> cell.
    """

    id: str
    question: str
    options: tuple[str, ...]
    answer: int
    because: str
    numbers: tuple[Mapping[str, str | float], ...]


@dataclass(frozen=True)
class Photo:
    """The contexts all questions are about.

    Attributes:
        labels: Their names, quoted.
        similarities: To the post, shape (n, 1), float64.
        seed: What they were drawn with.
    """

    labels: tuple[str, ...]
    similarities: Tensor
    seed: int


def photo_of(seed: int) -> Photo:
    """Return five contexts drawn, in random order, from all the lab knows."""
    labels, similarities = photo_contexts(PLAYER_LIMIT, seed)
    chosen = random.Random(seed).sample(range(PLAYER_LIMIT), _CONTEXTS)
    drawn = torch.tensor(similarities, dtype=torch.float64)[chosen]  # (n,)
    return Photo(
        labels=tuple(f"“{labels[number]}”" for number in chosen),
        similarities=drawn.unsqueeze(1),
        seed=seed,
    )


def exact_values(game: Game) -> Tensor:
    """Return the exact Shapley values, shape (n,)."""
    return shapley_values(game, method="exact", tolerance=1e-9).values.squeeze(1)


def grand_value(game: Game) -> float:
    """Return what all players together are worth."""
    return float(game.coalition_values(torch.ones(1, game.players, dtype=torch.bool)))


def sign(value: float) -> int:
    """Return -1, 0 or 1; rounding counts as 0."""
    return 0 if abs(value) < 1e-9 else 1 if value > 0 else -1


def closest(found: Tensor, outcomes: Sequence[Tensor]) -> int:
    """Return which of the outcomes is nearest to what was found."""
    gaps = [float((found - outcome).abs().max()) for outcome in outcomes]
    return gaps.index(min(gaps))


def table_rows(
    columns: Mapping[str, Sequence[str] | Sequence[float]],
) -> tuple[Mapping[str, str | float], ...]:
    """Return the rows of a table given by its columns; numbers with four decimals."""
    return tuple(
        {
            name: round(cell, 4) + 0.0 if isinstance(cell, float) else cell
            for name, cell in zip(columns, cells, strict=True)
        }
        for cells in zip(*columns.values(), strict=True)
    )
