"""Every score that a set of examples allows: entities, alignment on both sides, labels."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Features
from core.evaluation.alignment import alignment_report
from core.evaluation.tagging import batches, tagging_report
from core.model import AlignmentFeatures, ShapCA
from core.records import Example


def scores(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> dict[str, Any]:
    """Return what can be scored, as JSON.

    Args:
        model: Put into evaluation mode.
        tokenizer: Of its text encoder.
        config: Of the model.
        examples: Entities are scored where all are annotated; alignment with the first context of
            each post that has one; labels where the model tells labels apart.
        features: Of each example's image, or None.
    """
    made: dict[str, Any] = {"examples": len(examples)}
    if examples and all(example.entities is not None for example in examples):
        for name, most in (("entities", None), ("entities_without_contexts", 0)):
            report = tagging_report(model, tokenizer, config, examples, features, max_contexts=most)
            made[name] = report.model_dump()
    temperature = config.alignment.temperature
    aligned = align_examples(model, tokenizer, config, examples, features)
    for side, targets in (("text", aligned.text), ("image", aligned.image)):
        both = (aligned.contexts[:, 0].norm(dim=-1) > 0) & (targets.norm(dim=-1) > 0)
        if int(both.sum()) > 1:
            made[f"{side}_alignment"] = asdict(
                alignment_report(aligned.contexts[both, 0], targets[both], temperature=temperature)
            )
    if any(example.label in config.head.labels for example in examples):
        made["label_accuracy"] = {
            name: _label_accuracy(model, tokenizer, config, examples, features, use_image=use_image)
            for name, use_image in (("with_image", True), ("without_image", False))
        }
    return made


@torch.inference_mode()
def align_examples(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> AlignmentFeatures:
    """Align all examples, each by its first context, in their order.

    Returns:
        Unit vectors on the CPU: text and image (examples, P), contexts (examples, 1, P); absent
        ones are zeros.
    """
    model.eval()
    width = config.alignment.width
    text, image = torch.zeros(2, len(examples), width)
    contexts = torch.zeros(len(examples), 1, width)
    for places, batch in batches(tokenizer, config, examples, features, max_contexts=1):
        aligned = model.align(batch.to(next(model.parameters()).device))
        text[places], image[places] = aligned.text.cpu(), aligned.image.cpu()
        contexts[places] = aligned.contexts.cpu()
    return AlignmentFeatures(text, contexts, image)


@torch.inference_mode()
def _label_accuracy(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
    *,
    use_image: bool,
) -> float:
    right, known = 0, 0
    for _, batch in batches(tokenizer, config, examples, features):
        on_device = batch.to(next(model.parameters()).device)
        guess = model.classify(model.tag(on_device, use_image=use_image), on_device).argmax(-1)
        annotated: Tensor = on_device.labels >= 0
        right += int((guess[annotated] == on_device.labels[annotated]).sum())
        known += int(annotated.sum())
    return right / known
