"""Reads a Record's entities, gates and attention off the model's tensors for one post."""

from collections.abc import Sequence

from torch import Tensor

from core.datasets.batches import Batch
from core.datasets.labels import LabelMap, Span, entity_from_words
from core.heads.crf import CRFHead
from core.model import Tagging
from core.records import Attention, Entity, Example, Gates


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
    scores = head.span_scores(emissions, path, [_bounds(span, labels) for span in spans])
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


def _read(rows: Tensor, batch: Batch) -> Tensor:
    """Keep the rows of words that the model read."""
    return rows[batch.word_mask[0]]


def _bounds(span: Span, labels: LabelMap) -> tuple[int, int, int]:
    """Return the span's words and the tag that would make it longer."""
    return span.start, span.end, labels.ids[f"I-{span.type}"]
