"""Batches: examples as padded tensors, joint for tagging and separate for alignment."""

import hashlib
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedTokenizerFast

from core.datasets.pieces import (
    SpecialPieces,
    WordPieces,
    encode_contexts,
    encode_sentences,
    joint_budget,
    special_pieces,
)
from core.datasets.targets import Codec
from core.records import Context, Example

CHARACTERS = string.digits + string.ascii_letters + string.punctuation
CHARACTERS_PER_WORD = 20
PADDING_CHARACTER, UNKNOWN_CHARACTER = 0, 1
_CHARACTER_IDS = {sign: number for number, sign in enumerate(CHARACTERS, start=2)}
NO_LABEL = -1
NO_GROUP = -1


class Features(Protocol):
    """Features of one image, from any encoder."""

    @property
    def regions(self) -> Tensor:
        """One vector per region, shape (R, D)."""
        ...

    @property
    def pooled(self) -> Tensor:
        """One vector for the whole image, shape (D,)."""
        ...


@dataclass(frozen=True)
class Batch:
    """Examples as tensors; n is the largest number of contexts in the batch, and at least 1.

    Attributes:
        input_ids: Joint input `[CLS] text [SEP] context [SEP] ...`, shape (B, S).
        attention_mask: 1 for pieces, 0 for padding, shape (B, S).
        token_type_ids: 0 for the text, 1 for contexts, shape (B, S).
        word_starts: Place of each word's first piece in `input_ids`, 0 where padded, shape (B, L).
        word_mask: True for words, shape (B, L).
        gold: What the task's codec makes of the gold labels, shape (B, ...).
        has_gold: Whether an example has any, shape (B,).
        pairs: Words (half open) of the head and the tail whose relation is asked for, shape
            (B, 2, 2); zeros where none is.
        cut_words: Number of words that did not fit into the input, shape (B,).
        char_ids: Characters of each word, shape (B, L, CHARACTERS_PER_WORD).
        text_ids: `[CLS] text [SEP]`, shape (B, Lt).
        text_mask: 1 for pieces, shape (B, Lt).
        context_ids: `[CLS] context [SEP]`, shape (B, n, Lc).
        context_mask: 1 for pieces, shape (B, n, Lc).
        has_context: True where there is a context, shape (B, n).
        context_spans: Place of each context in `input_ids`, half open, shape (B, n, 2); empty where
            there is no context or no room for it.
        labels: Number of the whole post's label, or NO_LABEL, shape (B,).
        image_regions: Shape (B, R, D), zeros for missing images; None when all are missing.
        image_pooled: Shape (B, D), likewise.
        has_image: Shape (B,).
        groups: A stable number for the image, the sentence and each context of an example,
            shape (B, 2 + n), NO_GROUP where there is none. Examples with a number in common tell of
            the same thing.
    """

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    word_starts: Tensor
    word_mask: Tensor
    gold: Tensor
    has_gold: Tensor
    pairs: Tensor
    cut_words: Tensor
    char_ids: Tensor
    text_ids: Tensor
    text_mask: Tensor
    context_ids: Tensor
    context_mask: Tensor
    has_context: Tensor
    context_spans: Tensor
    labels: Tensor
    image_regions: Tensor | None
    image_pooled: Tensor | None
    has_image: Tensor
    groups: Tensor

    def __len__(self) -> int:
        """Return the number of examples, B."""
        return len(self.input_ids)

    def to(self, device: torch.device | str) -> Self:
        """Return the batch on a device."""
        return self._each(lambda tensor: tensor.to(device))

    def repeated(self, rows: int) -> Self:
        """Return a batch of one example as that many rows, sharing memory.

        Raises:
            ValueError: The batch has more than one example.
        """
        if len(self) != 1:
            raise ValueError(f"only a single example can be repeated, not {len(self)}")
        return self._each(lambda tensor: tensor.expand(rows, *tensor.shape[1:]))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Self:
        table: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, tensor in table.items():
            if tensor is not None:
                table[name] = change(tensor)
        return type(self)(**table)


def collate(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerFast,
    codec: Codec,
    *,
    contexts: Sequence[Sequence[Context]],
    features: Sequence[Features | None] | None = None,
    label_names: Sequence[str] = (),
    max_text_pieces: int = 128,
    max_context_pieces: int = 64,
) -> Batch:
    """Return examples as one padded batch.

    Args:
        examples: At least one.
        tokenizer: Fast tokenizer of the text encoder.
        codec: Of the task: numbers the gold labels.
        contexts: What each example is read with, which need not be all it has.
        features: Of each example's image, None where it has none; None: there are no images.
        label_names: Labels of whole posts by number; others count as no label.
        max_text_pieces: The most pieces of a sentence; words that begin later are cut.
        max_context_pieces: The most pieces of one context. In the joint input contexts also share
            what the sentence leaves of the encoder's limit.

    Raises:
        InputError: The codec cannot number a gold label, or the tokenizer is unsuitable.
    """
    special = special_pieces(tokenizer)
    sentences = encode_sentences(examples, tokenizer, max_text_pieces)
    pieces = encode_contexts(contexts, tokenizer, max_context_pieces)
    budgets = [
        joint_budget(len(sentence.ids), max(1, len(own)), tokenizer, max_context_pieces)
        for sentence, own in zip(sentences, pieces, strict=True)
    ]
    cut = [[ids[:most] for ids in own] for own, most in zip(pieces, budgets, strict=True)]
    images = features or [None] * len(examples)
    return Batch(
        **_joint(sentences, cut, special),
        **_words(examples, sentences, codec),
        **_alignment(sentences, pieces, special),
        image_regions=_stack([None if f is None else f.regions for f in images]),
        image_pooled=_stack([None if f is None else f.pooled for f in images]),
        has_image=torch.tensor([f is not None for f in images]),
        labels=torch.tensor([_label(example, label_names) for example in examples]),
        groups=torch.tensor(_groups(examples, contexts)),  # (B, 2 + n)
    )


def _joint(
    sentences: Sequence[WordPieces], contexts: list[list[list[int]]], special: SpecialPieces
) -> dict[str, Tensor]:
    """Build the joint input and note where its contexts lie."""
    inputs, types = [], []
    spans = torch.zeros(len(sentences), _slots(contexts), 2, dtype=torch.long)  # (B, n, 2)
    for row, (sentence, own) in enumerate(zip(sentences, contexts, strict=True)):
        ids = [special.cls, *sentence.ids, special.sep]
        text_length = len(ids)
        for slot, context in enumerate(own):
            spans[row, slot] = torch.tensor([len(ids), len(ids) + len(context)])
            ids += [*context, special.sep] if context else []
        inputs.append(ids)
        types.append([0] * text_length + [1] * (len(ids) - text_length))
    input_ids, attention_mask = _pad(inputs, special.pad)
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "token_type_ids": _pad(types, 0)[0],
        "context_spans": spans,
    }


def _words(
    examples: Sequence[Example], sentences: Sequence[WordPieces], codec: Codec
) -> dict[str, Tensor]:
    """Say where words begin in the joint input, how they are spelled, and what is asked of them."""
    kept_words = [len(sentence.starts) for sentence in sentences]
    length = max(1, *kept_words)
    gold, has_gold = codec.encode(examples, kept_words)
    starts, mask, characters = [], [], []
    for example, sentence in zip(examples, sentences, strict=True):
        kept = len(sentence.starts)
        padding = [0] * (length - kept)
        starts.append([1 + start for start in sentence.starts] + padding)  # 1: [CLS]
        mask.append([True] * kept + [False] * (length - kept))
        words = [token.text for token in example.tokens[:kept]] + [""] * (length - kept)
        characters.append([character_ids(word) for word in words])
    return {
        "word_starts": torch.tensor(starts),  # (B, L)
        "word_mask": torch.tensor(mask),  # (B, L)
        "gold": gold,  # (B, ...)
        "has_gold": has_gold,
        "pairs": torch.tensor([_pair(example) for example in examples]),  # (B, 2, 2)
        "cut_words": torch.tensor([sentence.cut_words for sentence in sentences]),
        "char_ids": torch.tensor(characters),  # (B, L, C)
    }


def _pair(example: Example) -> tuple[tuple[int, int], tuple[int, int]]:
    return (example.pair.head, example.pair.tail) if example.pair else ((0, 0), (0, 0))


def character_ids(word: str) -> list[int]:
    """Return CHARACTERS_PER_WORD numbers, padded; of a long word, its first and last characters."""
    half = CHARACTERS_PER_WORD // 2
    if len(word) > CHARACTERS_PER_WORD:
        word = word[:half] + word[-half:]
    ids = [_CHARACTER_IDS.get(sign, UNKNOWN_CHARACTER) for sign in word]
    return ids + [PADDING_CHARACTER] * (CHARACTERS_PER_WORD - len(ids))


def _alignment(
    sentences: Sequence[WordPieces], contexts: list[list[list[int]]], special: SpecialPieces
) -> dict[str, Tensor]:
    """Build the inputs that encode sentence and contexts each by itself."""
    slots = _slots(contexts)
    text_ids, text_mask = _pad([[special.cls, *s.ids, special.sep] for s in sentences], special.pad)
    rows = [
        [special.cls, *own[slot], special.sep] if slot < len(own) else []
        for own in contexts
        for slot in range(slots)
    ]
    context_ids, context_mask = _pad(rows, special.pad)  # (B * n, Lc)
    shape = (len(contexts), slots, -1)
    return {
        "text_ids": text_ids,
        "text_mask": text_mask,
        "context_ids": context_ids.view(shape),
        "context_mask": context_mask.view(shape),
        "has_context": torch.tensor(
            [[slot < len(own) for slot in range(slots)] for own in contexts]
        ),
    }


def _stack(features: Sequence[Tensor | None]) -> Tensor | None:
    """Stack features of images with zeros for missing ones; None when all are missing."""
    blank = next((torch.zeros_like(item) for item in features if item is not None), None)
    if blank is None:
        return None
    return torch.stack([blank if item is None else item for item in features])


def _label(example: Example, names: Sequence[str]) -> int:
    return names.index(example.label) if example.label in names else NO_LABEL


def _groups(examples: Sequence[Example], contexts: Sequence[Sequence[Context]]) -> list[list[int]]:
    """Number what examples may share; in the games they would be false negatives of one another.

    Ours: a number is a hash, so that it means the same in every batch and in every process.
    """
    slots = _slots(contexts)
    rows = []
    for example, own in zip(examples, contexts, strict=True):
        told = [context.text for context in own]
        numbers = [_number("image", example.image), _number("text", example.text)]
        numbers += [_number("context", text) for text in told]
        rows.append(numbers + [NO_GROUP] * (slots - len(told)))
    return rows


def _number(kind: str, content: object) -> int:
    """Return 63 bits of a hash; NO_GROUP of what is empty."""
    if not content:
        return NO_GROUP
    digest = hashlib.blake2b(f"{kind}:{content}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _slots(contexts: Sequence[Sequence[object]]) -> int:
    return max(1, *(len(own) for own in contexts))


def _pad(rows: Sequence[Sequence[int]], value: int) -> tuple[Tensor, Tensor]:
    """Return rows padded with a value to one length, and the mask of what is no padding."""
    tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
    masks = [torch.ones_like(row) for row in tensors]
    return (
        pad_sequence(tensors, batch_first=True, padding_value=value),
        pad_sequence(masks, batch_first=True),
    )
