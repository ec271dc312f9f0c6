"""Word pieces of sentences and contexts, within what the text encoder can read.

The joint input is `[CLS] text [SEP] context [SEP] context [SEP] ...`: the text comes first, so that
running out of room cuts contexts and never the labelled words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from core.errors import InputError
from core.records import Context, Example, Pair

# What stands around the two entities of a pair: signs that are rare, and one piece each in BERT.
_HEAD_MARKS, _TAIL_MARKS = ("«", "»"), ("{", "}")
LONGEST_INPUT = 512  # positions of the BERT family; some tokenizers state no limit of their own


@dataclass(frozen=True)
class SpecialPieces:
    """Ids of the pieces that every input is built with."""

    cls: int
    sep: int
    pad: int
    unk: int


@dataclass(frozen=True)
class WordPieces:
    """A sentence as pieces.

    Attributes:
        ids: Pieces, at most the budget.
        starts: Place in `ids` of the first piece of each word that is read.
        cut_words: Number of words that are not read; the last word read may lack its end.
    """

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    cut_words: int


def special_pieces(tokenizer: PreTrainedTokenizerFast) -> SpecialPieces:
    """Return the tokenizer's special pieces.

    Raises:
        InputError: It lacks one, so it is not of the BERT family.
    """
    names = ("cls", "sep", "pad", "unk")
    ids = {name: getattr(tokenizer, f"{name}_token_id") for name in names}
    missing = [name for name, number in ids.items() if number is None]
    if missing:
        raise InputError(
            f"tokenizer {tokenizer.name_or_path!r} has no {', '.join(missing)} token; choose a "
            "text encoder of the BERT or RoBERTa family"
        )
    return SpecialPieces(**ids)


def longest_input(tokenizer: PreTrainedTokenizerFast) -> int:
    """Return the number of pieces that the text encoder reads at once, special ones included."""
    return min(tokenizer.model_max_length, LONGEST_INPUT)


def encode_sentences(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast, budget: int
) -> list[WordPieces]:
    """Split the words of each example into at most `budget` pieces.

    Where a relation is asked for, marks stand around its head and its tail (Paper: not told. Ours:
    signs, as new pieces would need a trained embedding table). They are pieces, but no words.

    Every word gets at least one piece: the unknown one where the tokenizer gives none, as it does
    for variation selectors and other invisible signs.
    """
    unknown = special_pieces(tokenizer).unk
    budget = min(budget, longest_input(tokenizer) - 2)
    words = list({token.text for example in examples for token in example.tokens})
    words += [*_HEAD_MARKS, *_TAIL_MARKS]
    encoded = _encode(words, tokenizer)
    pieces = {word: ids or [unknown] for word, ids in zip(words, encoded, strict=True)}
    return [_join(example, pieces, budget) for example in examples]


def _join(example: Example, pieces: dict[str, list[int]], budget: int) -> WordPieces:
    opening, closing = _marks(example.pair)
    ids: list[int] = []
    starts: list[int] = []
    for word, token in enumerate(example.tokens):
        for mark in opening.get(word, ()):
            ids += pieces[mark]
        if len(ids) >= budget:
            break
        starts.append(len(ids))
        ids += pieces[token.text]
        for mark in closing.get(word, ()):
            ids += pieces[mark]
    return WordPieces(tuple(ids[:budget]), tuple(starts), len(example.tokens) - len(starts))


def _marks(pair: Pair | None) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return the marks before and after words, by the number of the word."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    if pair is not None:
        for (start, end), marks in ((pair.head, _HEAD_MARKS), (pair.tail, _TAIL_MARKS)):
            opening.setdefault(start, []).append(marks[0])
            closing.setdefault(end - 1, []).insert(0, marks[1])
    return opening, closing


def encode_contexts(
    contexts: Sequence[Sequence[Context]], tokenizer: PreTrainedTokenizerFast, budget: int
) -> list[list[list[int]]]:
    """Split the contexts of each example into at most `budget` pieces each."""
    unknown = special_pieces(tokenizer).unk
    budget = min(budget, longest_input(tokenizer) - 2)
    texts = [context.text for own in contexts for context in own]
    encoded = iter(_encode(texts, tokenizer) if texts else [])
    return [[(next(encoded) or [unknown])[:budget] for _ in own] for own in contexts]


def _encode(texts: list[str], tokenizer: PreTrainedTokenizerFast) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(
        texts,
        add_special_tokens=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,  # or it warns of long inputs that are cut here afterwards
    )["input_ids"]
    return ids


def joint_budget(
    text_pieces: int, contexts: int, tokenizer: PreTrainedTokenizerFast, budget: int
) -> int:
    """Return how many pieces of each context fit into the joint input, all contexts alike.

    Args:
        text_pieces: Pieces of the sentence.
        contexts: Number of contexts, at least 1.
        tokenizer: Gives the limit.
        budget: The most pieces of one context, whatever is left.
    """
    left = longest_input(tokenizer) - text_pieces - 2 - contexts  # each context ends with [SEP]
    return max(0, min(budget, left // contexts))


def cut_points(
    example: Example,
    contexts: Sequence[Context],
    tokenizer: PreTrainedTokenizerFast,
    *,
    max_text_pieces: int = 128,
    max_context_pieces: int = 64,
) -> list[int | None]:
    """Return where each context is cut in the joint input: only `text[:cut]` is read.

    Returns:
        One character index a context; None where the whole context is read.
    """
    if not contexts:
        return []
    sentence = encode_sentences([example], tokenizer, max_text_pieces)[0]
    budget = joint_budget(len(sentence.ids), len(contexts), tokenizer, max_context_pieces)
    return [_cut(pieces, budget) for pieces in context_offsets(contexts, tokenizer)]


def context_offsets(
    contexts: Sequence[Context], tokenizer: PreTrainedTokenizerFast
) -> list[list[tuple[int, int]]]:
    """Return the characters (half open) of each piece of each context, nothing cut."""
    offsets: list[list[tuple[int, int]]] = tokenizer(
        [context.text for context in contexts],
        add_special_tokens=False,
        return_offsets_mapping=True,
        verbose=False,
    )["offset_mapping"]
    return offsets


def _cut(offsets: Sequence[tuple[int, int]], budget: int) -> int | None:
    if len(offsets) <= budget:
        return None
    return int(offsets[budget - 1][1]) if budget else 0
