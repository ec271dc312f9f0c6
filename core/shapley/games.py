"""What a coalition is worth: the interface of every game.

A game has n players and is played towards T targets at once: one value function per target, the
same players in all of them. The empty coalition is worth 0; a game whose own v(empty) is not 0
subtracts it, which changes no Shapley value. Games given as a table or a function are in
`given_games`, those of a similarity matrix in `similarity_games`, the cosine of a mean in `cosine`.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.coalitions import prefix_coalitions


class Exact(NamedTuple):
    """Shapley values found without sampling.

    Attributes:
        values: Shape (n, T).
        method: "closed_form", "quadrature", "operator" or "enumeration".
        evaluations: Coalition values computed per target.
    """

    values: Tensor
    method: str
    evaluations: int = 0


class Game(ABC):
    """A value function over coalitions of n players, played once per target.

    Attributes:
        name: The field's name of the game.
    """

    name: ClassVar[str]

    @property
    @abstractmethod
    def players(self) -> int:
        """Number of players, n."""

    @property
    @abstractmethod
    def targets(self) -> int:
        """Number of targets, T."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the values are computed."""

    @property
    @abstractmethod
    def dtype(self) -> torch.dtype:
        """In which precision the values are computed."""

    @abstractmethod
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        """Return what each coalition is worth to each target.

        Args:
            coalitions: Membership of C coalitions, shape (C, n), bool.

        Returns:
            Values, shape (C, T); 0 for the empty coalition.
        """

    def single_values(self) -> Tensor:
        """Return what each player is worth alone, shape (n, T)."""
        alone = torch.eye(self.players, dtype=torch.bool, device=self.device)
        return self.coalition_values(alone)

    def prefix_values(self, permutations: Tensor) -> Tensor:
        """Return what the first 1, 2, ..., k players of each order are worth.

        Args:
            permutations: Orders of all players or of some, shape (P, k), integer.

        Returns:
            Values, shape (P, k, T).
        """
        coalitions = prefix_coalitions(permutations, self.players)  # (P, k, n)
        values: Tensor = self.coalition_values(coalitions.flatten(0, 1))
        return values.view(*permutations.shape, -1)

    def exact_values(self, tolerance: float) -> Exact | None:
        """Return the Shapley values by the game's own exact method, None when it has none.

        Args:
            tolerance: Largest absolute error of a value, where the method is numerical.
        """
        del tolerance
        return None

    def proxy(self) -> "Game | None":
        """Return a game like this one whose values are known in closed form, None if there is none.

        What sampling gets wrong of the proxy, it gets wrong of the game as well: a control variate.
        """
        return None

    @abstractmethod
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        """Return the same game computed in another precision or on another device."""

    @abstractmethod
    def split(self, width: int) -> Iterator["Game"]:
        """Yield the same game towards at most `width` targets at a time, in their order."""

    @abstractmethod
    def check(self) -> None:
        """Raise InputError when the game cannot be played; looks at every number once."""


def check_numbers(numbers: Tensor, what: str) -> float:
    """Return the largest magnitude, or raise InputError unless all numbers are finite floats."""
    if not numbers.is_floating_point():
        raise InputError(f"{what} must be floating point, got {numbers.dtype}; convert it")
    if not numbers.numel():
        return 0.0
    lowest, highest = numbers.detach().aminmax()  # of a NaN, both are NaN
    largest = max(-float(lowest), float(highest))
    if not math.isfinite(largest):
        raise InputError(
            f"{what} holds NaN or infinity, which gives no coalition a value; check the features"
        )
    return largest
