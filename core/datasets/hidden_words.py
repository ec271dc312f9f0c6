"""Words hidden from a model that is to tell them from what is left, and from contexts."""

import string
from typing import NamedTuple

import torch
from torch import Tensor

from core.datasets.batches import Batch, character_ids

_CAPITALS = tuple(character_ids(sign)[0] for sign in string.ascii_uppercase)
_BY_MASK, _BY_ANOTHER = 0.8, 0.1  # as BERT; the others stand there as they are


class Hidden(NamedTuple):
    """A joint input with some words hidden.

    Attributes:
        input_ids: Shape (B, S).
        where: True where a piece is to be told, shape (B, S).
    """

    input_ids: Tensor
    where: Tensor


def hide_words(
    batch: Batch,
    *,
    words: float,
    capitals: float,
    mask: int,
    vocabulary: int,
    generator: torch.Generator | None = None,
) -> Hidden:
    """Hide whole words of the sentences; contexts stay.

    Ours, after BERT (Devlin et al., 2019): words with a capital, which in posts are mostly names,
    are hidden at a rate of their own, since names are what the tasks are about. A mark around a
    name counts to the word before it.

    Args:
        batch: The posts.
        words: Probability that a word is hidden.
        capitals: The same, of a word that begins with a capital.
        mask: Piece that stands for most hidden ones.
        vocabulary: Number of pieces, of which some stand for hidden ones.
        generator: On the batch's device; None: the default one.
    """
    device = batch.input_ids.device
    capital = torch.isin(batch.char_ids[:, :, 0], torch.tensor(_CAPITALS, device=device))
    rate = torch.where(capital, capitals, words) * batch.word_mask  # (B, L)
    chosen = torch.rand(rate.shape, generator=generator, device=device) < rate
    number = _word_of_piece(batch)  # (B, S)
    # Words count from 1: 0 is what belongs to none, and is never hidden.
    where = torch.nn.functional.pad(chosen, (1, 0)).gather(1, number)
    draw = torch.rand(where.shape, generator=generator, device=device)
    other = torch.randint(vocabulary, where.shape, generator=generator, device=device)
    ids = batch.input_ids
    ids = ids.where(~where | (draw >= _BY_MASK + _BY_ANOTHER), other)
    return Hidden(ids.masked_fill(where & (draw < _BY_MASK), mask), where)


def _word_of_piece(batch: Batch) -> Tensor:
    """Number the word that each piece belongs to from 1, 0 where to none, shape (B, S)."""
    begins = torch.zeros_like(batch.input_ids)
    begins.scatter_add_(1, batch.word_starts, batch.word_mask.long())
    sentence = batch.attention_mask.bool() & (batch.token_type_ids == 0)
    place = torch.arange(begins.shape[1], device=begins.device)
    inside = sentence & (place < sentence.sum(1, keepdim=True) - 1)  # the last one is [SEP]
    return begins.cumsum(1) * inside
