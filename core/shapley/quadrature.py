"""The product grid of the quadrature: every player joins independently, nobody is enumerated.

Ours. Two identities turn an expectation over coalitions into a product over players. A function of
the weight W(S) = sum of w_k over the coalition is written as an integral of exp(-lambda W), which
factorises; and in Owen's multilinear extension the Shapley value is the mean of a player's marginal
contribution when every other player joins with probability q, q uniform on [0, 1]. With

    x_k = lambda w_k,   g_k = 1 - q (1 - exp(-x_k)),   G = product of all g_k

a game's integrand is made of G, 1 / g_k and functions of x_k alone. Leaving a player out divides by
its own g_k >= 1 - q > 0, never by a product, so G may underflow: what it multiplies is then below
any tolerance. `nodes` chooses where to evaluate; `softmax_mean` and `log_sum_exp` integrate.

References:
    Owen (1972), Multilinear extensions of games, doi:10.1287/mnsc.18.5.64.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.shapley.nodes import Nodes

# Elements of the (U, m, n, T) grid held at a time. On a CPU a block should stay in the cache.
_CPU_BLOCK = 2**16
_ACCELERATOR_BLOCK = 2**24
# exp(-exp(6.5)) is 0 in float64: a larger exponent would change nothing, or overflow.
_LARGEST_EXPONENT = 6.5
_SINGLE_PRECISION_TOLERANCE = 1e-4
_SINGLE_PRECISION_RANGE = 80.0


@dataclass(frozen=True)
class Block:
    """The grid for U rates, all m shares, all n players and some of the targets.

    Attributes:
        targets: Which targets, T' of them.
        log_rates: u, shape (U, 1, 1).
        x: Shape (U, n, T').
        joined: 1 - exp(-x), shape (U, n, T').
        pull: x exp(-x), shape (U, n, T').
        share: q, shape (m, 1).
        inverse: 1 / g, shape (U, m, n, T').
        product: G times the weight of the node, shape (U, m, T').
    """

    targets: slice
    log_rates: Tensor
    x: Tensor
    joined: Tensor
    pull: Tensor
    share: Tensor
    inverse: Tensor
    product: Tensor

    def over_players(self, coefficient: Tensor) -> Tensor:
        """Return the sum over players of coefficient (U, n, T') / g, shape (U, m, T')."""
        return (self.inverse * coefficient.unsqueeze(1)).sum(dim=2)

    def over_shares(self, coefficient: Tensor) -> Tensor:
        """Return the sum over shares of coefficient (U, m, T') / g, shape (U, n, T')."""
        return (self.inverse * coefficient.unsqueeze(2)).sum(dim=1)

    def over_shares_squared(self, coefficient: Tensor) -> Tensor:
        """Return the sum over shares of coefficient (U, m, T') / g^2, shape (U, n, T')."""
        return (self.inverse.square() * coefficient.unsqueeze(2)).sum(dim=1)


def blocks(logits: Tensor, nodes: Nodes) -> Iterator[Block]:
    """Yield the grid, block by block, until every rate met every target once.

    Args:
        logits: log w, shape (n, T).
        nodes: Where to evaluate.
    """
    players, targets = logits.shape
    size = _CPU_BLOCK if logits.device.type == "cpu" else _ACCELERATOR_BLOCK
    share = logits.new_tensor(nodes.shares).unsqueeze(1)  # (m, 1)
    share_weights = logits.new_tensor(nodes.share_weights).unsqueeze(1)
    rates = logits.new_tensor(nodes.log_rates).view(-1, 1, 1)  # (all U, 1, 1)
    rate_weights = logits.new_tensor(nodes.rate_weights).view(-1, 1, 1)
    width = min(targets, max(1, size // (len(share) * players)))
    depth = max(1, size // (len(share) * players * width))
    for start in range(0, targets, width):
        chosen = slice(start, start + width)
        for u, weight in zip(rates.split(depth), rate_weights.split(depth), strict=True):
            x = (u + logits[:, chosen]).clamp_(max=_LARGEST_EXPONENT).exp_()  # (U, n, T')
            left_out = torch.exp(-x)
            joined = -torch.expm1(-x)
            factor = (joined.unsqueeze(1) * share.unsqueeze(2)).neg_().add_(1)  # (U, m, n, T')
            product = factor.prod(dim=2) * (share_weights * weight)
            yield Block(chosen, u, x, joined, x * left_out, share, factor.reciprocal_(), product)


def working_dtype(dtype: torch.dtype, *, tolerance: float, log_range: float) -> torch.dtype:
    """Return float32 where it suffices and is asked for, else float64.

    Args:
        dtype: Of the similarities.
        tolerance: Error allowed, in units of the game's values.
        log_range: Largest spread of the log weights.
    """
    suffices = tolerance >= _SINGLE_PRECISION_TOLERANCE and log_range <= _SINGLE_PRECISION_RANGE
    return dtype if suffices else torch.float64
