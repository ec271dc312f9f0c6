"""Shapley values as a linear regression on coalitions: paired KernelSHAP.

The Shapley values are the additive game nearest to v, where sizes weigh as the Shapley kernel says
and the values sum to v(N). Asking for every coalition S together with its complement leaves one
equation a pair: phi_i = v(N) / n + psi_i, with psi of sum 0 and

    sum_{i in S} psi_i = (v(S) - v(N - S)) / 2 + whatever depends on the size of S alone.

All targets share the left side, so that one solve serves them all. Ours:

* Single players and their complements are all asked for, only the sizes between drawn at random.
* Columns that the kernel makes orthogonal to membership, and which therefore leave psi alone, take
  up what v owes to the size of S, and to members who count the less the more there are, as in a
  mean. In such games they are worth hundreds of times the samples.
* Where a game has a proxy of known values, only the difference from it is regressed.
"""

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.games import Game
from core.shapley.kernel_design import (
    LARGEST_EXACT,
    regression_columns,
    sample_coalitions,
    single_share,
)

# Added to a column's square: one that says nothing, as in the smallest games, gets coefficient 0.
_RIDGE = 1e-12
# Elements of the (C, n, T) intermediates of a game held at a time: 16 MiB in float32.
_BLOCK_ELEMENTS = 2**22


def pairs_within(budget: int, players: int) -> int:
    """Return how many random pairs a budget pays for beside what a regression asks for first.

    Args:
        budget: Coalition values per target.
        players: Number of players n.

    Raises:
        InputError: The budget does not cover everybody, every player alone, and the complements.
    """
    smallest = 1 + 2 * players
    if budget < smallest:
        raise InputError(
            f"kernel regression on {players} players needs a budget of at least {smallest} "
            f"evaluations, got {budget}; raise it"
        )
    return (budget - smallest) // 2


class KernelRegression:
    """A regression fed with random pairs of coalitions, which can be read after any of them.

    Attributes:
        evaluations: Coalition values asked for so far, per target.
        samples: Random pairs so far: the independent samples behind the standard errors.

    References:
        Lundberg, Lee (2017), arXiv:1705.07874; Covert, Lee (2021), arXiv:2012.01536, on pairs.
    """

    def __init__(self, game: Game, generator: torch.Generator | None = None) -> None:
        """Ask for everybody, for every player alone, and for everybody but that player.

        Args:
            game: The game; its values are computed in its dtype, the regression in float64.
            generator: Source of randomness; None: torch's default generator.
        """
        players = game.players
        self._game, self._generator = game, generator
        everybody = torch.ones(1, players, dtype=torch.bool, device=game.device)
        grand = game.coalition_values(everybody)  # (1, T)
        self._proxy, known = _known_proxy(game)
        # What the proxy does not give out is shared equally before anybody differs: efficiency.
        self._base = known + (grand - known.sum(dim=0)) / players  # (n, T)
        alone = torch.eye(players, dtype=torch.bool, device=game.device)
        rows, right = regression_columns(alone), self._ask(alone).double()
        weight = single_share(players) / players
        self._single_left, self._single_right = weight * rows.T @ rows, weight * rows.T @ right
        self._left = torch.zeros_like(self._single_left)
        self._right = torch.zeros_like(self._single_right)
        self._pairs: list[tuple[Tensor, Tensor]] = []
        self.samples = 0
        self.evaluations = 1 + 2 * players

    @property
    def is_exact(self) -> bool:
        """Whether the values are exact already, because no coalition is left to draw."""
        return self._game.players <= LARGEST_EXACT

    def add(self, pairs: int) -> None:
        """Ask for random coalitions, and for the complement of each; for nothing when exact."""
        if self.is_exact:
            return
        drawn = sample_coalitions(pairs, self._game.players, generator=self._generator)
        drawn = drawn.to(self._game.device)  # (pairs, n)
        rows, right = regression_columns(drawn), self._ask(drawn).double()
        self._left = self._left + rows.T @ rows
        self._right = self._right + rows.T @ right
        self._pairs.append((drawn, right.detach()))
        self.samples += pairs
        self.evaluations += 2 * pairs

    def values(self) -> Tensor:
        """Return the estimate so far, shape (n, T), differentiable; columns sum to v(N)."""
        psi = self._coefficients()[: self._game.players].to(self._base.dtype)
        return self._base + psi - psi.mean(dim=0)

    def standard_error(self) -> Tensor:
        """Return the standard error over the random pairs, shape (n, T), without gradient.

        The sandwich of a regression with unequal noise, each residual taken as if its pair had been
        left out (HC3). 0 where the values are exact; infinite with fewer pairs than players.
        """
        if self.is_exact:
            return torch.zeros_like(self._base)
        if self.samples < self._game.players:
            return torch.full_like(self._base, torch.inf)
        with torch.no_grad():
            drawn, right = (torch.cat(parts) for parts in zip(*self._pairs, strict=True))
            rows = regression_columns(drawn)[:, : self._width]  # (C, width)
            pull: Tensor = self._pair_weight * torch.linalg.solve(self._normal_matrix(), rows.T)
            own_pull = (rows.T * pull).sum(dim=0).unsqueeze(1)  # (C, 1)
            residuals = (right - rows @ self._coefficients()) / (1 - own_pull)  # (C, T)
            pull = pull[: self._game.players]  # (n, C)
            # The single players pull too, so what the random pairs pull does not average to 0.
            offset = (pull @ residuals).square() / self.samples
            squares = (pull.square() @ residuals.square() - offset).clamp(min=0)  # (n, T)
            error = (squares * self.samples / (self.samples - 1)).sqrt()
            return error.to(self._base.dtype)

    @property
    def _pair_weight(self) -> float:
        """Weight of one random pair: together they weigh what the single players leave."""
        return (1 - single_share(self._game.players)) / max(1, self.samples)

    @property
    def _width(self) -> int:
        """How many columns the pairs so far can bear: without the last n there is less to fit."""
        players = self._game.players
        return 2 * players + 2 if self.samples >= 2 * players else players + 2

    def _coefficients(self) -> Tensor:
        """Return the coefficients of the columns in use, psi first, shape (width, T)."""
        right = self._single_right + self._pair_weight * self._right
        solved: Tensor = torch.linalg.solve(self._normal_matrix(), right[: self._width])
        return solved

    def _normal_matrix(self) -> Tensor:
        """Return the matrix of the normal equations, made regular, shape (width, width)."""
        players = self._game.players
        left = self._single_left + self._pair_weight * self._left
        left.diagonal()[players:] += _RIDGE
        left[:players, :players] += 1 / players  # psi of equal parts is no solution but 0
        return left[: self._width, : self._width]

    def _ask(self, coalitions: Tensor) -> Tensor:
        """Return (v(S) - v(N - S)) / 2, less the proxy's, for each coalition, shape (C, T)."""
        block = max(1, _BLOCK_ELEMENTS // max(1, 2 * self._base.numel()))
        halves = []
        for part in coalitions.split(block):
            both = torch.cat((part, ~part))
            values = self._game.coalition_values(both)  # (2C, T)
            if self._proxy is not None:
                values = values - self._proxy.coalition_values(both)
            inside, outside = values.chunk(2)
            halves.append((inside - outside) / 2)
        return torch.cat(halves)


def _known_proxy(game: Game) -> tuple[Game | None, Tensor]:
    """Return the game's proxy and its Shapley values (n, T); None and zeros without one."""
    nothing = torch.zeros(game.players, game.targets, dtype=game.dtype, device=game.device)
    proxy = game.proxy()
    exact = None if proxy is None else proxy.exact_values(torch.finfo(game.dtype).eps)
    return (None, nothing) if exact is None else (proxy, exact.values)
