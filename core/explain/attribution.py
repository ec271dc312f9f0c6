"""What an entity owes to each word, each context's words and each image region.

Ours: integrated gradients of the exact CRF log-probability of the entity's span and type, on the
straight way from a baseline that says nothing: word pieces masked (special ones stay), letters
blank, and the features of a grey photo. How the bridge is shared among the contexts is held fixed.
The shares of pieces, letters and features are summed to words and regions, so that everything adds
up to the difference in log-probability, but for a gap that more steps make smaller.

References:
    Sundararajan, Taly, Yan (2017), Axiomatic attribution for deep networks, arXiv:1703.01365.
"""

import re
import time
from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from core.datasets.batches import PADDING_CHARACTER, Batch
from core.datasets.labels import LabelMap
from core.datasets.pieces import context_offsets
from core.datasets.targets import Codec
from core.errors import InputError
from core.explain.explanation import included
from core.explain.integrated_gradients import Source, SpanLogProbability, integrate
from core.model import ShapCA
from core.records import AttributedWord, Attribution, Entity, Record


def attribute(
    model: ShapCA,
    codec: Codec,
    tokenizer: PreTrainedTokenizerFast,
    record: Record,
    entity: int,
    *,
    post: Batch,
    blank_regions: Tensor | None,
    grid: tuple[int, int],
) -> Attribution:
    """Return what one predicted entity owes to everything the model read.

    Nobody else may use the model meanwhile: captum hooks its layers.

    Args:
        model: The one that made the record, in evaluation mode.
        codec: Names the tags.
        tokenizer: The text encoder's.
        record: The post.
        entity: Index into its entities.
        post: It alone with its included contexts, as the model reads it.
        blank_regions: Features of a grey photo, shape (R, D); None without an image.
        grid: Rows and columns of the regions.

    Raises:
        InputError: The record has no such entity, the model does not predict it, or its task is
            not mner.
    """
    started = time.perf_counter()
    if not isinstance(codec, LabelMap):
        raise InputError(
            f"words are attributed to entities that a CRF tags, and this checkpoint's task is "
            f"{record.task}; choose one of the task mner"
        )
    goal = SpanLogProbability(model, codec, post, _chosen(record, entity))
    sources = _sources(goal, tokenizer, blank_regions)
    way = integrate(goal, sources)
    pieces = way.shares["input_ids"][0].sum(-1).tolist()  # (S,)
    regions = way.shares.get("image_regions")  # (1, R, D)
    return Attribution(
        entity=entity,
        words=_words(pieces, way.shares.get("char_ids"), post, len(record.post.tokens)),
        contexts=_contexts(pieces, post, record, tokenizer),
        regions=None if regions is None else regions[0].sum(-1).view(grid).tolist(),
        baseline=_describe(sources, tokenizer),
        log_probability=way.end,
        baseline_log_probability=way.start,
        steps=way.steps,
        completeness_gap=way.gap,
        seconds=round(time.perf_counter() - started, 4),
    )


def _chosen(record: Record, entity: int) -> Entity:
    if not 0 <= entity < len(record.entities):
        raise InputError(
            f"there is no entity {entity}: the record has {len(record.entities)}, counted from 0"
        )
    return record.entities[entity]


def _sources(
    goal: SpanLogProbability, tokenizer: PreTrainedTokenizerFast, blank_regions: Tensor | None
) -> list[Source]:
    """Return what is read: pieces first, letters and regions where there are any."""
    model, post = goal.model, goal.post
    embedding = model.text_encoder.model.get_input_embeddings()
    sources = [Source("input_ids", embedding, _masked(post, tokenizer))]
    if model.characters is not None:
        blank = torch.full_like(post.char_ids, PADDING_CHARACTER)
        sources.append(Source("char_ids", model.characters.embedding, blank))
    if post.image_regions is not None and blank_regions is not None:
        grey = blank_regions.unsqueeze(0).to(post.image_regions)
        sources.append(Source("image_regions", goal.entrance, grey))
    return sources


def _masked(post: Batch, tokenizer: PreTrainedTokenizerFast) -> Tensor:
    """Return the joint input with every piece of a word masked and special pieces kept, (1, S)."""
    masked, hidden = post.input_ids.clone(), _hidden_piece(tokenizer)
    masked[0, 1 : _text_end(post)] = hidden
    for start, end in post.context_spans[0].tolist():
        masked[0, start:end] = hidden
    return masked


def _hidden_piece(tokenizer: PreTrainedTokenizerFast) -> int:
    """Return the id of the mask, or of padding for an encoder that was trained without a mask."""
    masked, padding = tokenizer.mask_token_id, tokenizer.pad_token_id
    return int(padding if masked is None else masked)


def _words(pieces: Sequence[float], letters: Tensor | None, post: Batch, words: int) -> list[float]:
    """Sum what each word's pieces (S,) and letters (L, C, E) were given; 0 for words cut off."""
    starts = post.word_starts[0].tolist()
    spelled = [0.0] * len(starts) if letters is None else letters.sum((1, 2)).tolist()
    ends = [*starts[1:], _text_end(post)]
    read = [
        sum(pieces[start:end]) + spelling
        for start, end, spelling in zip(starts, ends, spelled, strict=True)
    ]
    return read + [0.0] * (words - len(read))


def _contexts(
    pieces: Sequence[float], post: Batch, record: Record, tokenizer: PreTrainedTokenizerFast
) -> list[list[AttributedWord]]:
    """Sum what the pieces (S,) of each context's words were given."""
    own = included(record)
    offsets = context_offsets([context for _, context in own], tokenizer) if own else []
    made: list[list[AttributedWord]] = [[] for _ in record.contexts]
    spans = post.context_spans[0].tolist()[: len(own)]
    for (place, context), characters, (start, end) in zip(own, offsets, spans, strict=True):
        # A context of blanks or invisible signs only is read as one unknown piece.
        characters = characters or [(0, len(context.text))]
        made[place] = _context_words(context.text, characters, pieces[start:end])
    return made


def _context_words(
    text: str, characters: Sequence[tuple[int, int]], pieces: Sequence[float]
) -> list[AttributedWord]:
    """Sum pieces to the words that hold their last character; what was cut is left out."""
    words = [match.span() for match in re.finditer(r"\S+", text)] or [(0, len(text))]
    values: dict[tuple[int, int], float] = {}
    for (_, piece_end), value in zip(characters, pieces, strict=False):
        word = next((word for word in words if piece_end <= word[1]), words[-1])
        values[word] = values.get(word, 0.0) + value
    return [
        AttributedWord(text=text[start:end], start=start, end=end, value=value)
        for (start, end), value in values.items()
    ]


def _text_end(post: Batch) -> int:
    """Return the place of the [SEP] after the sentence in the joint input."""
    return int(post.text_mask[0].sum()) - 1


def _describe(sources: Sequence[Source], tokenizer: PreTrainedTokenizerFast) -> str:
    hidden = tokenizer.convert_ids_to_tokens(_hidden_piece(tokenizer))
    parts = {
        "input_ids": f"{hidden} for every word piece",
        "char_ids": "blank letters",
        "image_regions": "a grey photo",
    }
    return ", ".join(parts[source.field] for source in sources)
