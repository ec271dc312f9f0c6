"""Entities and relations as labels of word pairs: one square of numbers a sentence.

Paper: word-pair tagging for joint extraction, without its equations. Ours: the square of EEGA, over
words instead of pieces of words, and a directed variant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import groupby, product

import torch
from torch import Tensor

from core.datasets.labels import Span, canonical_type, entity_from_words
from core.errors import InputError
from core.records import Entity, Example, Outcome, Relation

NONE = "none"
IGNORED = -1  # a pair of words of which nothing is asked


@dataclass(frozen=True)
class WordPairMap:
    """The labels of word pairs, numbered: none is 0, then entity types, then relations.

    An entity is the upper triangle, with the diagonal, of the square of its words. A relation is
    every pair of a word of the one entity and a word of the other: above the diagonal where
    undirected (EEGA), which forgets the direction; in the row of the head's word and the column of
    the tail's where directed, so below the diagonal if the tail comes first.

    As in EEGA, entities are read from the diagonal, so that what touches or overlaps comes back as
    one entity, of the type of its first word. Two relations between the same two entities come
    back as one; where directed, one each way.

    `argument_types` names the types of head and tail that a relation may join; one it does not
    name may join any.
    """

    entity_types: tuple[str, ...]
    relations: tuple[str, ...]
    _: KW_ONLY
    directed: bool
    argument_types: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    names: tuple[str, ...] = field(init=False)
    ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the labels."""
        types = tuple(canonical_type(name) for name in self.entity_types)
        names = (NONE, *types, *self.relations)
        if not types or not self.relations:
            raise InputError("word pairs need entity types and relations; name at least one each")
        if len(set(names)) != len(names):
            raise InputError(f"labels of word pairs {', '.join(names)}: one is named twice")
        self._check_arguments(types)
        object.__setattr__(self, "entity_types", types)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "ids", {name: number for number, name in enumerate(names)})

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self.names)

    @property
    def signatures(self) -> list[tuple[int, int, int]]:
        """Return the numbers of each relation with the types of head and tail it may join."""
        anything = list(product(self.entity_types, repeat=2))
        return [
            (self.ids[name], self.ids[canonical_type(head)], self.ids[canonical_type(tail)])
            for name in self.relations
            for head, tail in self.argument_types.get(name, anything)
        ]

    def encode(self, examples: Sequence[Example], kept: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return gold labels of word pairs, shape (B, L, L), and who has any, shape (B,).

        Padding, posts without gold and, where undirected, everything below the diagonal is
        `IGNORED`. Of overlapping entities the longer one's label stays; a label of an entity stays
        before one of a relation. Ours: a post whose entities are known and whose relations are not
        asks for its entities and the diagonal only, so that corpora of entities can help.

        Raises:
            InputError: An entity leaves its sentence, a relation names no entity, or a type or
                relation is unknown.
        """
        length = max(1, *kept)
        gold = torch.full((len(examples), length, length), IGNORED)  # (B, L, L)
        annotated = [example.entities is not None for example in examples]
        for row, example in enumerate(examples):
            if annotated[row]:
                words = kept[row]
                gold[row, :words, :words] = self._square(example)[:words, :words]
        return gold, torch.tensor(annotated)

    def outcome(self, example: Example, ids: Tensor) -> Outcome:
        """Return the entities and relations that labels of word pairs mean, shape (L, L).

        A relation is the most frequent one among the pairs of words of two entities (the first of
        the names where several are), if there is any. Undirected relations are said once, with the
        earlier entity as the head.
        """
        words = min(len(example.tokens), len(ids))
        square = ids[:words, :words].cpu()
        spans = self._spans(square.diagonal().tolist())
        entities = [
            entity_from_words(example.text, example.tokens, span.start, span.end, span.type)
            for span in spans
        ]
        return Outcome(entities=entities, relations=self._relations(square, spans))

    def _check_arguments(self, types: Sequence[str]) -> None:
        for relation, pairs in self.argument_types.items():
            named = {canonical_type(name) for pair in pairs for name in pair}
            if relation not in self.relations or not named or not named <= set(types):
                raise InputError(
                    f"argument types of {relation!r}: {pairs!r}; name pairs of known entity types "
                    "for a known relation"
                )

    def _square(self, example: Example) -> Tensor:
        """Return the labels of a whole sentence, shape (L, L)."""
        words, entities = len(example.tokens), example.entities or ()
        square = torch.zeros(words, words, dtype=torch.long)  # (L, L)
        spans = [self._checked_words(entity, words) for entity in entities]
        for relation in example.relations or ():
            number = self._number(relation.type, self.relations, "relation")
            if max(relation.head, relation.tail) >= len(spans):
                raise InputError(
                    f"relation {relation.type} joins entities {relation.head} and {relation.tail} "
                    f"of {len(spans)}; correct it"
                )
            head, tail = spans[relation.head], spans[relation.tail]
            square[head, tail] = number
            if not self.directed:
                square[tail, head] = number
        for entity, span in sorted(zip(entities, spans, strict=True), key=_length):
            number = self._number(canonical_type(entity.type), self.entity_types, "entity type")
            square[span, span].fill_(number).triu_()
        if example.relations is None:
            return square.masked_fill((square == 0).fill_diagonal_(False), IGNORED)
        below = torch.ones(words, words, dtype=torch.bool).tril(-1)
        return square if self.directed else square.masked_fill(below, IGNORED)

    def _number(self, name: str, known: Sequence[str], kind: str) -> int:
        if name not in known:
            raise InputError(
                f"{name!r} is an unknown {kind}, known are {', '.join(known)}; "
                "rename it or add it to them"
            )
        return self.ids[name]

    def _checked_words(self, entity: Entity, words: int) -> slice:
        if not entity.token_start < entity.token_end <= words:
            raise InputError(f"entity {entity.text!r} covers no words of the sentence")
        return slice(entity.token_start, entity.token_end)

    def _spans(self, diagonal: Sequence[int]) -> list[Span]:
        """Return maximal runs of words that are in an entity, each of its first word's type."""
        spans, last_type = [], len(self.entity_types)
        for inside, run in groupby(enumerate(diagonal), key=lambda word: 0 < word[1] <= last_type):
            (start, number), *more = run
            if inside:
                spans.append(Span(self.names[number], start, start + 1 + len(more)))
        return spans

    def _relations(self, square: Tensor, spans: Sequence[Span]) -> list[Relation]:
        """Return the most frequent relation of each pair of spans that has one."""
        member = torch.zeros(len(spans), len(square))  # (E, L)
        for row, span in zip(member, spans, strict=True):
            row[span.start : span.end] = 1
        first = 1 + len(self.entity_types)
        numbers = torch.arange(first, len(self)).view(-1, 1, 1)
        counts = member @ (square == numbers).float() @ member.T  # (relations, E, E)
        most, best = counts.max(dim=0)  # (E, E)
        if not self.directed:
            most = most.triu()
        pairs = (most.fill_diagonal_(0) > 0).nonzero().tolist()
        return [
            Relation(head=head, tail=tail, type=self.relations[int(best[head, tail])])
            for head, tail in pairs
        ]


def _length(entity_and_words: tuple[Entity, slice]) -> int:
    entity, _ = entity_and_words
    return entity.token_end - entity.token_start
