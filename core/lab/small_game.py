"""A game small enough to list every coalition, and what may be asked of one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from core.errors import InputError
from core.shapley.given_games import TableGame

PLAYER_LIMIT = 8
TEMPERATURE = 0.1


@dataclass(frozen=True)
class LabGame:
    """A game of up to eight players, given by the value of every coalition.

    Attributes:
        name: Key of `LAB_GAMES`, "typed" or "contexts".
        title: The game's name in words.
        story: One sentence that says who plays and what a coalition earns.
        players: One label per player.
        values: v(S) of all 2^n coalitions; player i is a member of number c when bit i of c is set.
            The first, of the empty coalition, is 0.
        unit: What the values are counted in.
    """

    name: str
    title: str
    story: str
    players: tuple[str, ...]
    values: tuple[float, ...]
    unit: str

    @property
    def table(self) -> TableGame:
        """The game as the engine plays it, in float64."""
        return TableGame(torch.tensor(self.values, dtype=torch.float64))

    @property
    def grand(self) -> float:
        """The value of everybody together, v(N)."""
        return self.values[-1]


def by_coalition(
    name: str,
    title: str,
    story: str,
    players: tuple[str, ...],
    value: Callable[[Sequence[int]], float],
    *,
    unit: str,
) -> LabGame:
    """Return the game that values every coalition, a list of player numbers, by a function."""
    values = tuple(
        float(value([player for player in range(len(players)) if number >> player & 1]))
        for number in range(2 ** len(players))
    )
    return LabGame(name, title, story, players, values, unit)


def one_line(text: str) -> str:
    """Return the text with every run of white space, line breaks too, made one space."""
    return " ".join(text.split())


def check_size(players: int) -> None:
    """Raise InputError for a number of players the lab does not take."""
    if not 1 <= players <= PLAYER_LIMIT:
        raise InputError(
            f"a game of the lab has 1 to {PLAYER_LIMIT} players, got {players}, so that every "
            "coalition can be listed; choose a number in between"
        )


def check_seed(seed: int) -> None:
    """Raise InputError for a seed that is negative or beyond 2^31."""
    if not 0 <= seed < 2**31:
        raise InputError(f"a seed must be from 0 to {2**31 - 1}, got {seed}; choose another")


def check_temperature(temperature: float) -> None:
    """Raise InputError for a temperature that is not positive and finite."""
    if not (math.isfinite(temperature) and temperature > 0):
        raise InputError(
            f"a temperature must be positive and finite, got {temperature}; try {TEMPERATURE}"
        )
