"""The four axioms, checked with numbers; and rules that break one of them each."""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from core.errors import InputError
from core.explain.faithfulness import leave_one_out
from core.lab.small_game import LabGame
from core.lab.walk import arrival_order
from core.shapley.coalitions import all_coalitions, weigh
from core.shapley.interactions import banzhaf_values

_Divide = Callable[[Tensor], Tensor]  # coalition values (2^n,) -> shares (n,)
_ROUNDING = 1e-9  # relative to the largest value

# name -> the rule in one sentence
RULES: Mapping[str, str] = MappingProxyType(
    {
        "shapley": "The mean of what a player adds, over all orders of arrival.",
        "banzhaf": "The mean of what a player adds, over all coalitions of the others.",
        "leave_one_out": "What is lost when the player leaves everybody: the last arrival only.",
        "first_arrival": "What the player earns alone: the first arrival only.",
        "equal": "The same share of the total for everybody.",
        "one_order": "What the player adds in one order of arrival, drawn by lot.",
        "rescaled_banzhaf": "The Banzhaf values, stretched until they add up to the total.",
    }
)


@dataclass(frozen=True)
class Axiom:
    """Whether a rule keeps one axiom in one game.

    Attributes:
        name: "efficiency", "symmetry", "null player" or "additivity".
        holds: The gap is only rounding.
        gap: How far the rule is off, in units of the game.
        words: The two numbers that should be equal, in a sentence.
    """

    name: str
    holds: bool
    gap: float
    words: str


def rule_values(game: LabGame, rule: str, share: float = 1.0, seed: int = 0) -> tuple[float, ...]:
    """Return what each player gets: (1 - share) times Shapley plus share times the rule.

    Args:
        game: The game.
        rule: Key of `RULES`.
        share: 0 (Shapley) to 1 (the rule).
        seed: Of the order that "one_order" draws.

    Raises:
        InputError: The rule is unknown or the share outside [0, 1].
    """
    divide = _divider(game, rule, share, seed)
    return tuple(divide(game.table.values.squeeze(1)).tolist())


def check_axioms(game: LabGame, rule: str, share: float = 1.0, seed: int = 0) -> list[Axiom]:
    """Return whether efficiency, symmetry, null player and additivity hold, in this order.

    A game without equal players gets a copy of one, and every game an onlooker who adds nothing and
    a second game to be added, drawn from the seed: each axiom always has something to say.

    Raises:
        InputError: The rule is unknown or the share outside [0, 1].
    """
    divide = _divider(game, rule, share, seed)
    values = game.table.values.squeeze(1)  # (2^n,)
    checks = (
        ("efficiency", _efficiency(values, divide)),
        ("symmetry", _symmetry(game, values, divide)),
        ("null player", _null_player(game, values, divide)),
        ("additivity", _additivity(game, values, divide, seed)),
    )
    tolerance = _ROUNDING * _scale(values)
    return [Axiom(name, gap <= tolerance, gap, words) for name, (gap, words) in checks]


def _divider(game: LabGame, rule: str, share: float, seed: int) -> _Divide:
    """Return the rule as a function of a table (2^n,), for this game and ones with more players."""
    if rule not in RULES:
        raise InputError(f"there is no rule '{rule}'; choose one of: {', '.join(RULES)}")
    if not 0 <= share <= 1:
        raise InputError(f"share must be from 0 (Shapley) to 1 (the rule), got {share}")
    order = arrival_order(game, seed, 0)

    def divide(values: Tensor) -> Tensor:
        fair = weigh(values.unsqueeze(1)).squeeze(1)
        if rule == "shapley":
            return fair
        return (1 - share) * fair + share * _by_rule(values, rule, order)

    return divide


def _by_rule(values: Tensor, rule: str, order: Sequence[int]) -> Tensor:
    """Return what every player gets by any rule but Shapley's, shape (n,)."""
    players = len(values).bit_length() - 1
    bits = 2 ** torch.arange(players)  # (n,)
    if rule == "leave_one_out":
        return leave_one_out(values)
    if rule == "first_arrival":
        return values[bits]
    if rule == "equal":
        return values[-1].expand(players) / players
    if rule == "one_order":
        # Players added to the game arrive last.
        arrivals = torch.tensor([*order, *range(len(order), players)])
        reached = torch.cat((values[:1], values[bits[arrivals].cumsum(dim=0)]))  # (n + 1,)
        return torch.empty_like(values[bits]).index_copy(0, arrivals, reached.diff())
    swings = banzhaf_values(values.unsqueeze(1)).squeeze(1)
    if rule == "banzhaf":
        return swings
    total = swings.sum()
    # Nothing stretches values that add up to 0.
    return swings if total == 0 else swings * (values[-1] / total)


def _efficiency(values: Tensor, divide: _Divide) -> tuple[float, str]:
    paid, earned = float(divide(values).sum()), float(values[-1])
    return abs(paid - earned), (
        f"Everybody together earns {_amount(earned)}; the shares add up to {_amount(paid)}."
    )


def _symmetry(game: LabGame, values: Tensor, divide: _Divide) -> tuple[float, str]:
    """Compare equal players: those of the game, and whoever gets most with an added copy."""
    shares = divide(values)
    found = [
        (
            float(shares[i]),
            float(shares[j]),
            f"“{game.players[i]}” and “{game.players[j]}” add the same",
        )
        for i, j in _equal_players(values)
    ]
    first = int(shares.abs().argmax())
    both = divide(_with_copy(values, first))
    found.append((float(both[first]), float(both[-1]), f"A copy of “{game.players[first]}” joins"))
    one, other, who = max(found, key=lambda pair: abs(pair[0] - pair[1]))
    return abs(one - other), f"{who}; the two get {_amount(one)} and {_amount(other)}."


def _null_player(game: LabGame, values: Tensor, divide: _Divide) -> tuple[float, str]:
    """Look at those who add nothing: any in the game, and an added onlooker."""
    shares = divide(values)
    found = [(float(shares[i]), f"“{game.players[i]}”") for i in _null_players(values)]
    # The onlooker's bit is the highest, so with it the table repeats.
    found.append((float(divide(torch.cat((values, values)))[-1]), "An onlooker"))
    share, who = max(found, key=lambda pair: abs(pair[0]))
    return abs(share), f"{who} adds nothing to any coalition and gets {_amount(share)}."


def _additivity(game: LabGame, values: Tensor, divide: _Divide, seed: int) -> tuple[float, str]:
    """Play a second, random game apart and together with the first."""
    draw = random.Random(seed)
    scale = _scale(values)
    drawn = [0.0, *(draw.uniform(0, scale) for _ in range(len(values) - 1))]
    second = torch.tensor(drawn, dtype=values.dtype)
    apart = divide(values) + divide(second)  # (n,)
    together = divide(values + second)
    worst = int((apart - together).abs().argmax())
    one, other = float(apart[worst]), float(together[worst])
    return abs(one - other), (
        f"With a second game “{game.players[worst]}” gets {_amount(one)} when both are divided "
        f"one by one, and {_amount(other)} when they are divided together."
    )


def _equal_players(values: Tensor) -> list[tuple[int, int]]:
    """Return the pairs of players that add the same to every coalition of the others."""
    coalitions = all_coalitions(len(values).bit_length() - 1)  # (2^n, n)
    pairs = itertools.combinations(range(coalitions.shape[1]), 2)
    return [
        (i, j)
        for i, j in pairs
        if _agree(
            values[coalitions[:, i] & ~coalitions[:, j]],
            values[~coalitions[:, i] & coalitions[:, j]],
        )
    ]


def _null_players(values: Tensor) -> list[int]:
    """Return the players that add nothing to any coalition."""
    coalitions = all_coalitions(len(values).bit_length() - 1)  # (2^n, n)
    return [
        i
        for i in range(coalitions.shape[1])
        if _agree(values[coalitions[:, i]], values[~coalitions[:, i]])
    ]


def _agree(values: Tensor, others: Tensor) -> bool:
    """Return whether two tables differ by rounding at most."""
    return torch.allclose(
        values, others, rtol=0.0, atol=_ROUNDING * _scale(torch.cat((values, others)))
    )


def _scale(values: Tensor) -> float:
    """Return the largest amount in a table, 1 where all are 0."""
    return float(values.abs().max()) or 1.0


def _with_copy(values: Tensor, player: int) -> Tensor:
    """Return the table (2^(n+1),) of the game in which a copy of the player stands in for it."""
    numbers = torch.arange(len(values))
    return torch.cat((values, values[numbers | 1 << player]))


def _amount(value: float) -> str:
    return f"{round(value, 4) + 0.0:g}"
