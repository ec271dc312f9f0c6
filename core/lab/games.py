"""The games of the lab by name, and games whose values somebody types."""

import string
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from core.errors import InputError
from core.lab import photo, textbook
from core.lab.small_game import LabGame, check_seed, check_size

__all__ = ["LAB_GAMES", "LabGame", "lab_game", "typed_game"]

TYPED_LIMIT = 5  # 32 values are as many as anybody types
LARGEST_VALUE = 1e12
DEFAULT_PLAYERS = 5
DEFAULT_SEED = 7

LAB_GAMES: Mapping[str, Callable[[int, int], LabGame]] = MappingProxyType(
    {
        "gloves": textbook.gloves,
        "majority": textbook.majority,
        "airport": textbook.airport,
        "best_match": photo.best_match,
        "soft_match": photo.soft_match,
        "additive": textbook.additive,
    }
)


def lab_game(
    name: str,
    players: int = DEFAULT_PLAYERS,
    seed: int = DEFAULT_SEED,
    values: Sequence[float] | None = None,
) -> LabGame:
    """Return the game of that name and size; the same arguments give the same numbers everywhere.

    Args:
        name: Key of `LAB_GAMES`.
        players: Number of players, 1 to 8.
        seed: Of whatever the game draws: seats, lengths, weights, similarities.
        values: Typed values of all coalitions; they take the place of name, players and seed.

    Raises:
        InputError: The name is unknown, the size or the seed out of range, or the values make no
            game.
    """
    if values is not None:
        return typed_game(values)
    builder = LAB_GAMES.get(name)
    if builder is None:
        known = ", ".join(LAB_GAMES)
        raise InputError(f"there is no game '{name}' in the lab; choose one of: {known}")
    check_size(players)
    check_seed(seed)
    return builder(players, seed)


def typed_game(values: Sequence[float]) -> LabGame:
    """Return a game whose 2^n values somebody typed, at most five players.

    Raises:
        InputError: The number of values is not 2, 4, 8, 16 or 32, one is NaN or beyond 1e12, or the
            first, of the empty coalition, is not 0.
    """
    numbers = tuple(float(value) for value in values)
    sizes = [2**players for players in range(1, TYPED_LIMIT + 1)]
    if len(numbers) not in sizes:
        raise InputError(
            f"{len(numbers)} values make no game, because n players form 2^n coalitions; "
            f"give {', '.join(map(str, sizes[:-1]))} or {sizes[-1]} values"
        )
    for number, value in enumerate(numbers):
        if not abs(value) <= LARGEST_VALUE:
            raise InputError(
                f"value {number} is {value}, no amount to share out; give a number up to "
                f"{LARGEST_VALUE:g}"
            )
    if numbers[0] != 0:
        raise InputError(
            f"the first value belongs to the empty coalition, which earns nothing, yet it is "
            f"{numbers[0]:g}; make it 0"
        )
    letters = tuple(string.ascii_uppercase[: len(numbers).bit_length() - 1])
    return LabGame(
        name="typed",
        title="Your own game",
        story="You decide what every coalition earns.",
        players=letters,
        values=numbers,
        unit="points",
    )
