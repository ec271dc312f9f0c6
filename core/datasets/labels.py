"""BIO tags over entity types, and the way between tags and entity spans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from core.errors import InputError
from core.records import Entity, Example, Outcome, Token

OUTSIDE = "O"
ALIASES = {"OTHER": "MISC"}  # Twitter-2015 and Twitter-2017 name the same type differently


class Span(NamedTuple):
    """Words `start` to `end` (half open) that form an entity of a type."""

    type: str
    start: int
    end: int


def canonical_type(name: str) -> str:
    """Return the type's one name in this project: OTHER is MISC."""
    return ALIASES.get(name, name)


def canonical_tag(tag: str) -> str:
    """Return a BIO tag with its type's one name.

    Raises:
        InputError: It is no BIO tag.
    """
    prefix, separator, name = tag.partition("-")
    if tag != OUTSIDE and (prefix not in ("B", "I") or not separator or not name):
        raise InputError(f"{tag!r} is no tag; write O, B-TYPE or I-TYPE")
    return OUTSIDE if tag == OUTSIDE else f"{prefix}-{canonical_type(name)}"


def spans(tags: Sequence[str]) -> list[Span]:
    """Return the entity spans of BIO tags, read as leniently as seqeval's default mode.

    An I- tag that continues nothing (after O, or after another type) opens an entity.
    """
    found: list[Span] = []
    previous, start = "", 0
    for word, tag in enumerate([*tags, OUTSIDE]):
        prefix, _, name = tag.partition("-")
        if prefix != "I" or name != previous:
            if previous:
                found.append(Span(previous, start, word))
            previous, start = name, word
    return found


def entities_from_tags(
    tags: Sequence[str], text: str, tokens: Sequence[Token]
) -> tuple[Entity, ...]:
    """Return the entities that BIO tags, one a token, mark in the sentence."""
    return tuple(
        entity_from_words(text, tokens, span.start, span.end, span.type) for span in spans(tags)
    )


def entity_from_words(
    text: str, tokens: Sequence[Token], token_start: int, token_end: int, name: str
) -> Entity:
    """Return the entity of a type over words `token_start` to `token_end` (half open)."""
    start, end = tokens[token_start].start, tokens[token_end - 1].end
    return Entity(
        text=text[start:end],
        type=canonical_type(name),
        start=start,
        end=end,
        token_start=token_start,
        token_end=token_end,
    )


@dataclass(frozen=True)
class LabelMap:
    """The tags of some entity types, numbered: O is 0, then B- and I- of each type in turn."""

    types: tuple[str, ...] = ("PER", "LOC", "ORG", "MISC")
    names: tuple[str, ...] = field(init=False)
    ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the tags."""
        types = tuple(canonical_type(name) for name in self.types)
        if len(set(types)) != len(types):
            raise InputError(f"entity types {', '.join(self.types)}: one is named twice")
        names = (OUTSIDE, *(f"{prefix}-{name}" for name in types for prefix in "BI"))
        object.__setattr__(self, "types", types)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "ids", {name: number for number, name in enumerate(names)})

    def __len__(self) -> int:
        """Return the number of tags, K."""
        return len(self.names)

    def encode(self, examples: Sequence[Example], kept: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return gold tags, 0 where padded or not annotated, shape (B, L), and who has any (B,).

        Raises:
            InputError: Gold entities overlap, leave their sentence, or are of an unknown type.
        """
        rows = [
            torch.tensor([self.ids[name] for name in names[:words]] or [0])
            for example, words in zip(examples, kept, strict=True)
            for names in [self.tags(example.entities or (), len(example.tokens))]
        ]
        annotated = torch.tensor([example.entities is not None for example in examples])
        return pad_sequence(rows, batch_first=True), annotated

    def outcome(self, example: Example, ids: Tensor) -> Outcome:
        """Return the entities that tags mark in a post, shape (L,); padding is passed over."""
        tags = [self.names[number] for number in ids.tolist()[: len(example.tokens)]]
        return Outcome(entities=list(entities_from_tags(tags, example.text, example.tokens)))

    def spans(self, ids: Sequence[int]) -> list[Span]:
        """Return the entity spans of tag ids, such as a decoded path."""
        return spans([self.names[number] for number in ids])

    def tags(self, entities: Sequence[Entity], words: int) -> list[str]:
        """Return the BIO tags of a sentence of `words` words.

        Raises:
            InputError: Two entities share a word, one leaves the sentence, or a type is unknown.
        """
        tags = [OUTSIDE] * words
        for entity in entities:
            name, where = canonical_type(entity.type), range(entity.token_start, entity.token_end)
            if name not in self.types:
                raise InputError(
                    f"entity {entity.text!r} is of type {entity.type}, known are "
                    f"{', '.join(self.types)}; rename it or add the type"
                )
            if not where or where.stop > words:
                raise InputError(f"entity {entity.text!r} covers no words of the sentence")
            if any(tags[word] != OUTSIDE for word in where):
                raise InputError(f"entity {entity.text!r} overlaps another; keep one of the two")
            tags[where.start : where.stop] = [f"B-{name}"] + [f"I-{name}"] * (len(where) - 1)
        return tags
