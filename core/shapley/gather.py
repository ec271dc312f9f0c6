"""The posts of all processes as one batch, gradients included.

Every one of W processes computes the loss of the whole batch, so a post is asked for its gradient W
times, and `backward` adds these up: a process finds W times the gradient that its posts would have
in a single process. DistributedDataParallel averages over the processes and arrives at exactly that
gradient. Whoever adds gradients up instead of averaging them divides the loss by W.
"""

from typing import Any

import torch
from torch import Tensor, distributed
from torch.autograd.function import once_differentiable
from torch.nn import functional

from core.shapley.pairs import NO_GROUP, SIDES, PostFeatures


def gather_posts(posts: PostFeatures) -> PostFeatures:
    """Return the posts of all processes, in the order of their ranks.

    Processes may hold different numbers of posts, and posts in different numbers of groups; the
    width and dtype of the features must be the same. Outside torch.distributed, or with one
    process, the posts come back as they are.
    """
    if not (distributed.is_available() and distributed.is_initialized()):
        return posts
    if distributed.get_world_size() == 1:
        return posts
    groups = posts.group_ids()  # (B, G)
    counts, widths = _sizes(groups)
    groups = functional.pad(groups, (0, max(widths) - groups.shape[1]), value=NO_GROUP)
    present = torch.stack([posts.present(side).long() for side in SIDES], dim=1)  # (B, 3)
    facts = _all_rows(torch.cat((present, groups), dim=1), counts)  # (all B, 3 + G)
    # One tensor, so that every process runs the one backward that all of them wait for.
    features = torch.stack([posts.features(side) for side in SIDES], dim=1)  # (B, 3, D)
    # torch declares no types for apply.
    gathered: Tensor = _Gather.apply(features, counts)  # type: ignore[no-untyped-call]
    context, text, image = gathered.unbind(dim=1)
    has_context, has_text, has_image = facts[:, : len(SIDES)].bool().unbind(dim=1)
    groups = facts[:, len(SIDES) :]
    return PostFeatures(context, text, image, has_context, has_text, has_image, groups)


class _Gather(torch.autograd.Function):
    """All processes' rows (all B, ...); the gradient of one's own is the sum over processes."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int]) -> Tensor:
        rank = distributed.get_rank()
        ctx.start, ctx.count = sum(counts[:rank]), counts[rank]
        return _all_rows(rows, counts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        summed = upstream.contiguous().clone()
        distributed.all_reduce(summed)
        return summed[ctx.start : ctx.start + ctx.count], None


def _sizes(groups: Tensor) -> tuple[list[int], list[int]]:
    """Return the shapes (B, G) of all processes, as the lists of B and of G."""
    own = torch.tensor(groups.shape, device=groups.device)
    shapes = [torch.empty_like(own) for _ in range(distributed.get_world_size())]
    distributed.all_gather(shapes, own)
    counts, widths = torch.stack(shapes, dim=1).tolist()
    return counts, widths


def _all_rows(rows: Tensor, counts: list[int]) -> Tensor:
    """Return all processes' rows, padded on the way: a collective takes equal shapes only."""
    padded = rows.new_zeros(max(counts), *rows.shape[1:])
    padded[: len(rows)] = rows
    parts = [torch.empty_like(padded) for _ in counts]
    distributed.all_gather(parts, padded)
    return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])
