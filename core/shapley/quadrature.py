"""Shapley values of the softmax-mean game by numerical integration, no coalition enumerated.

Ours. Let w_k = exp((s_k - max s) / temperature). Two identities turn the expectation over
coalitions into a product over players: 1 / W = integral of exp(-lambda W) d lambda makes the ratio
v(S) an integral of product games; in Owen's multilinear extension every player joins independently
with probability q, uniform on [0, 1]. With

    x_k = lambda w_k,   g_k = 1 - q (1 - exp(-x_k)),   G = product of all g_k,
    alpha_k = q x_k exp(-x_k) / g_k,   beta_k = (1 - exp(-x_k)) / g_k

the Shapley value of player i is

    s_i / n + integral over q in [0, 1] and u = log lambda of G beta_i sum_k alpha_k (s_i - s_k).

Only differences of similarities enter: equal ones are exact, a common offset costs nothing. Leaving
a player out divides by its own g_k >= 1 - q > 0, never by a product, so G may underflow: what it
multiplies is then below any tolerance. `nodes` chooses where to evaluate.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.shapley.nodes import Nodes, choose_nodes

# Elements of the (U, m, n, T) grid held at a time. On a CPU a block should stay in the cache.
_CPU_BLOCK = 2**16
_ACCELERATOR_BLOCK = 2**24
# exp(-exp(6.5)) is 0 in float64: a larger exponent would change nothing, or overflow.
_LARGEST_EXPONENT = 6.5
_SINGLE_PRECISION_TOLERANCE = 1e-4
_SINGLE_PRECISION_RANGE = 80.0


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

    References:
        Owen (1972), Multilinear extensions of games, doi:10.1287/mnsc.18.5.64.
    """
    players = similarity.shape[0]
    if players == 1 or similarity.numel() == 0:
        return similarity.clone()
    fixed = similarity.detach().double()
    highest = fixed.amax(dim=0)  # (T,)
    widest = (highest - fixed.amin(dim=0)).amax()
    heaviest = ((fixed - highest) / temperature).exp().sum(dim=0).amax()
    spread, weight_sum = torch.stack((widest, heaviest)).tolist()
    nodes = choose_nodes(
        players,
        log_range=spread / temperature,
        weight_sum=weight_sum,
        # Equal similarities need no nodes, but their gradient does: no spread counts as below 1.
        relative_tolerance=tolerance / max(1.0, spread),
    )
    is_single_enough = (
        tolerance >= _SINGLE_PRECISION_TOLERANCE * max(1.0, spread)
        and spread / temperature <= _SINGLE_PRECISION_RANGE
    )
    working = similarity if is_single_enough else similarity.double()
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
        for targets, log_rates in _blocks(centred, nodes):
            s = centred[:, targets]
            terms = _evaluate(s, log_rates, temperature, nodes)
            slope = (terms.beta * (terms.product * terms.alpha_sum)).sum(dim=(0, 1))  # (n, T)
            level = (terms.beta * (terms.product * terms.alpha_s_sum)).sum(dim=(0, 1))  # (n, T)
            values[:, targets] += slope * s - level
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        (similarity,) = ctx.saved_tensors
        centred = similarity - similarity.amax(dim=0)
        gradient = torch.zeros_like(centred)
        for targets, log_rates in _blocks(centred, ctx.nodes):
            s = centred[:, targets]
            terms = _evaluate(s, log_rates, ctx.temperature, ctx.nodes)
            gradient[:, targets] += _gradient(s, upstream[:, targets], terms, ctx.temperature)
        return gradient, None, None


class _Terms(NamedTuple):
    """The parts of the integrand for a block of U rates, all m shares, and a block of targets."""

    x: Tensor  # (U, 1, n, T)
    share: Tensor  # q, (m, 1, 1)
    factor: Tensor  # g, (U, m, n, T)
    product: Tensor  # G times the weight of the node, (U, m, 1, T)
    alpha: Tensor  # (U, m, n, T)
    beta: Tensor  # (U, m, n, T)
    alpha_sum: Tensor  # sum of alpha_k, (U, m, 1, T)
    alpha_s_sum: Tensor  # sum of alpha_k s_k, (U, m, 1, T)


def _evaluate(s: Tensor, log_rates: Tensor, temperature: float, nodes: Nodes) -> _Terms:
    """Evaluate the integrand's parts for similarities `s` (n, T) whose largest per target is 0."""
    share = s.new_tensor(nodes.shares).view(-1, 1, 1)  # (m, 1, 1)
    weight = s.new_tensor(nodes.share_weights * nodes.step).view(-1, 1, 1)
    exponent = log_rates.view(-1, 1, 1, 1) + s / temperature  # (U, 1, n, T)
    x = exponent.clamp(max=_LARGEST_EXPONENT).exp()
    joined = -torch.expm1(-x)
    factor = 1 - share * joined  # (U, m, n, T)
    alpha = share * (x * torch.exp(-x)) / factor
    return _Terms(
        x=x,
        share=share,
        factor=factor,
        product=weight * factor.prod(dim=2, keepdim=True),
        alpha=alpha,
        beta=joined / factor,
        alpha_sum=alpha.sum(dim=2, keepdim=True),
        alpha_s_sum=(alpha * s).sum(dim=2, keepdim=True),
    )


def _gradient(s: Tensor, y: Tensor, terms: _Terms, temperature: float) -> Tensor:
    """Return the gradient of sum_i y_i phi_i towards s over a block, less y / n, shape (n, T).

    With A = sum alpha_k, C = sum alpha_k s_k, Y = sum y_k beta_k and Z = sum y_k beta_k s_k, a node
    adds V = G (A Z - C Y). A similarity enters V as itself and, over the temperature, by log x_k.
    The derivatives by log x_k are -alpha_k of log G, alpha_k / (q g_k) of beta_k, and
    alpha_k (1 - x_k + alpha_k) of alpha_k.
    """
    y_beta = y * terms.beta  # (U, m, n, T)
    y_sum = y_beta.sum(dim=2, keepdim=True)  # Y, (U, m, 1, T)
    y_s_sum = (y_beta * s).sum(dim=2, keepdim=True)  # Z, (U, m, 1, T)
    by_similarity = terms.alpha_sum * y_beta - terms.alpha * y_sum  # (U, m, n, T)
    by_product = terms.alpha_s_sum * y_sum - terms.alpha_sum * y_s_sum  # (U, m, 1, T)
    by_beta = (terms.alpha_sum * s - terms.alpha_s_sum) * y / (terms.share * terms.factor)
    by_alpha = (y_s_sum - s * y_sum) * (1 - terms.x + terms.alpha)
    by_log_x = terms.alpha * (by_product + by_beta + by_alpha)
    return (terms.product * (by_similarity + by_log_x / temperature)).sum(dim=(0, 1))


def _blocks(similarity: Tensor, nodes: Nodes) -> Iterator[tuple[slice, Tensor]]:
    """Yield targets, as a slice, and log rates (U,) until every pair was seen once."""
    players, targets = similarity.shape
    block = _CPU_BLOCK if similarity.device.type == "cpu" else _ACCELERATOR_BLOCK
    per_target = len(nodes.shares) * players
    width = min(targets, max(1, block // per_target))
    log_rates = similarity.new_tensor(nodes.log_rates)  # (all U,)
    for start in range(0, targets, width):
        for chunk in log_rates.split(max(1, block // (per_target * width))):
            yield slice(start, start + width), chunk
