"""What a batch is trained towards: each objective of its source gives parts of the loss."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from core.config import Config
from core.datasets.batches import Batch
from core.heads.protocol import Head
from core.model import AlignmentFeatures, Reading, ShapCA
from core.shapley import AlignmentLoss, LossSettings, PostFeatures, alignment_loss
from core.training.processes import batch_share

_READ = ("task", "consistency", "label", "agreement")  # what the joint reading is for


class Losses(NamedTuple):
    """The parts of a batch's loss.

    Attributes:
        parts: By name, unweighted.
        total: Their weighted sum, which is minimised.
        reading: What the model read, None when only games were played.
    """

    parts: dict[str, Tensor]
    total: Tensor
    reading: Reading | None


def batch_losses(
    model: ShapCA, batch: Batch, objectives: tuple[str, ...], config: Config
) -> Losses:
    """Return the loss of a batch, of which other processes may hold other posts.

    Args:
        model: In training mode.
        batch: What the source drew.
        objectives: Any of `task` (gold labels), `alignment` (contexts, texts and images; the config
            says how), `label` (a label of the whole post), `consistency` (silver labels from the
            model's own reading without the image), `agreement` (the second half of the batch is
            its first half with other contexts, and has to come out the same) and `words` (hidden
            words of the sentences).
        config: Gives the weights.
    """
    parts: dict[str, Tensor] = {}
    weights = config.training
    reading = None
    total = torch.zeros((), device=batch.input_ids.device)
    if "alignment" in objectives:
        aligned = align_features(model.align(batch), batch, config)
        parts |= aligned.parts
        total = total + aligned.total
    if set(objectives) & set(_READ):
        reading = read = model.read(batch)
        if "task" in objectives:
            parts |= _averaged("task", _task(model, read, batch))
        if "consistency" in objectives:
            parts |= _averaged("consistency", _consistency(model, read, batch))
        if "label" in objectives:
            parts |= _averaged("label", _label(model, read, batch))
        if "agreement" in objectives:
            parts |= _averaged("agreement", _agreement(model.head, read.scores, batch))
    if "words" in objectives:
        parts |= _averaged("words", _words(model, batch, config))
    for name in (*_READ, "words"):
        if name in parts:
            total = total + getattr(weights, f"{name}_weight") * parts[name]
    return Losses(parts, total, reading)


class _Mean(NamedTuple):
    """A mean over what this process has, 0 where it has nothing, and how much it is over."""

    loss: Tensor
    weight: float


def _averaged(name: str, mean: _Mean) -> dict[str, Tensor]:
    """Return a mean of this process, weighed as `batch_share` says.

    Every process names the same parts: 0 where only others have such posts, none where nobody has.
    """
    share = batch_share(mean.weight, mean.loss.device)
    return {} if share is None else {name: share * mean.loss}


def align_features(features: AlignmentFeatures, batch: Batch, config: Config) -> AlignmentLoss:
    """Return the alignment loss of a batch by the first context drawn for each post.

    Ours: one context per post. The posts of all processes play together, and each process returns
    the loss of all.
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


def _task(model: ShapCA, reading: Reading, batch: Batch) -> _Mean:
    known = batch.has_gold & batch.word_mask.any(1)  # of a photo alone nobody can find names
    if not bool(known.any()):
        return _nothing(batch)
    return _taught(model.head, reading.scores[known], batch.gold[known], batch.word_mask[known])


def _consistency(model: ShapCA, reading: Reading, batch: Batch) -> _Mean:
    """Take what is decoded with the image left out as gold for the reading that sees it.

    Ours: no corpus at hand has both pixels and gold entities. The model teaches itself that a
    photo it was never told about must not change what it finds, while the label objective lets the
    photo speak.
    """
    worded = batch.word_mask.any(1)
    if not bool(worded.any()):
        return _nothing(batch)
    mask = batch.word_mask[worded]
    model.eval()
    with torch.no_grad():
        blind = model.read(batch, use_image=False).scores
    model.train()
    silver = model.head.decode(blind[worded], mask)
    return _taught(model.head, reading.scores[worded], silver, mask)


def _agreement(head: Head, scores: Tensor, batch: Batch) -> _Mean:
    """Hold two readings of each post against one another: dropout and contexts differ.

    Ours, after R-Drop (Liang et al., 2021), whose readings differ by dropout alone: which contexts
    somebody wrote of a photo must not decide what is in the sentence.
    """
    posts = len(scores) // 2
    one, other, mask = scores[:posts], scores[posts : 2 * posts], batch.word_mask[:posts]
    worded = mask.any(1)
    if not bool(worded.any()):
        return _nothing(batch)
    apart = head.disagreement(one[worded], other[worded], mask[worded])
    return _Mean(apart.mean(), float(len(apart)))


def _words(model: ShapCA, batch: Batch, config: Config) -> _Mean:
    scores, gold = model.tell_words(batch, config.training)
    if not len(gold):
        return _nothing(batch)
    return _Mean(functional.cross_entropy(scores, gold), float(len(gold)))


def _label(model: ShapCA, reading: Reading, batch: Batch) -> _Mean:
    known = int((batch.labels >= 0).sum())
    if not known:
        return _nothing(batch)
    scores = model.classify(reading, batch)
    return _Mean(functional.cross_entropy(scores, batch.labels, ignore_index=-1), float(known))


def _taught(head: Head, scores: Tensor, gold: Tensor, mask: Tensor) -> _Mean:
    return _Mean(head.loss(scores, gold, mask), head.loss_weight(gold, mask))


def _nothing(batch: Batch) -> _Mean:
    return _Mean(torch.zeros((), device=batch.input_ids.device), 0.0)
