"""What a model says of a post: what it owes to the contexts, and what changed between two posts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.records import Coalition, Entity, Label, Record, Relation

Kind = Literal["kept", "retyped", "changed", "gained", "lost"]
KINDS: tuple[Kind, ...] = ("lost", "gained", "retyped", "changed", "kept")


@dataclass(frozen=True)
class Change:
    """What became of one entity, relation or label; a type is None where it is not found.

    Attributes:
        text: Its words; of a relation those of both names; "" of a label.
        before: Its type before.
        after: Its type after.
        scores: Its probability before and after.
    """

    text: str
    before: str | None
    after: str | None
    scores: tuple[float | None, float | None] = (None, None)

    @property
    def kind(self) -> Kind:
        """What happened, in one word."""
        if self.before is None:
            return "gained"
        if self.after is None:
            return "lost"
        if self.before == self.after:
            return "kept"
        return "retyped" if self.text else "changed"


class Origins(NamedTuple):
    """Whether each entity and each relation is found only with the contexts; None: not known."""

    entities: list[bool | None]
    relations: list[bool | None]


class Found(NamedTuple):
    """One thing that is found: its words, its type in plain words, its probability."""

    text: str
    type: str
    score: float | None = None


def origins(record: Record) -> Origins:
    """Return what of a Record is found only with the contexts."""
    bare = record.without_contexts
    if bare is None:
        unknown: list[bool | None] = [None] * len(record.relations)
        return Origins([entity.needs_context for entity in record.entities], unknown)
    entities = {_span(entity) for entity in bare.entities}
    relations = {_joined(relation, bare.entities) for relation in bare.relations}
    return Origins(
        [_span(entity) not in entities for entity in record.entities],
        [_joined(relation, record.entities) not in relations for relation in record.relations],
    )


def found_entities(entities: Sequence[Entity]) -> list[Found]:
    """Return entities as what is found."""
    return [Found(entity.text, entity.type, entity.score) for entity in entities]


def found_relations(said: Record | Coalition) -> list[Found]:
    """Return the relations of a Record or a coalition as what is found."""
    return [
        Found(
            f"{said.entities[one.head].text} – {said.entities[one.tail].text}",
            plain_name(one.type),
            one.score,
        )
        for one in said.relations
    ]


def changes(before: Sequence[Found], after: Sequence[Found]) -> list[Change]:
    """Return everything found before or after with what became of it, what was lost first.

    Things are told apart by their words and by how often these came before, so that they are
    found again in an edited sentence.
    """
    old, new = _by_words(before), _by_words(after)
    made = [
        Change(
            (new.get(name) or old[name]).text,
            old[name].type if name in old else None,
            new[name].type if name in new else None,
            (old[name].score if name in old else None, new[name].score if name in new else None),
        )
        for name in dict.fromkeys([*old, *new])
    ]
    return sorted(made, key=lambda change: KINDS.index(change.kind))


def label_change(before: Label | None, after: Label | None) -> Change | None:
    """Return what became of the label of a post, None where neither has one."""
    if before is None or after is None:
        return None
    scores = (before.probabilities.get(before.name), after.probabilities.get(after.name))
    return Change("", plain_name(before.name), plain_name(after.name), scores)


def plain_name(name: str) -> str:
    """Return a label in plain words, such as "member of" for "/per/org/member_of"."""
    return name.rpartition("/")[2].replace("_", " ")


def between(name: str) -> str:
    """Return what a relation joins, such as "per → org" for "/per/org/member_of"; else ""."""
    _, *kinds, _ = ["", *name.split("/")]
    return " → ".join(kind for kind in kinds if kind)


def _span(entity: Entity) -> tuple[int, int, str]:
    return entity.token_start, entity.token_end, entity.type


def _joined(relation: Relation, entities: Sequence[Entity]) -> tuple[object, ...]:
    """Return what makes a relation the same; one without direction names its earlier end first."""
    ends = (entities[place] for place in (relation.head, relation.tail))
    return (*((one.token_start, one.token_end) for one in ends), relation.type)


def _by_words(found: Sequence[Found]) -> dict[tuple[str, int], Found]:
    seen: Counter[str] = Counter()
    named = {}
    for one in found:
        words = one.text.casefold()
        named[words, seen[words]] = one
        seen[words] += 1
    return named
