"""Sums over the first players of many orders at once.

A cumulative sum along one axis adds number by number. Here the axis of places comes first, so that
adding one place to the next is one operation on a long row: several times faster with many players.
With few targets the rows are short, and starting an operation costs more than the addition: places
are then summed within all blocks of places at once, and each block's total added to the next block.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_BLOCK = 8  # places; with fewer than two blocks of them there is nothing to win


def running_sums(values: Tensor, permutations: Tensor) -> Tensor:
    """Return the sum of the values of the first 1, 2, ..., k players of each order.

    Args:
        values: One row per player, shape (n, T).
        permutations: Orders of all players or of some, shape (P, k), integer.

    Returns:
        Shape (P, k, T), places outermost in memory; differentiable once.
    """
    if not values.requires_grad:  # the detour of a function with a gradient is not free
        return _sum_up(values, permutations).transpose(0, 1)
    # torch declares no types for apply.
    sums: Tensor = _RunningSums.apply(values, permutations)  # type: ignore[no-untyped-call]
    return sums.transpose(0, 1)


def in_order(values: Tensor, permutations: Tensor) -> Tensor:
    """Return the rows of `values` (n, T) in the order of each permutation (P, k), (k, P, T)."""
    # index_select is several times faster on a CPU than indexing with a tensor.
    rows = values.index_select(0, permutations.T.reshape(-1))
    return rows.view(permutations.shape[1], permutations.shape[0], values.shape[1])


class _RunningSums(torch.autograd.Function):
    """Values in order, each place added to the next."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, permutations: Tensor) -> Tensor:
        ctx.save_for_backward(permutations)
        ctx.players = len(values)
        return _sum_up(values, permutations)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        """Give every player what is asked of its place and of all later ones."""
        (permutations,) = ctx.saved_tensors
        sums = upstream.flip(0).contiguous()  # (k, P, T), last place first
        _accumulate(sums)
        gradient = sums.new_zeros(ctx.players, sums.shape[2])  # (n, T)
        players = permutations.T.flip(0).reshape(-1)
        return gradient.index_add_(0, players, sums.flatten(0, 1)), None


def _sum_up(values: Tensor, permutations: Tensor) -> Tensor:
    """Return the running sums, shape (k, P, T)."""
    sums = in_order(values, permutations)
    _accumulate(sums)
    return sums


def _accumulate(places: Tensor) -> None:
    """Add each place to the next, in place; shape (k, P, T), contiguous."""
    count = len(places) // _BLOCK
    if count > 1:
        blocks = places[: count * _BLOCK].flatten(1).unflatten(0, (count, _BLOCK))
        _add_to_next(blocks.unbind(1))
        for earlier, block in pairwise(blocks.unbind(0)):
            block.add_(earlier[-1])
        places = places[count * _BLOCK - 1 :]
    _add_to_next(places.unbind(0))


def _add_to_next(rows: Sequence[Tensor]) -> None:
    """Add each row to the next, in place."""
    for earlier, row in pairwise(rows):
        row.add_(earlier)
