"""What went wrong with each unit of a post: gold and predicted units in pairs, by kind of error.

Ours. A unit is an entity, a relation, or the label of a whole post. Every unit stands in exactly
one match, and a match says one of

* `correct`: both are the same;
* `type`: an entity of the same words and another type; a relation between the same two spans that
  differs in its name or in a type of theirs; another label;
* `boundary`: entities that share words but not all of them, of whatever type;
* `missed`: gold with nothing that matches it; `spurious`: predicted, likewise.

Pairs are made in this order, of entities that share more words first, of the same type first. So
the correct ones are exactly what the scores of a task count as found; `type` and `boundary` count
there twice, as a wrong prediction and as gold that was not found.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from core.datasets.labels import Span, canonical_type
from core.datasets.relations import NO_RELATION
from core.errors import InputError
from core.records import Entity, Outcome, Task

Kind = Literal["entity", "relation", "label"]
ErrorClass = Literal["correct", "type", "boundary", "missed", "spurious"]

SCORED: Final[dict[Task, Kind]] = {
    "mner": "entity",
    "mre": "relation",
    "jmere": "relation",
    "classification": "label",
}

_ORDER: tuple[ErrorClass, ...] = ("correct", "type", "boundary")


@dataclass(frozen=True)
class Match:
    """A gold unit, a predicted one, or both, and what that is.

    Attributes:
        kind: Of both.
        error: The class; see the module.
        gold: Type of the entity, name of the relation, or label; None: spurious.
        predicted: Likewise; None: missed.
        gold_index: Its index in the outcome's list, 0 for a label; None: spurious.
        predicted_index: Likewise; None: missed.
        start: First word of the gold unit, else of the predicted one; of a relation, of its head.
        end: The word after its last.
        text: What it says there; both ends of a relation; nothing for a label.
    """

    kind: Kind
    error: ErrorClass
    gold: str | None
    predicted: str | None
    gold_index: int | None
    predicted_index: int | None
    start: int = 0
    end: int = 0
    text: str = ""


def match_units(task: Task, gold: Outcome, predicted: Outcome) -> list[Match]:
    """Return the matches of a post, in reading order: entities first, then relations.

    Tasks have the units that they predict: `jmere` has entities and relations, of which the scores
    count the relations (`SCORED`), without regard to direction as the published metric does.

    Raises:
        InputError: A relation points beyond the last entity.
    """
    match task:
        case "mner":
            return _entity_matches(gold, predicted)
        case "jmere":
            return [*_entity_matches(gold, predicted), *_relation_matches(gold, predicted)]
        case "mre":
            return _matches("relation", _pair(gold), _pair(predicted), _other_name)
        case "classification":
            return _matches("label", _label(gold), _label(predicted), _other_name)


class _Unit(NamedTuple):
    """What makes a unit the same as another, and how a match describes it."""

    key: Any
    name: str
    start: int = 0
    end: int = 0
    text: str = ""


class _Likeness(NamedTuple):
    """How alike two units are; the smaller, the sooner they are paired."""

    rank: int  # of the class, in `_ORDER`
    unshared: int = 0  # minus the number of shared words
    other_type: bool = False


_Compare = Callable[[Any, Any], _Likeness | None]


def _entity_matches(gold: Outcome, predicted: Outcome) -> list[Match]:
    made = _matches("entity", _entities(gold), _entities(predicted), _entity_likeness)
    return sorted(made, key=lambda match: (match.start, match.end))


def _relation_matches(gold: Outcome, predicted: Outcome) -> list[Match]:
    made = _matches("relation", _relations(gold), _relations(predicted), _relation_likeness)
    return sorted(made, key=lambda match: (match.start, match.end))


def _matches(
    kind: Kind, gold: Sequence[_Unit], predicted: Sequence[_Unit], compare: _Compare
) -> list[Match]:
    """Pair units greedily, most alike first; what is said twice counts once."""
    truths, guesses = _first_places(gold), _first_places(predicted)
    candidates = sorted(
        (likeness, truth, guess)
        for truth in truths
        for guess in guesses
        if (likeness := compare(gold[truth].key, predicted[guess].key)) is not None
    )
    made = []
    for likeness, truth, guess in candidates:
        if truth in truths and guess in guesses:
            truths.remove(truth)
            guesses.remove(guess)
            made.append(_match(kind, _ORDER[likeness.rank], gold, predicted, truth, guess))
    made += [_match(kind, "missed", gold, predicted, truth, None) for truth in truths]
    made += [_match(kind, "spurious", gold, predicted, None, guess) for guess in guesses]
    return made


def _first_places(units: Sequence[_Unit]) -> list[int]:
    places: dict[Hashable, int] = {}
    for place, unit in enumerate(units):
        places.setdefault(unit.key, place)
    return list(places.values())


def _match(
    kind: Kind,
    error: ErrorClass,
    gold: Sequence[_Unit],
    predicted: Sequence[_Unit],
    truth: int | None,
    guess: int | None,
) -> Match:
    true_unit = None if truth is None else gold[truth]
    guessed_unit = None if guess is None else predicted[guess]
    shown = true_unit or guessed_unit
    assert shown is not None
    return Match(
        kind=kind,
        error=error,
        gold=true_unit.name if true_unit else None,
        predicted=guessed_unit.name if guessed_unit else None,
        gold_index=truth,
        predicted_index=guess,
        start=shown.start,
        end=shown.end,
        text=shown.text,
    )


def _span(entity: Entity) -> Span:
    return Span(canonical_type(entity.type), entity.token_start, entity.token_end)


def _entities(outcome: Outcome) -> list[_Unit]:
    return [
        _Unit(span, span.type, span.start, span.end, entity.text)
        for entity in outcome.entities
        for span in [_span(entity)]
    ]


def _entity_likeness(truth: Span, guess: Span) -> _Likeness | None:
    shared = min(truth.end, guess.end) - max(truth.start, guess.start)
    other_type = truth.type != guess.type
    if (truth.start, truth.end) == (guess.start, guess.end):
        return _Likeness(int(other_type), -shared, other_type)
    return _Likeness(2, -shared, other_type) if shared > 0 else None


def _relations(outcome: Outcome) -> list[_Unit]:
    made = []
    for relation in outcome.relations:
        if max(relation.head, relation.tail) >= len(outcome.entities):
            raise InputError(f"relation {relation.type} points beyond the last entity; correct it")
        head, tail = outcome.entities[relation.head], outcome.entities[relation.tail]
        ends = sorted(
            (_span(head), _span(tail)), key=lambda span: (span.start, span.end, span.type)
        )
        made.append(_between((*ends, relation.type), relation.type, head, tail))
    return made


def _relation_likeness(
    truth: tuple[Span, Span, str], guess: tuple[Span, Span, str]
) -> _Likeness | None:
    if truth == guess:
        return _Likeness(0)
    words = [[(span.start, span.end) for span in ends] for *ends, _ in (truth, guess)]
    return _Likeness(1, other_type=truth[2] != guess[2]) if words[0] == words[1] else None


def _between(key: Any, name: str, head: Entity, tail: Entity) -> _Unit:
    return _Unit(key, name, head.token_start, head.token_end, f"{head.text} → {tail.text}")


def _pair(outcome: Outcome) -> list[_Unit]:
    """Return the relation of the marked pair, whose entities are the outcome's first two."""
    if outcome.label is None or outcome.label == NO_RELATION:
        return []
    if len(outcome.entities) < 2:
        return [_Unit(outcome.label, outcome.label)]
    return [_between(outcome.label, outcome.label, *outcome.entities[:2])]


def _label(outcome: Outcome) -> list[_Unit]:
    return [] if outcome.label is None else [_Unit(outcome.label, outcome.label)]


def _other_name(truth: str, guess: str) -> _Likeness:
    return _Likeness(int(truth != guess))
