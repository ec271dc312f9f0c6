"""Reads a Record's gates, attention and notes off what the model read and returned."""

from collections.abc import Sequence

from torch import Tensor

from core.datasets.batches import Batch
from core.images import LoadedImage
from core.model import Reading
from core.records import Attention, Context, Gates


def gates(
    reading: Reading, batch: Batch, grid: tuple[int, int], used: Sequence[int], contexts: int
) -> Gates | None:
    """Return the gates, None for a post without an image.

    Args:
        reading: The model's output for the post.
        batch: It alone.
        grid: Rows and columns of the image regions.
        used: Places of the contexts that took part.
        contexts: Number of contexts, taking part or not.
    """
    if reading.fused is None or reading.bridge_shares is None:
        return None
    shares = [0.0] * contexts
    for place, share in zip(used, reading.bridge_shares[0].tolist(), strict=False):
        shares[place] = share
    return Gates(
        text=_read(reading.fused.text_gate[0], batch).tolist(),
        image=reading.fused.image_gate[0].view(grid).tolist(),
        contexts=shares,
    )


def attention(reading: Reading, batch: Batch, grid: tuple[int, int]) -> Attention | None:
    """Return where each word looks, None for a post without an image."""
    if reading.fused is None:
        return None
    weights = _read(reading.fused.attention[0], batch).tolist()
    return Attention(rows=grid[0], columns=grid[1], weights=weights)


def notes(
    batch: Batch,
    contexts: Sequence[Context],
    image: LoadedImage | None,
    *,
    context_attention: float = 1.0,
) -> list[str]:
    """Return what of a post was cut, changed or weighed less, in plain words.

    Args:
        batch: The post alone.
        contexts: All of its contexts, marked where they are cut.
        image: Its photo, if any.
        context_attention: What contexts weigh in the attention of the model's words.
    """
    said = list(image.notes) if image else []
    if unread := int(batch.cut_words[0]):
        read = int(batch.word_mask[0].sum())
        said.append(
            f"The model reads {read} of the sentence's {read + unread} words; the rest was cut."
        )
    said += [
        f"Context {place} is longer than the model takes: it was cut after character "
        f"{context.cut_at} of {len(context.text)}."
        for place, context in enumerate(contexts, start=1)
        if context.cut_at is not None
    ]
    if context_attention < 1 and bool(batch.has_context.any()):
        said.append(
            "Contexts count less for this model: in a word's attention a piece of one weighs "
            f"{context_attention:g}, a piece of the sentence 1."
        )
    return said


def _read(rows: Tensor, batch: Batch) -> Tensor:
    """Keep the rows of words that the model read."""
    return rows[batch.word_mask[0]]
