"""What a coalition of contexts is worth to a target.

Paper: a coalition is worth its expected semantic similarity to the target.
Ours: the expectation weighs each member by a softmax of its own similarity.

    v(S) = sum_{i in S} p_i s_i,   v(empty) = 0,
    p_i = exp(s_i / temperature) / sum_{k in S} exp(s_k / temperature)

A high temperature gives the mean of the members, a low one the best member. A further game joins by
an entry in `GAMES`: enumeration and permutation sampling then work, quadrature once the game brings
a formula for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.shapley.quadrature import softmax_mean_quadrature

# A little further down a float32 weight is subnormal: prefix sums would lose their small members.
_LARGEST_WEIGHT_EXPONENT = 80.0


@dataclass(frozen=True)
class Game:
    """A value function over coalitions of n players, played once per target.

    Attributes:
        name: The name by which `shapley_values(game=...)` finds it.
        coalition_values: `(similarity (n, T), coalitions (C, n) bool, temperature) -> (C, T)`: the
            value of each coalition; 0 for the empty one.
        prefix_values: `(similarity (n, T), permutations (P, n), temperature) -> (P, n, T)`: the
            value of the first 1, 2, ..., n players of each permutation. Orders of fewer players,
            (P, k), are valued likewise, (P, k, T).
        quadrature_values: `(similarity (n, T), temperature, tolerance) -> (n, T)`: the Shapley
            values by numerical integration; None when the game has no such formula.
    """

    name: str
    coalition_values: Callable[[Tensor, Tensor, float], Tensor]
    prefix_values: Callable[[Tensor, Tensor, float], Tensor]
    quadrature_values: Callable[[Tensor, float, float], Tensor] | None = None


def softmax_mean_coalitions(similarity: Tensor, coalitions: Tensor, temperature: float) -> Tensor:
    """Return the softmax-weighted mean similarity of each coalition.

    Args:
        similarity: Context-target similarity, shape (n, T).
        coalitions: Membership of C coalitions, shape (C, n), bool.
        temperature: Softmax temperature, in units of similarity.

    Returns:
        Coalition values, shape (C, T).
    """
    is_member = coalitions.unsqueeze(2)  # (C, n, 1)
    # A softmax over nobody is NaN: the empty coalition keeps every logit and loses them in the sum.
    has_logit = is_member | ~is_member.any(dim=1, keepdim=True)
    logits = (similarity / temperature).masked_fill(~has_logit, -torch.inf)  # (C, n, T)
    weights = logits.softmax(dim=1) * is_member
    return (weights * similarity).sum(dim=1)  # (C, T)


def softmax_mean_prefixes(similarity: Tensor, permutations: Tensor, temperature: float) -> Tensor:
    """Return the softmax-weighted mean similarity of every prefix of every permutation.

    Prefix sums give all n prefixes in one pass. Where the weights leave the range of floating
    point, running log-sum-exps in float64 take their place.

    Args:
        similarity: Context-target similarity, shape (n, T).
        permutations: Player orders shared by all targets, shape (P, n), integer.
        temperature: Softmax temperature, in units of similarity.

    Returns:
        Prefix values, shape (P, n, T).
    """
    highest = similarity.detach().amax(dim=0)  # (T,)
    logits = (similarity - highest) / temperature
    if bool((logits < -_LARGEST_WEIGHT_EXPONENT).any()):
        values = _log_prefixes(similarity.double(), permutations, temperature)
        return values.to(similarity.dtype)
    weights = logits.exp()
    numerator = _in_order(weights * similarity, permutations).cumsum(dim=1)  # (P, n, T)
    return numerator / _in_order(weights, permutations).cumsum(dim=1)


def _log_prefixes(similarity: Tensor, permutations: Tensor, temperature: float) -> Tensor:
    """Return prefix values (P, n, T) without ever leaving the logarithm of a weight."""
    # Lifted similarities are at least 1, so that they have a logarithm and it has a gradient.
    offset = similarity.detach().amin(dim=0) - 1  # (T,)
    logits = (similarity - similarity.detach().amax(dim=0)) / temperature
    numerator = _in_order(logits + (similarity - offset).log(), permutations)  # (P, n, T)
    denominator = _in_order(logits, permutations)
    return (numerator.logcumsumexp(dim=1) - denominator.logcumsumexp(dim=1)).exp() + offset


def _in_order(values: Tensor, permutations: Tensor) -> Tensor:
    """Return the rows of `values` (n, T) in the order of each permutation, shape (P, n, T)."""
    # index_select is several times faster on a CPU than indexing with a tensor.
    return values.index_select(0, permutations.reshape(-1)).view(
        *permutations.shape, values.shape[1]
    )


GAMES = {
    "softmax_mean": Game(
        "softmax_mean",
        softmax_mean_coalitions,
        softmax_mean_prefixes,
        quadrature_values=softmax_mean_quadrature,
    )
}
