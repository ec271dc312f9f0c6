"""Games of the textbooks, whose Shapley values are known by heart."""

import random
import string

from core.lab.small_game import LabGame, by_coalition


def gloves(players: int, seed: int) -> LabGame:
    """Return the glove market; nothing is drawn, so the seed changes nothing."""
    del seed
    lefts = (players + 1) // 2
    return by_coalition(
        "gloves",
        "Gloves",
        "Everybody owns one glove, and only a pair of a left and a right one can be sold, for 1 €.",
        tuple(
            f"left glove {i + 1}" if i < lefts else f"right glove {i + 1 - lefts}"
            for i in range(players)
        ),
        lambda members: min(sum(i < lefts for i in members), sum(i >= lefts for i in members)),
        unit="€",
    )


def majority(players: int, seed: int) -> LabGame:
    """Return a vote of parties whose seats are drawn: power is not proportional to seats."""
    draw = random.Random(seed)
    seats = sorted((draw.randint(5, 45) for _ in range(players)), reverse=True)
    half = sum(seats) / 2
    return by_coalition(
        "majority",
        "Majority vote",
        "Parties vote as one; a coalition earns 1 when it holds more than half of all "
        f"{sum(seats)} seats.",
        tuple(
            f"party {letter} ({held} seats)"
            for letter, held in zip(string.ascii_uppercase, seats, strict=False)
        ),
        lambda members: float(sum(seats[i] for i in members) > half),
        unit="power",
    )


def airport(players: int, seed: int) -> LabGame:
    """Return a runway whose cost planes share; lengths are drawn, the shortest first."""
    draw = random.Random(seed)
    lengths = sorted(draw.sample(range(6, 41), players))
    return by_coalition(
        "airport",
        "Airport",
        "Planes share one runway; a group has to pay for the longest one it needs, 1 M€ per 100 m.",
        tuple(
            f"plane {letter} ({length}00 m)"
            for letter, length in zip(string.ascii_uppercase, lengths, strict=False)
        ),
        lambda members: max((lengths[i] for i in members), default=0),
        unit="M€",
    )


def additive(players: int, seed: int) -> LabGame:
    """Return a game in which nobody helps or hinders anybody; baskets are drawn."""
    draw = random.Random(seed)
    baskets = [draw.randint(1, 9) for _ in range(players)]
    names = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hal")
    return by_coalition(
        "additive",
        "Apple picking",
        "Everybody fills an own basket, and a group brings home the sum.",
        tuple(f"{name} ({kg} kg)" for name, kg in zip(names, baskets, strict=False)),
        lambda members: sum(baskets[i] for i in members),
        unit="kg",
    )
