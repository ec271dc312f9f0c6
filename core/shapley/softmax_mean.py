"""Shapley values of the softmax-mean game by quadrature, at any number of players.

Ours. With w_k = exp((s_k - max s) / temperature) and 1 / W = integral of exp(-lambda W) d lambda,
the grid of `quadrature` gives the value of player i as

    s_i / n + integral over q in [0, 1] and u = log lambda of G beta_i sum_k alpha_k (s_i - s_k),
    alpha_k = q x_k exp(-x_k) / g_k,   beta_k = (1 - exp(-x_k)) / g_k.

Only differences of similarities enter: equal ones are exact, a common offset costs nothing.

Where to evaluate, with W the sum of the weights, of which the largest is 1, and f in units of the
spread of the similarities:

* f = q lambda^2 w_i sum_k w_k (s_i - s_k) up to q W (W + 1.5) lambda^3, for each of G / (g_i g_k),
  (1 - exp(-x_i)) / x_i and exp(-x_k) is within [1 - lambda (W + 1.5), 1]. What `nodes` does at the
  left end therefore errs by at most 5 / 12 W (W + 1.5) lambda_0^3.
* |f| <= q sum_k x_k exp(-x_k), so what lies right of lambda_1 is at most
  n exp(-lambda_1 w_min) / 2.
* At Im u = d every exp(-x_k) shrinks in modulus to exp(-|x_k| cos d); the integral of |f| is then
  at most 2 / cos d times the probability that a coalition is not empty.
* |1 - q c| is convex in c, hence, for complex q too, the integral of f over u is at most
  |q| sum_{j < n-1} |1 - q|^j.
"""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.shapley.nodes import Nodes, choose_nodes, quarter
from core.shapley.quadrature import Block, blocks, working_dtype


def softmax_mean_quadrature(similarity: Tensor, temperature: float, tolerance: float) -> Tensor:
    """Return the Shapley values of the softmax-mean game, each within `tolerance`.

    The cost is O(n T) per node. The number of nodes grows with log(1 / tolerance) and with the
    spread of the similarities over the temperature, hardly with n. The gradient is that of the sum
    over the nodes; its error is of the order of tolerance * (1 + 1 / temperature).

    Args:
        similarity: Context-target similarity, shape (n, T), finite, float32 or float64.
        temperature: Softmax temperature, in units of similarity.
        tolerance: Largest absolute error of a value. Computed in float32 only where that suffices.

    Returns:
        Shapley values, shape (n, T), in the dtype of `similarity`.

    Raises:
        InputError: The tolerance or the temperature is too small for the similarities' spread.
    """
    players = similarity.shape[0]
    if players == 1 or similarity.numel() == 0:
        return similarity.clone()
    fixed = similarity.detach().double()
    highest = fixed.amax(dim=0)  # (T,)
    widest = (highest - fixed.amin(dim=0)).amax()
    heaviest = ((fixed - highest) / temperature).exp().sum(dim=0).amax()
    spread, weight_sum = torch.stack((widest, heaviest)).tolist()
    # Equal similarities need no nodes, but their gradient does: no spread counts as below 1.
    relative = tolerance / max(1.0, spread)
    log_range = spread / temperature
    nodes = _nodes(players, log_range=log_range, weight_sum=weight_sum, tolerance=relative)
    dtype = working_dtype(similarity.dtype, tolerance=relative, log_range=log_range)
    working = similarity.to(dtype)
    # torch declares no types for apply.
    correction: Tensor = _Integral.apply(working, temperature, nodes)  # type: ignore[no-untyped-call]
    return (working / players + correction).to(similarity.dtype)


class _Integral(torch.autograd.Function):
    """phi - s / n, summed block by block; the gradient recomputes instead of storing the blocks."""

    @staticmethod
    def forward(ctx: Any, similarity: Tensor, temperature: float, nodes: Nodes) -> Tensor:
        ctx.save_for_backward(similarity)
        ctx.temperature, ctx.nodes = temperature, nodes
        centred = similarity - similarity.amax(dim=0)
        values = torch.zeros_like(centred)
        for block in blocks(centred / temperature, nodes):
            s = centred[:, block.targets]
            scale = block.share * block.product  # (U, m, T)
            slope = block.over_shares(scale * block.over_players(block.pull))  # (U, n, T)
            level = block.over_shares(scale * block.over_players(block.pull * s))
            values[:, block.targets] += (block.joined * (slope * s - level)).sum(dim=0)
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        (similarity,) = ctx.saved_tensors
        centred = similarity - similarity.amax(dim=0)
        gradient = torch.zeros_like(centred)
        for block in blocks(centred / ctx.temperature, ctx.nodes):
            s, y = centred[:, block.targets], upstream[:, block.targets]
            gradient[:, block.targets] += _gradient(block, s, y, ctx.temperature)
        return gradient, None, None


def _gradient(block: Block, s: Tensor, y: Tensor, temperature: float) -> Tensor:
    """Return the gradient of sum_i y_i phi_i towards s over a block, less y / n, shape (n, T).

    With A = sum alpha_k, C = sum alpha_k s_k, Y = sum y_k beta_k and Z = sum y_k beta_k s_k, a node
    adds V = G (A Z - C Y). A similarity enters V as itself and, over the temperature, by log x_k.
    The derivatives by log x_k are -alpha_k of log G, alpha_k / (q g_k) of beta_k, and
    alpha_k (1 - x_k + alpha_k) of alpha_k.
    """
    q, product, pull = block.share, block.product, block.pull
    y_joined = y * block.joined
    a = q * block.over_players(pull)  # A, (U, m, T), as are the next three
    c = q * block.over_players(pull * s)
    y_sum = block.over_players(y_joined)
    z_sum = block.over_players(y_joined * s)
    y_shares = block.over_shares(product * q * y_sum)  # (U, n, T), as is all that follows
    z_shares = block.over_shares(product * q * z_sum)
    by_similarity = y_joined * block.over_shares(product * a) - pull * y_shares
    by_product = block.over_shares(product * q * (c * y_sum - a * z_sum))
    slope, level = (block.over_shares_squared(product * part) for part in (a, c))
    by_beta = y * (slope * s - level)
    z_square, y_square = (
        block.over_shares_squared(product * q * q * part) for part in (z_sum, y_sum)
    )
    by_alpha = (1 - block.x) * (z_shares - s * y_shares) + pull * (z_square - s * y_square)
    by_log_x = pull * (by_product + by_beta + by_alpha)
    return (by_similarity + by_log_x / temperature).sum(dim=0)


def _nodes(players: int, *, log_range: float, weight_sum: float, tolerance: float) -> Nodes:
    """Return the nodes for an error of `tolerance` times the spread.

    Args:
        players: Number of players n, at least 2.
        log_range: Largest spread of the similarities to one target, divided by the temperature.
        weight_sum: Largest sum of the weights to one target.
        tolerance: Error allowed in a Shapley value, divided by the spread.
    """
    budget = quarter(tolerance)
    return choose_nodes(
        players,
        first=math.log(12 / 5 * budget / (weight_sum * (weight_sum + 1.5))) / 3,
        last=log_range + math.log(math.log(players / (2 * budget))),
        order=2,
        strip_bound=2.0,
        share_bound=_share_bound,
        budget=budget,
    )


def _share_bound(shares: NDArray[np.complex128], players: int) -> NDArray[np.float64]:
    """Return |q| sum_{j < n-1} |1 - q|^j for complex q."""
    # The sum in closed form, with |1 - q| = 1 + excess, which must not meet 0 / 0.
    excess = np.abs(1 - shares) - 1
    excess = np.where(np.abs(excess) < 1e-8, 1e-8, excess)
    powers = np.expm1((players - 1) * np.log1p(excess)) / excess
    return np.asarray(np.abs(shares) * powers, dtype=np.float64)
