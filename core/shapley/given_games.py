"""Games given by the value of every coalition, or by a function that values any."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

import torch
from torch import Tensor
from typing_extensions import override

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT, weigh
from core.shapley.games import Exact, Game, check_numbers


@dataclass(frozen=True)
class TableGame(Game):
    """A game given by the value of every coalition.

    Attributes:
        values: Shape (2^n, T) or (2^n,). Player i is a member of coalition c when bit i of c is
            set, so row 0 is the empty coalition and the last row everybody.
    """

    name = "table"
    values: Tensor

    def __post_init__(self) -> None:
        values = self.values.unsqueeze(1) if self.values.dim() == 1 else self.values
        rows = values.shape[0] if values.dim() == 2 else 0
        if rows < 2 or rows & (rows - 1):
            raise InputError(
                "a table of values needs a row for each of 2^n coalitions, n >= 1; got shape "
                f"{tuple(self.values.shape)}"
            )
        if rows > 2**PLAYER_LIMIT:
            raise InputError(f"a table takes at most {PLAYER_LIMIT} players, got {rows} rows")
        object.__setattr__(self, "values", values)

    @property
    @override
    def players(self) -> int:
        return self.values.shape[0].bit_length() - 1

    @property
    @override
    def targets(self) -> int:
        return self.values.shape[1]

    @property
    @override
    def device(self) -> torch.device:
        return self.values.device

    @property
    @override
    def dtype(self) -> torch.dtype:
        return self.values.dtype

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        """Look the coalitions up, less the value of the empty one."""
        bits = 2 ** torch.arange(self.players, device=self.device)
        rows = (coalitions.to(self.device) * bits).sum(dim=1)  # (C,)
        return self.values.index_select(0, rows) - self.values[0]

    @override
    def exact_values(self, tolerance: float) -> Exact:
        """Weigh the table's rows: everything that enumeration would ask for is known."""
        del tolerance
        values = weigh(self.values)
        return Exact(values, "enumeration", evaluations=len(self.values))

    @override
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        return replace(self, values=self.values.to(device, dtype))

    @override
    def split(self, width: int) -> Iterator["TableGame"]:
        for block in self.values.split(width, dim=1):
            yield replace(self, values=block)

    @override
    def check(self) -> None:
        check_numbers(self.values, "the table of values")


@dataclass(frozen=True)
class FunctionGame(Game):
    """A game given by a function, called with many coalitions at a time.

    Attributes:
        function: `(coalitions (C, n) bool) -> (C,)` or `(C, T)`, floating point.
        size: Number of players n.
        towards: Number of targets T.
        chunk: Most coalitions asked for in one call.
        kind: Precision of the values.
        place: Device of the values; the function is handed coalitions on the device they come from.
    """

    name = "function"
    function: Callable[[Tensor], Tensor]
    size: int
    towards: int = 1
    chunk: int = 4096
    kind: torch.dtype = torch.float64
    place: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    @override
    def players(self) -> int:
        return self.size

    @property
    @override
    def targets(self) -> int:
        return self.towards

    @property
    @override
    def device(self) -> torch.device:
        return self.place

    @property
    @override
    def dtype(self) -> torch.dtype:
        return self.kind

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        """Ask the function, less its value of the empty coalition.

        Raises:
            InputError: What the function returns is of the wrong shape or not finite. What it
                raises itself passes through.
        """
        nobody = torch.zeros(1, self.size, dtype=torch.bool, device=coalitions.device)
        parts = [self._ask(part) for part in torch.cat((nobody, coalitions)).split(self.chunk)]
        values = torch.cat(parts)  # (1 + C, T)
        return values[1:] - values[0]

    def _ask(self, coalitions: Tensor) -> Tensor:
        returned = self.function(coalitions)
        if returned.dim() == 1:
            returned = returned.unsqueeze(1)
        expected = (len(coalitions), self.towards)
        if tuple(returned.shape) != expected:
            raise InputError(
                f"the value function returned shape {tuple(returned.shape)} for "
                f"{expected[0]} coalitions and {expected[1]} targets; return {expected}"
            )
        check_numbers(returned, "what the value function returned")
        return returned.to(self.place, self.kind)

    @override
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        return replace(self, kind=dtype, place=device)

    @override
    def split(self, width: int) -> Iterator["FunctionGame"]:
        del width  # one call answers for all targets
        yield self

    @override
    def check(self) -> None:
        if self.size < 1 or self.towards < 1:
            raise InputError(
                f"a game needs players and targets, got {self.size} and {self.towards}"
            )
