"""What a batch is trained towards: each objective of its source gives parts of the loss."""

import torch
from torch import Tensor
from torch.nn import functional

from core.config import Config
from core.datasets.batches import Batch
from core.model import AlignmentFeatures, ShapCA, Tagging
from core.shapley import AlignmentLoss, LossSettings, PostFeatures, alignment_loss


def batch_losses(
    model: ShapCA, batch: Batch, objectives: tuple[str, ...], config: Config
) -> dict[str, Tensor]:
    """Return the named parts of the loss, and their weighted sum as `total`.

    Args:
        model: In training mode.
        batch: What the source drew.
        objectives: Any of `task` (gold tags), `alignment` (contexts, texts and images; the config
            says how), `label` (a label of the whole post) and `consistency` (silver tags from the
            model's own text-only reading).
        config: Gives the weights.
    """
    parts: dict[str, Tensor] = {}
    weights = config.training
    total = torch.zeros((), device=batch.input_ids.device)
    if "alignment" in objectives:
        aligned = align_features(model.align(batch), batch, config)
        parts |= aligned.parts
        total = total + aligned.total
    silver = _silver_tags(model, batch) if "consistency" in objectives else None
    if set(objectives) & {"task", "label", "consistency"}:
        tagging = model.tag(batch)
        if "task" in objectives and bool(batch.has_tags.any()):
            parts["task"] = _task(model, tagging, batch)
            total = total + weights.task_weight * parts["task"]
        if silver is not None:
            parts["consistency"] = model.head.loss(tagging.emissions, silver, batch.word_mask)
            total = total + weights.consistency_weight * parts["consistency"]
        if "label" in objectives and bool((batch.labels >= 0).any()):
            parts["label"] = _label(model, tagging, batch)
            total = total + weights.label_weight * parts["label"]
    return {**parts, "total": total}


def align_features(features: AlignmentFeatures, batch: Batch, config: Config) -> AlignmentLoss:
    """Return the alignment loss of a batch by the first context drawn for each post.

    Ours: one context per post.
    """
    align = config.alignment
    posts = PostFeatures(
        features.contexts[:, 0],
        features.text,
        features.image,
        has_context=batch.has_context[:, 0],
        has_text=batch.word_mask.any(1),
        has_image=batch.has_image,
        groups=batch.groups,
    )
    settings = LossSettings(
        form=align.form,
        temperature=align.temperature,
        contrast_temperature=align.contrast_temperature,
        margin=align.margin,
        method=align.method,
        tolerance=align.tolerance,
        permutations=align.permutations,
    )
    return alignment_loss(
        posts,
        align.objective,
        text_weight=align.text_weight,
        image_weight=align.image_weight,
        settings=settings,
    )


def _task(model: ShapCA, tagging: Tagging, batch: Batch) -> Tensor:
    known = batch.has_tags
    return model.head.loss(tagging.emissions[known], batch.tags[known], batch.word_mask[known])


def _silver_tags(model: ShapCA, batch: Batch) -> Tensor:
    """Tag the batch with the image left out, as gold for the reading that sees it, shape (B, L).

    Ours: no corpus at hand has both pixels and gold entities. The model teaches itself that a
    photo it was never told about must not change the tags, while the label objective lets the
    photo speak.
    """
    model.eval()
    paths = model.decode(batch, use_image=False)
    model.train()
    silver = torch.zeros_like(batch.tags)
    for row, path in zip(silver, paths, strict=True):
        row[: len(path)] = torch.tensor(path, device=silver.device)
    return silver


def _label(model: ShapCA, tagging: Tagging, batch: Batch) -> Tensor:
    return functional.cross_entropy(model.classify(tagging, batch), batch.labels, ignore_index=-1)
