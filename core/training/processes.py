"""Several processes that train one model: what each adds to the loss, and one gradient for all.

The model is called by several methods, not by its `forward`, so a wrapper that watches `forward`
would miss it: gradients are averaged here, by one exchange a step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, distributed

from core.training.plan import PlannedBatch


def processes() -> int:
    """Return the number of processes that train together, 1 outside `accelerate launch`."""
    together = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if together else 1


def own_part(planned: PlannedBatch) -> PlannedBatch:
    """Return the posts of a batch that this process reads: every W-th, from its rank on.

    A batch of fewer posts than processes leaves some of them none.
    """
    if processes() == 1:
        return planned
    mine = slice(distributed.get_rank(), None, processes())
    return PlannedBatch(
        planned.source,
        planned.examples[mine],
        planned.contexts[mine],
        planned.again[mine],
        planned.lenders[mine],
    )


def batch_share(weight: float, device: torch.device) -> float | None:
    """Return what a mean over this process's posts counts: W times its share of the batch's weight.

    Averaged over processes, gradients are then those of the mean over the batch. None where no
    process has anything that takes part.

    Args:
        weight: Of what the mean is over: the number of posts, unless the head says otherwise.
            Every process must ask, with 0 too.
        device: Of the model.
    """
    everybody = average(weight, device)
    return weight / everybody if everybody else None


def average_gradients(parameters: Sequence[Tensor]) -> None:
    """Replace gradients by their average over processes; who has none counts as zero.

    A parameter that has a gradient in no process keeps none, as it would in a single process.
    """
    if processes() == 1:
        return
    has_any = torch.tensor([p.grad is not None for p in parameters], device=parameters[0].device)
    distributed.all_reduce(touched := has_any.int())
    flat = torch.cat(
        [(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in parameters]
    )
    distributed.all_reduce(flat)
    averages = (flat / processes()).split([p.numel() for p in parameters])
    for parameter, average, count in zip(parameters, averages, touched.tolist(), strict=True):
        parameter.grad = average.view_as(parameter) if count else None


def average(value: float, device: torch.device) -> float:
    """Return the average of a number over processes."""
    if processes() == 1:
        return value
    total = torch.tensor(value, dtype=torch.float64, device=device)
    distributed.all_reduce(total)
    return float(total) / processes()
