"""Every score that a set of examples allows: the task's, alignment on both sides, labels."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from core.config import Config
from core.datasets.batches import Features
from core.evaluation.alignment import AlignmentReport, alignment_report
from core.evaluation.gold import is_annotated
from core.evaluation.hidden_words import hidden_word_accuracy
from core.evaluation.predictions import batches, predict_outcomes
from core.evaluation.reports import MEASURED, task_report
from core.model import AlignmentFeatures, ShapCA
from core.records import Example, Side


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
        examples: The task is scored on those that are annotated, with their contexts and without;
            alignment with the first context of each post that has one; hidden words and labels
            that the model learned beside its task where it did.
        features: Of each example's image, or None.
    """
    made: dict[str, Any] = {"examples": len(examples)}
    kept = [place for place, post in enumerate(examples) if is_annotated(post, config.head)]
    if kept:
        annotated, seen = [examples[at] for at in kept], [features[at] for at in kept]
        made |= _task_scores(model, tokenizer, config, annotated, seen)
    reports = alignment_reports(model, tokenizer, config, examples, features)
    made |= {f"{side}_alignment": asdict(report) for side, report in reports.items()}
    if model.word_head is not None:
        told = hidden_word_accuracy(model, tokenizer, config, examples, features)
        made |= {} if told is None else {"hidden_word_accuracy": told}
    learned = config.head.labels if config.head.task != "classification" else ()
    if any(example.label in learned for example in examples):
        made["label_accuracy"] = {
            name: _label_accuracy(model, tokenizer, config, examples, features, use_image=use_image)
            for name, use_image in (("with_image", True), ("without_image", False))
        }
    return made


def _task_scores(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> dict[str, Any]:
    """Score the task with everything given, then with less, to see what it is worth."""
    name = MEASURED[config.head.task]
    ways: dict[str, tuple[int | None, bool]] = {"": (None, True), "_without_contexts": (0, True)}
    if any(item is not None for item in features):
        ways["_without_image"] = (None, False)
    made: dict[str, Any] = {"annotated": len(examples)}
    for suffix, (most, use_image) in ways.items():
        found = predict_outcomes(
            model, tokenizer, config, examples, features, max_contexts=most, use_image=use_image
        )
        made[name + suffix] = task_report(examples, found, config.head).model_dump()
        if config.head.directed:
            blind = task_report(examples, found, config.head, directed=False)
            made[f"{name}_directed{suffix}"] = made[name + suffix]
            made[name + suffix] = blind.model_dump()
    return made


def alignment_reports(
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    examples: Sequence[Example],
    features: Sequence[Features | None],
) -> dict[Side, AlignmentReport]:
    """Return how well own contexts are told from others', on each side that two posts have.

    Arguments are those of `scores`; of a post's contexts the first counts.
    """
    aligned = align_examples(model, tokenizer, config, examples, features)
    temperature = config.alignment.temperature
    made: dict[Side, AlignmentReport] = {}
    sides: tuple[tuple[Side, Tensor], ...] = (("text", aligned.text), ("image", aligned.image))
    for side, targets in sides:
        both = (aligned.contexts[:, 0].norm(dim=-1) > 0) & (targets.norm(dim=-1) > 0)
        if int(both.sum()) > 1:
            made[side] = alignment_report(
                aligned.contexts[both, 0], targets[both], temperature=temperature
            )
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
        guess = model.classify(model.read(on_device, use_image=use_image), on_device).argmax(-1)
        annotated: Tensor = on_device.labels >= 0
        right += int((guess[annotated] == on_device.labels[annotated]).sum())
        known += int(annotated.sum())
    return right / known
