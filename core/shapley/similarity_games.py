"""Games of a similarity matrix: what a coalition of contexts is worth to each target.

Paper: a coalition is worth its expected semantic similarity to the target. Ours: what that
expectation is. `SoftmaxMeanGame` weighs each member by a softmax of its own similarity and is the
project's game; a high temperature makes it the mean, a low one the maximum. The others are its
limits and its relatives, each with its own exact method.
"""

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import softplus
from typing_extensions import override

from core.errors import InputError
from core.shapley.closed_form import max_values, mean_values
from core.shapley.games import Exact, Game, check_numbers
from core.shapley.log_sum_exp import log_sum_exp_quadrature
from core.shapley.running_sums import in_order, running_sums
from core.shapley.softmax_mean import softmax_mean_quadrature

# A little further down a float32 weight is subnormal: prefix sums would lose their small members.
_LARGEST_WEIGHT_EXPONENT = 80.0
# Similarities this many temperatures away from 0 leave no room for differences, even in float64.
_LARGEST_LOGIT = 1e12


@dataclass(frozen=True)
class SimilarityGame(Game):
    """A game in which every player has one similarity to every target.

    Attributes:
        similarity: Shape (n, T).
    """

    similarity: Tensor

    def __post_init__(self) -> None:
        shape = tuple(self.similarity.shape)
        if len(shape) != 2:
            raise InputError(f"similarity must be of shape (players, targets), got {shape}")
        if shape[0] == 0:
            raise InputError("similarity has no players, so there is no game; give at least one")

    @property
    @override
    def players(self) -> int:
        return self.similarity.shape[0]

    @property
    @override
    def targets(self) -> int:
        return self.similarity.shape[1]

    @property
    @override
    def device(self) -> torch.device:
        return self.similarity.device

    @property
    @override
    def dtype(self) -> torch.dtype:
        return self.similarity.dtype

    @override
    def single_values(self) -> Tensor:
        """Return the similarities: alone, a player is worth its own, unless a game says more."""
        return self.similarity

    @override
    @abstractmethod
    def prefix_values(self, permutations: Tensor) -> Tensor:
        """Return the value of every prefix by one running sum, shape (P, k, T)."""

    @override
    def cast(self, dtype: torch.dtype, device: torch.device) -> Self:
        return replace(self, similarity=self.similarity.to(device, dtype))

    @override
    def split(self, width: int) -> Iterator[Self]:
        if width >= self.targets:
            yield self
            return
        for block in self.similarity.split(width, dim=1):
            yield replace(self, similarity=block)

    @override
    def check(self) -> None:
        check_numbers(self.similarity, "similarity")


@dataclass(frozen=True)
class SumGame(SimilarityGame):
    """A coalition is worth the sum of its members' similarities; everybody gets their own."""

    name = "sum"

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        return coalitions.to(self.dtype) @ self.similarity

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        return running_sums(self.similarity, permutations)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        del tolerance
        return Exact(self.similarity.clone(), "closed_form")


@dataclass(frozen=True)
class MeanGame(SimilarityGame):
    """A coalition is worth the mean similarity of its members."""

    name = "mean"

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        members = coalitions.to(self.dtype)  # (C, n)
        return members @ self.similarity / members.sum(dim=1, keepdim=True).clamp(min=1)

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        sizes = torch.arange(1, permutations.shape[1] + 1, device=self.device, dtype=self.dtype)
        return running_sums(self.similarity, permutations) / sizes.unsqueeze(1)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        del tolerance
        return Exact(mean_values(self.similarity), "closed_form")


@dataclass(frozen=True)
class MaxGame(SimilarityGame):
    """A coalition is worth the similarity of its best member."""

    name = "max"

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        is_member = coalitions.unsqueeze(2)  # (C, n, 1)
        best = self.similarity.masked_fill(~is_member, -torch.inf).amax(dim=1)  # (C, T)
        return best.masked_fill(~coalitions.any(dim=1, keepdim=True), 0.0)

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        best = in_order(self.similarity, permutations).cummax(dim=0).values  # (k, P, T)
        return best.transpose(0, 1)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        del tolerance
        return Exact(max_values(self.similarity), "closed_form")


@dataclass(frozen=True)
class TemperatureGame(SimilarityGame):
    """A game whose members are weighed by exp(similarity / temperature).

    Attributes:
        temperature: In units of similarity.
    """

    temperature: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.temperature > 0 and math.isfinite(self.temperature)):
            raise InputError(f"temperature must be positive and finite, got {self.temperature}")

    @override
    def check(self) -> None:
        largest = check_numbers(self.similarity, "similarity")
        if largest > _LARGEST_LOGIT * self.temperature:
            raise InputError(
                f"temperature {self.temperature:g} is too low for similarities up to "
                f"{largest:g}; raise it"
            )


@dataclass(frozen=True)
class SoftmaxMeanGame(TemperatureGame):
    """A coalition is worth the softmax-weighted mean similarity of its members.

    v(S) = sum_{i in S} p_i s_i with p_i = exp(s_i / temperature) / sum_{k in S} of the same.
    """

    name = "softmax_mean"

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        logits = self._logits(self.similarity)  # (n, T)
        if _vanishes(logits):
            return self._masked_values(coalitions)
        weights, members = logits.exp(), coalitions.to(self.dtype)
        is_empty = ~coalitions.any(dim=1, keepdim=True)  # (C, 1)
        return members @ (weights * self.similarity) / (members @ weights + is_empty)  # (C, T)

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        """Return the value of every prefix by two running sums, shape (P, k, T).

        Where the weights leave the range of floating point, running log-sum-exps in float64 take
        the place of the sums.
        """
        logits = self._logits(self.similarity)  # (n, T)
        if _vanishes(logits):
            return self._log_prefixes(permutations).to(self.dtype)
        weights = logits.exp()
        both = torch.cat((weights * self.similarity, weights), dim=1)  # (n, 2 T)
        numerator, denominator = running_sums(both, permutations).chunk(2, dim=2)
        return numerator / denominator  # (P, k, T)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        values = softmax_mean_quadrature(self.similarity, self.temperature, tolerance)
        return Exact(values, "quadrature")

    def _logits(self, similarity: Tensor) -> Tensor:
        return (similarity - similarity.detach().amax(dim=0)) / self.temperature

    def _masked_values(self, coalitions: Tensor) -> Tensor:
        """Return coalition values (C, T) by a softmax over the members of each coalition."""
        is_member = coalitions.unsqueeze(2)  # (C, n, 1)
        # A softmax over nobody is NaN: the empty coalition keeps every logit, and loses them below.
        has_logit = is_member | ~is_member.any(dim=1, keepdim=True)
        logits = (self.similarity / self.temperature).masked_fill(~has_logit, -torch.inf)
        weights = logits.softmax(dim=1) * is_member  # (C, n, T)
        return (weights * self.similarity).sum(dim=1)

    def _log_prefixes(self, permutations: Tensor) -> Tensor:
        """Return prefix values (P, k, T) without ever leaving the logarithm of a weight."""
        similarity = self.similarity.double()
        # Lifted similarities are at least 1, so they have a logarithm, and it has a gradient.
        offset = similarity.detach().amin(dim=0) - 1  # (T,)
        logits = self._logits(similarity)
        numerator = in_order(logits + (similarity - offset).log(), permutations)  # (k, P, T)
        denominator = in_order(logits, permutations)
        values = (numerator.logcumsumexp(dim=0) - denominator.logcumsumexp(dim=0)).exp() + offset
        return values.transpose(0, 1)


@dataclass(frozen=True)
class LogSumExpGame(TemperatureGame):
    """A coalition is worth a smooth count of its similar members.

    v(S) = temperature * log(1 + sum_{i in S} exp(s_i / temperature)), which never falls when a
    member joins: the monotone relative of the softmax mean.
    """

    name = "log_sum_exp"

    @override
    def coalition_values(self, coalitions: Tensor) -> Tensor:
        logits = self.similarity / self.temperature  # (n, T)
        masked = logits.masked_fill(~coalitions.unsqueeze(2), -torch.inf)  # (C, n, T)
        nothing = torch.zeros_like(masked[:, :1])  # the 1 beside the sum
        return self.temperature * torch.cat((nothing, masked), dim=1).logsumexp(dim=1)

    @override
    def single_values(self) -> Tensor:
        return self.temperature * softplus(self.similarity / self.temperature)

    @override
    def prefix_values(self, permutations: Tensor) -> Tensor:
        running = in_order(self.similarity / self.temperature, permutations).logcumsumexp(dim=0)
        values = torch.logaddexp(running, torch.zeros_like(running))  # (k, P, T)
        return self.temperature * values.transpose(0, 1)

    @override
    def exact_values(self, tolerance: float) -> Exact:
        values = log_sum_exp_quadrature(self.similarity, self.temperature, tolerance)
        return Exact(values, "quadrature")


def _vanishes(logits: Tensor) -> bool:
    """Return whether a weight exp(logit) leaves the range of floating point."""
    return bool(logits.numel()) and float(logits.detach().amin()) < -_LARGEST_WEIGHT_EXPONENT


SIMILARITY_GAMES: dict[str, type[SimilarityGame]] = {
    game.name: game for game in (SumGame, MeanGame, MaxGame, SoftmaxMeanGame, LogSumExpGame)
}
