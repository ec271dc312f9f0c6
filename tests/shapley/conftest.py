"""Independent oracles: game and Shapley value in plain Python, straight from the definition."""

import itertools
import math
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

Oracle = Callable[[Tensor, float], Tensor]


def coalition_value(similarities: Sequence[float], temperature: float) -> float:
    if not similarities:
        return 0.0
    highest = max(similarities)
    weights = [math.exp((s - highest) / temperature) for s in similarities]
    total = math.fsum(w * s for w, s in zip(weights, similarities, strict=True))
    return total / math.fsum(weights)


def shapley_column(similarities: list[float], temperature: float) -> list[float]:
    players = range(len(similarities))
    values = []
    for player in players:
        others = [k for k in players if k != player]
        gains = []
        for size in range(len(others) + 1):
            orders = math.factorial(size) * math.factorial(len(others) - size)
            for coalition in itertools.combinations(others, size):
                before = [similarities[k] for k in coalition]
                gain = coalition_value([*before, similarities[player]], temperature)
                gains.append(orders * (gain - coalition_value(before, temperature)))
        values.append(math.fsum(gains) / math.factorial(len(similarities)))
    return values


@pytest.fixture(scope="session")
def brute_force() -> Oracle:
    """Shapley values (n, T) by a sum over all coalitions, one Python number at a time."""

    def values(similarity: Tensor, temperature: float) -> Tensor:
        columns = [shapley_column(column, temperature) for column in similarity.T.tolist()]
        return torch.tensor(columns, dtype=torch.float64).T

    return values


@pytest.fixture(scope="session")
def grand_value() -> Oracle:
    """The value of the grand coalition towards every target, shape (T,)."""

    def values(similarity: Tensor, temperature: float) -> Tensor:
        columns = [coalition_value(column, temperature) for column in similarity.T.tolist()]
        return torch.tensor(columns, dtype=torch.float64)

    return values


@pytest.fixture
def cosines() -> Callable[..., Tensor]:
    """A maker of reproducible similarities, spread over [-1, 1], shape (players, targets)."""

    def make(
        players: int, targets: int, seed: int = 0, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        uniform = torch.rand(players, targets, generator=generator, dtype=torch.float64)
        return (2 * uniform - 1).to(dtype)

    return make
