"""Integrated gradients of a span's log-probability, over whatever enters a model by a layer.

Ours: how the bridge is shared among the contexts is held fixed on the way, as a decision that was
made once; and steps are added until the shares add up to what they are to explain.

References:
    Sundararajan, Taly, Yan (2017), Axiomatic attribution for deep networks, arXiv:1703.01365.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn

from core.datasets.batches import Batch
from core.datasets.labels import LabelMap, Span
from core.errors import InputError
from core.heads.crf import CRFHead
from core.model import ShapCA
from core.outcomes import bounds
from core.records import Entity

STEPS = (25, 50, 100, 200)
GAP_SHARE = 0.05  # of the difference to explain; once the gap is smaller, no steps are added
_PIECES_AT_ONCE = 1024


@dataclass(frozen=True)
class Source:
    """Something read: a field of the batch, the layer it enters by, and its baseline (1, ...)."""

    field: str
    layer: nn.Module
    baseline: Tensor


class SpanLogProbability:
    """The log-probability of exactly one predicted span of a post, as a function of what is read.

    Attributes:
        model: In evaluation mode.
        post: It alone, as the model reads it.
        entrance: What the image regions pass, so that captum has a layer to hook.
    """

    def __init__(self, model: ShapCA, labels: LabelMap, post: Batch, entity: Entity) -> None:
        """Read the post once, to know the predicted tags and the shares of the bridge.

        Raises:
            InputError: The model does not predict the entity.
            TypeError: Its head is no CRF.
        """
        if not isinstance(model.head, CRFHead):
            raise TypeError(f"{type(model.head).__name__} tags no words")
        self.model, self.post, self.entrance = model, post, nn.Identity()
        self.head = model.head
        with torch.no_grad():
            reading = model.read(post)
        self.bridge_shares = reading.bridge_shares  # (1, n), None without an image
        path = self.head.best_paths(reading.scores, post.word_mask)[0]
        span = Span(entity.type, entity.token_start, entity.token_end)
        if span not in labels.spans(path):
            raise InputError(
                f"this model does not find the record's entity {entity.text!r}; analyse again"
            )
        allowed = self.head.agreeing(path, bounds(span, labels))  # (L, K)
        self.allowed = allowed.unsqueeze(0).to(post.input_ids.device)

    def __call__(self, fields: Sequence[str], *read: Tensor) -> Tensor:
        """Return one value a row, shape (rows,), when these fields of the post are replaced."""
        changed = dict(zip(fields, read, strict=True))
        if "image_regions" in changed:
            changed["image_regions"] = self.entrance(changed["image_regions"])
        rows = len(read[0])
        shares = None if self.bridge_shares is None else self.bridge_shares.expand(rows, -1)
        batch = replace(self.post.repeated(rows), **changed)
        return self.head.log_share(self.model.read(batch, shares=shares).scores, self.allowed)


@dataclass(frozen=True)
class Way:
    """The straight way from the baseline to the post.

    Attributes:
        start: Log-probability at the baseline.
        end: Log-probability of the post.
        shares: What the way owes to each source, by field, in the shape of its layer's output.
        steps: Points on the way.
        gap: Sum of all shares less the difference they explain.
    """

    start: float
    end: float
    shares: dict[str, Tensor]
    steps: int
    gap: float


def integrate(goal: SpanLogProbability, sources: Sequence[Source]) -> Way:
    """Return the shares of all sources, with more steps until they add up or `STEPS` end.

    Args:
        goal: What is explained.
        sources: Everything that takes its baseline's place; the word pieces come first.
    """
    fields = [source.field for source in sources]
    read = tuple(getattr(goal.post, field) for field in fields)
    baselines = tuple(source.baseline for source in sources)
    with torch.no_grad():
        start, end = (float(goal(fields, *point)) for point in (baselines, read))
    method = _method(partial(goal, fields), [source.layer for source in sources])
    for steps in STEPS:
        found: list[Tensor] = method.attribute(
            read,
            baselines=baselines,
            n_steps=steps,
            internal_batch_size=max(1, _PIECES_AT_ONCE // read[0].shape[1]),
        )
        gap = sum(float(share.sum()) for share in found) - (end - start)
        if abs(gap) <= GAP_SHARE * abs(end - start):
            break
    return Way(start, end, dict(zip(fields, found, strict=True)), steps, gap)


def _method(forward: Callable[..., Tensor], layers: list[nn.Module]) -> LayerIntegratedGradients:
    with warnings.catch_warnings():
        # It warns of layers that depend on one another; these are three separate entrances.
        warnings.filterwarnings("ignore", "Multiple layers provided", UserWarning)
        return LayerIntegratedGradients(forward, layers)
