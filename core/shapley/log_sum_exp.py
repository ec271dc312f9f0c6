"""Shapley values of the log-sum-exp game by quadrature, at any number of players.

Ours. v(S) = temperature * log(1 + W(S)) with W(S) the sum of exp(s_k / temperature). Weights are
divided by a = max(1, their largest), so that log(1 + W) = log(c + W / a) - log c with c = 1 / a.
Frullani's integral log((c + W) / c) = integral of exp(-c lambda) (1 - exp(-lambda W)) / lambda
d lambda makes the grid of `quadrature` give the value of player i as

    temperature * integral over q in [0, 1] and u = log lambda of exp(-c lambda) G beta_i,
    beta_k = (1 - exp(-x_k)) / g_k.

Where to evaluate, in units of the temperature:

* f = lambda w_i up to w_i (c + W + 1) lambda^2, so what `nodes` does at the left end errs by at
  most 3 / 2 (c + W + 1) lambda_0^2.
* f <= exp(-c lambda), so what lies right of lambda_1 = L / c, L >= 1, is at most exp(-L).
* At Im u = d, |1 - exp(-x)| <= (1 - exp(-|x| cos d)) / cos d; Frullani's integral again bounds the
  integral of |f| by log((c + w_i) / c) / cos d <= log(1 + a) / cos d.
* |1 - q c| is convex in c: for complex q too the integral over u is at most
  max(1, |1 - q|)^(n-1) log(1 + a).
"""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import softplus

from core.shapley.nodes import Nodes, choose_nodes, quarter
from core.shapley.quadrature import blocks, working_dtype


def log_sum_exp_quadrature(similarity: Tensor, temperature: float, tolerance: float) -> Tensor:
    """Return the Shapley values of the log-sum-exp game, each within `tolerance`.

    Args:
        similarity: Context-target similarity, shape (n, T), finite, float32 or float64.
        temperature: In units of similarity.
        tolerance: Largest absolute error of a value. Computed in float32 only where that suffices.

    Returns:
        Shapley values, shape (n, T), in the dtype of `similarity`.

    Raises:
        InputError: The tolerance or the temperature is too small for the similarities.
    """
    players = similarity.shape[0]
    if similarity.numel() == 0:
        return similarity.clone()
    logits = similarity / temperature
    if players == 1:
        return temperature * softplus(logits)
    fixed = logits.detach().double()
    # Ours: one scale for all targets, so that one set of nodes serves them.
    log_scale = max(0.0, float(fixed.amax()))
    weight_sum = float((fixed - log_scale).exp().sum(dim=0).amax())
    relative = tolerance / temperature
    nodes = _nodes(players, log_scale=log_scale, weight_sum=weight_sum, tolerance=relative)
    worth = math.log1p(weight_sum) + log_scale  # of everybody, at most
    dtype = working_dtype(
        similarity.dtype, tolerance=relative / max(1.0, worth), log_range=log_scale
    )
    # torch declares no types for apply.
    integral: Tensor = _Integral.apply(logits.to(dtype), log_scale, nodes)  # type: ignore[no-untyped-call]
    return (temperature * integral).to(similarity.dtype)


class _Integral(torch.autograd.Function):
    """phi / temperature, summed block by block; the gradient recomputes the blocks."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, log_scale: float, nodes: Nodes) -> Tensor:
        ctx.save_for_backward(logits)
        ctx.log_scale, ctx.nodes = log_scale, nodes
        values = torch.zeros_like(logits)
        for block in blocks(logits - log_scale, nodes):
            product = block.product * torch.exp(-torch.exp(block.log_rates - log_scale))
            values[:, block.targets] += (block.joined * block.over_shares(product)).sum(dim=0)
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient towards the logits: of log G by log x_k it is -q x_k e^-x_k / g_k."""
        (logits,) = ctx.saved_tensors
        gradient = torch.zeros_like(logits)
        for block in blocks(logits - ctx.log_scale, ctx.nodes):
            product = block.product * torch.exp(-torch.exp(block.log_rates - ctx.log_scale))
            y = upstream[:, block.targets]
            y_sum = block.over_players(y * block.joined)  # (U, m, T)
            own = y * block.over_shares_squared(product)  # (U, n, T)
            others = block.over_shares(product * block.share * y_sum)
            gradient[:, block.targets] += (block.pull * (own - others)).sum(dim=0)
        return gradient, None, None


def _nodes(players: int, *, log_scale: float, weight_sum: float, tolerance: float) -> Nodes:
    """Return the nodes for an error of `tolerance`, in units of the temperature."""
    offset = math.exp(-log_scale)  # c
    largest = log_scale + math.log1p(offset)  # log(1 + a), in units of which the budget is
    budget = quarter(tolerance / largest)
    return choose_nodes(
        players,
        first=math.log(2 / 3 * budget * largest / (offset + weight_sum + 1)) / 2,
        last=log_scale + math.log(max(1.0, -math.log(budget * largest))),
        order=1,
        strip_bound=1.0,
        share_bound=_share_bound,
        budget=budget,
    )


def _share_bound(shares: NDArray[np.complex128], players: int) -> NDArray[np.float64]:
    """Return max(1, |1 - q|)^(n-1) for complex q."""
    return np.asarray(np.maximum(1.0, np.abs(1 - shares)) ** (players - 1), dtype=np.float64)
