"""Reads a Record's entities, gates, attention and notes off what the model read and returned."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.datasets.batches import Batch
from core.datasets.labels import LabelMap, Span, entity_from_words
from core.heads.crf import CRFHead
from core.images import LoadedImage
from core.model import Tagging
from core.records import Attention, Context, Entity, Example, Gates


def entities(
    head: CRFHead, labels: LabelMap, example: Example, batch: Batch, tagging: Tagging, bare: Tagging
) -> list[Entity]:
    """Return the predicted entities, and whether each is also predicted without contexts.

    Args:
        head: Decodes and scores.
        labels: Names the tags.
        example: The post.
        batch: It alone, as the model read it.
        tagging: With its contexts.
        bare: Without them.
    """
    path = head.decode(tagging.emissions, batch.word_mask)[0]
    read = int(batch.word_mask[0].sum())
    emissions = tagging.emissions[0, :read]
    spans = labels.spans(path)
    scores = head.span_scores(emissions, path, [bounds(span, labels) for span in spans])
    marginals = head.marginals(emissions)  # (L, K)
    without = set(labels.spans(head.decode(bare.emissions, batch.word_mask)[0]))
    return [
        entity_from_words(example.text, example.tokens, span.start, span.end, span.type).model_copy(
            update={
                "score": min(1.0, score),
                "marginals": [float(marginals[word, path[word]]) for word in range(*span[1:])],
                "needs_context": span not in without,
            }
        )
        for span, score in zip(spans, scores, strict=True)
    ]


@torch.no_grad()
def entities_by_row(
    head: CRFHead, labels: LabelMap, example: Example, emissions: Tensor
) -> list[list[Entity]]:
    """Return the entities predicted from each row of tag scores, with their scores only.

    Args:
        head: Decodes and scores.
        labels: Names the tags.
        example: The post.
        emissions: Its tag scores, read in C ways, shape (C, L, K).
    """
    read = torch.ones(emissions.shape[:2], dtype=torch.bool, device=emissions.device)
    paths = head.decode(emissions, read)
    found = [(row, span) for row, path in enumerate(paths) for span in labels.spans(path)]
    made: list[list[Entity]] = [[] for _ in paths]
    if not found:
        return made
    allowed = [head.agreeing(paths[row], bounds(span, labels)) for row, span in found]
    shares = head.log_share(
        emissions[[row for row, _ in found]], torch.stack(allowed).to(emissions.device)
    )  # (all spans,)
    for (row, span), score in zip(found, shares.exp().tolist(), strict=True):
        entity = entity_from_words(example.text, example.tokens, span.start, span.end, span.type)
        made[row].append(entity.model_copy(update={"score": min(1.0, score)}))
    return made


def bounds(span: Span, labels: LabelMap) -> tuple[int, int, int]:
    """Return a span's first word, the word after its last and the tag that would continue it."""
    return span.start, span.end, labels.ids[f"I-{span.type}"]


def gates(
    tagging: Tagging, batch: Batch, grid: tuple[int, int], used: Sequence[int], contexts: int
) -> Gates | None:
    """Return the gates, None for a post without an image.

    Args:
        tagging: The model's output for the post.
        batch: It alone.
        grid: Rows and columns of the image regions.
        used: Places of the contexts that took part.
        contexts: Number of contexts, taking part or not.
    """
    if tagging.fused is None or tagging.bridge_shares is None:
        return None
    shares = [0.0] * contexts
    for place, share in zip(used, tagging.bridge_shares[0].tolist(), strict=False):
        shares[place] = share
    return Gates(
        text=_read(tagging.fused.text_gate[0], batch).tolist(),
        image=tagging.fused.image_gate[0].view(grid).tolist(),
        contexts=shares,
    )


def attention(tagging: Tagging, batch: Batch, grid: tuple[int, int]) -> Attention | None:
    """Return where each word looks, None for a post without an image."""
    if tagging.fused is None:
        return None
    weights = _read(tagging.fused.attention[0], batch).tolist()
    return Attention(rows=grid[0], columns=grid[1], weights=weights)


def notes(batch: Batch, contexts: Sequence[Context], image: LoadedImage | None) -> list[str]:
    """Return what of a post was cut or changed, in plain words.

    Args:
        batch: The post alone.
        contexts: All of its contexts, marked where they are cut.
        image: Its photo, if any.
    """
    said = list(image.notes) if image else []
    if unread := int(batch.cut_words[0]):
        read = int(batch.word_mask[0].sum())
        said.append(
            f"The model reads {read} of the sentence's {read + unread} words; "
            "the rest was cut and has no entities."
        )
    said += [
        f"Context {place} is longer than the model takes: it was cut after character "
        f"{context.cut_at} of {len(context.text)}."
        for place, context in enumerate(contexts, start=1)
        if context.cut_at is not None
    ]
    return said


def _read(rows: Tensor, batch: Batch) -> Tensor:
    """Keep the rows of words that the model read."""
    return rows[batch.word_mask[0]]
