"""The cosine game: a coalition is worth the cosine of its mean embedding and the target.

Ours, as one reading of "the expected similarity of a coalition". No formula for its Shapley values
is known, but they are linear in the similarities: phi = A S, where the n x n operator A depends on
the players' Gram matrix alone and so serves all targets. Lengths and inner products are all that
matters; the embeddings themselves are gone after two matrix products.

Beyond the players that A can be enumerated for, a proxy that is worth the same but for replacing
every inner product by its mean serves as control variate: with a and b the means on and off the
Gram matrix' diagonal, v0(S) = (|S| a + |S| (|S| - 1) b)^(-1/2) sum_{i in S} s_i.
"""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from core.errors import InputError
from core.shapley.coalitions import PLAYER_LIMIT, all_coalitions, shapley_weights
from core.shapley.games import Exact, Game, check_numbers
from core.shapley.running_sums import running_sums
from core.shapley.similarity_games import SimilarityGame

# A squared length below this is a mean of vectors that cancel: no direction, so no cosine.
_SMALLEST_SQUARE = 1e-12


@dataclass(frozen=True)
class CosineMeanGame(SimilarityGame):
    """The cosine of the members' mean embedding and the target.

    Attributes:
        similarity: Inner products of players and unit targets, shape (n, T).
        gram: Inner products of the players, shape (n, n).
    """

    gram: Tensor

    name = "cosine_mean"

    @classmethod
    def of(cls, players: Tensor, targets: Tensor) -> Self:
        """Make the game of embeddings.

        Args:
            players: Shape (n, D); used as they are, so make them unit vectors to weigh all alike.
            targets: Shape (T, D); their length does not matter.
        """
        if players.dim() != 2 or targets.dim() != 2 or players.shape[1] != targets.shape[1]:
            raise InputError(
                "players and targets must be of shape (players, width) and (targets, width), got "
                f"{tuple(players.shape)} and {tuple(targets.shape)}"
            )
        directions = functional.normalize(targets, dim=1)
        return cls(players @ directions.T, players @ players.T)

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        members = coalitions.to(self.dtype)  # (C, n)
        squares = ((members @ self.gram) * members).sum(dim=1, keepdim=True)  # (C, 1)
        return _cosine(members @ self.similarity, squares)

    @override
    def single_values(self) -> Tensor:
        return _cosine(self.similarity, self.gram.diagonal().unsqueeze(1))

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        sums = running_sums(self.similarity, permutations)  # (P, k, T)
        rows = self.gram.index_select(0, permutations.reshape(-1)).view(*permutations.shape, -1)
        # Newcomer k adds its own square and twice its product with everybody before it.
        ordered = rows.gather(2, permutations.unsqueeze(1).expand(*permutations.shape, -1))
        before = ordered.tril(-1).sum(dim=2)  # (P, k)
        squares = (2 * before + ordered.diagonal(dim1=1, dim2=2)).cumsum(dim=1)
        return _cosine(sums, squares.unsqueeze(2))

    @override
    def exact_values(self, tolerance: float) -> Exact | None:
        """Return the values by the operator, None beyond the players it is enumerated for."""
        del tolerance
        if self.players > PLAYER_LIMIT:
            return None
        values = shapley_operator(self.gram.double()) @ self.similarity.double()
        return Exact(values.to(self.dtype), "operator", evaluations=2**self.players)

    @override
    def proxy(self) -> Game | None:
        diagonal = self.gram.diagonal().mean()
        pairs = self.players * (self.players - 1)
        others = (self.gram.sum() - self.gram.trace()) / max(1, pairs)
        return SizeProxyGame(self.similarity, _size_factors(self.players, diagonal, others))

    @override
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        return replace(super().cast(dtype, device), gram=self.gram.to(device, dtype))

    @override
    def check(self) -> None:
        super().check()
        check_numbers(self.gram, "the Gram matrix")


@dataclass(frozen=True)
class SizeProxyGame(SimilarityGame):
    """A coalition is worth a factor of its size times its members' similarities.

    Attributes:
        factors: g(0), ..., g(n), shape (n + 1,).
    """

    factors: Tensor

    name = "size_proxy"

    @override
    def single_values(self) -> Tensor:
        return self.factors[1] * self.similarity

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        factor = self.factors[coalitions.sum(dim=1)].unsqueeze(1)  # (C, 1)
        return factor * (coalitions.to(self.dtype) @ self.similarity)

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        factor = self.factors[1 : permutations.shape[1] + 1].unsqueeze(1)  # (k, 1)
        return factor * running_sums(self.similarity, permutations)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        """Return phi_i = alpha s_i + beta sum_{j != i} s_j.

        A newcomer to k others brings g(k + 1) of its own similarity, and changes the factor of what
        was there from g(k) to g(k + 1); j is among the k with probability k / (n - 1).
        """
        del tolerance
        n = self.players
        sizes = torch.arange(n, device=self.device, dtype=self.dtype)  # k = 0 .. n-1
        alpha = self.factors[1:].mean()
        beta = ((self.factors[1:] - self.factors[:-1]) * sizes).mean() / max(1, n - 1)
        others = self.similarity.sum(dim=0) - self.similarity  # (n, T)
        return Exact(alpha * self.similarity + beta * others, "closed_form")

    @override
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        return replace(super().cast(dtype, device), factors=self.factors.to(device, dtype))


def shapley_operator(gram: Tensor) -> Tensor:
    """Return A with phi = A S for the cosine-of-mean game, shape (n, n).

    Args:
        gram: Inner products of the players, shape (n, n).

    Raises:
        InputError: There are more than `PLAYER_LIMIT` players.
    """
    players = len(gram)
    if players > PLAYER_LIMIT:
        raise InputError(f"the operator takes at most {PLAYER_LIMIT} players, got {players}")
    members = all_coalitions(players, device=gram.device).to(gram.dtype)  # (2^n, n)
    squares = ((members @ gram) * members).sum(dim=1, keepdim=True)  # (2^n, 1)
    weights = shapley_weights(players, device=gram.device, dtype=gram.dtype)  # (n, 2^n)
    return weights @ _cosine(members, squares)


def _cosine(products: Tensor, squares: Tensor) -> Tensor:
    """Divide by the length, 0 where there is none."""
    has_length = squares > _SMALLEST_SQUARE
    return torch.where(has_length, products, 0.0) * squares.where(has_length, 1.0).rsqrt()


def _size_factors(players: int, diagonal: Tensor, others: Tensor) -> Tensor:
    """Return (k a + k (k - 1) b)^(-1/2) for k = 0 .. n, 0 where that is no length, (n + 1,)."""
    sizes = torch.arange(players + 1, device=diagonal.device, dtype=diagonal.dtype)
    squares = sizes * diagonal + sizes * (sizes - 1) * others
    return _cosine(torch.ones_like(squares), squares)
