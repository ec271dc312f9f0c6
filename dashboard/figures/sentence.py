"""The sentence as HTML: entities underlined, a gate under every word, gold labels beside."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from core.records import Entity, Record, Token
from dashboard.figures.findings import origins

MOST_WORDS = 600  # drawn; the Record keeps all of them
ROLES = ("head", "tail")  # of two marked names, which have no type

Outcome = Literal["right", "wrong type", "wrong span", "missed", "not gold"]


class GoldEntity(Protocol):
    """A gold entity: a span of the sentence and its type."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def type(self) -> str:
        """PER, LOC, ORG, MISC, ..."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def end(self) -> int:
        """One past the last character."""


@dataclass(frozen=True)
class Judged:
    """A gold or predicted entity and how prediction and gold compare."""

    text: str
    type: str
    outcome: Outcome


def sentence_html(record: Record, gold: Sequence[GoldEntity] | None = None) -> str:
    """Return the sentence with its entities and gates; every word of the user is escaped.

    A solid underline marks an entity that is predicted without contexts as well, a dashed one an
    entity that needs them. The bar under a word is its gate.

    Args:
        record: Of one post.
        gold: Entities of a sample that was not edited, None when nobody knows.
    """
    tokens = record.post.tokens[:MOST_WORDS]
    starts = {entity.token_start: place for place, entity in enumerate(record.entities)}
    needed = origins(record).entities
    outcomes = {} if gold is None else _outcomes(record.entities, gold)
    parts, place = [], 0
    while place < len(tokens):
        found = starts.get(place)
        entity = None if found is None else record.entities[found]
        last = place if entity is None else max(place, entity.token_end - 1)
        words = "".join(
            _word(record, number) for number in range(place, min(last + 1, len(tokens)))
        )
        if entity is None or found is None:
            parts.append(words)
        elif not entity.type:
            parts.append(_marked(ROLES[found % 2], words))
        else:
            parts.append(_entity(entity, words, needed[found], outcomes.get(place)))
        place = last + 1
    return f'<div class="sc-sentence" dir="auto">{"".join(parts)}</div>{_left_out(record)}'


def sentence_table(record: Record) -> pd.DataFrame:
    """Return one row per word: its gate, its entity and how sure the model is of it."""
    gates = record.gates.text if record.gates else [None] * len(record.post.tokens)
    rows = [
        {"word": token.text, "gate": gate, "entity": "", "probability": None}
        for token, gate in zip(record.post.tokens, gates, strict=True)
    ]
    for entity in record.entities:
        for row in rows[entity.token_start : entity.token_end]:
            row.update(entity=entity.type or "marked", probability=entity.score)
    return pd.DataFrame(rows, columns=["word", "gate", "entity", "probability"])


def judge(predicted: Sequence[Entity], gold: Sequence[GoldEntity]) -> list[Judged]:
    """Return every gold entity with what became of it, then predictions that touch no gold."""
    judged = [Judged(entity.text, entity.type, _fate(entity, predicted)) for entity in gold]
    judged += [
        Judged(entity.text, entity.type, "not gold")
        for entity in predicted
        if not any(_overlap(entity, other) for other in gold)
    ]
    return judged


def touches_next(tokens: Sequence[Token], place: int) -> bool:
    """Return whether no space follows a word."""
    return place + 1 < len(tokens) and tokens[place].end == tokens[place + 1].start


def _fate(gold: GoldEntity, predicted: Sequence[Entity]) -> Outcome:
    touching = [entity for entity in predicted if _overlap(entity, gold)]
    if not touching:
        return "missed"
    exact = [entity for entity in touching if (entity.start, entity.end) == (gold.start, gold.end)]
    if not exact:
        return "wrong span"
    return "right" if exact[0].type == gold.type else "wrong type"


def _overlap(one: GoldEntity, other: GoldEntity) -> bool:
    return one.start < other.end and other.start < one.end


def _outcomes(predicted: Sequence[Entity], gold: Sequence[GoldEntity]) -> dict[int, bool]:
    correct = {(entity.start, entity.end, entity.type) for entity in gold}
    return {
        entity.token_start: (entity.start, entity.end, entity.type) in correct
        for entity in predicted
    }


def _word(record: Record, place: int) -> str:
    token = record.post.tokens[place]
    word = f'<span class="sc-text">{html.escape(token.text)}</span>'
    if record.gates is None:
        bar, title = "", ""
    else:
        gate = record.gates.text[place]
        bar = f'<span class="sc-gate"><span style="width:{gate:.0%}"></span></span>'
        title = f' title="gate {gate:.2f}: keeps {gate:.0%} of its own voice"'
    joined = " sc-joined" if touches_next(record.post.tokens, place) else ""
    return f'<span class="sc-word{joined}"{title}>{word}{bar}</span>'


def _marked(role: str, words: str) -> str:
    return (
        f'<span class="sc-entity sc-solid sc-{role}" tabindex="0" title="marked as the {role}">'
        f'<span class="sc-words">{words}</span>'
        f'<span class="sc-label" dir="ltr">{role}</span></span>'
    )


def _entity(entity: Entity, words: str, needed: bool | None, correct: bool | None) -> str:
    kind = html.escape(entity.type)
    line = "dashed" if needed else "solid"
    origin = {
        True: "found only with the contexts",
        False: "found without contexts as well",
        None: "not asked whether it needs contexts",
    }[needed]
    mark = {None: "", True: ' <b class="sc-right">✓</b>', False: ' <b class="sc-wrong">✗</b>'}[
        correct
    ]
    judged = {None: "", True: "; gold agrees", False: "; gold differs"}[correct]
    return (
        f'<span class="sc-entity sc-{line} sc-{kind}" tabindex="0" '
        f'title="{kind}, probability {entity.score:.2f}, {origin}{judged}">'
        f'<span class="sc-words">{words}</span>'
        f'<span class="sc-label" dir="ltr">{kind} <i>{entity.score:.2f}</i>{mark}</span></span>'
    )


def _left_out(record: Record) -> str:
    hidden = len(record.post.tokens) - MOST_WORDS
    if hidden <= 0:
        return ""
    words = f"… and {hidden:,} more words, not drawn here; the Record has them."
    return f'<p class="sc-caption">{words}</p>'
