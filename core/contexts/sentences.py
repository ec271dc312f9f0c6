"""Sentences about a photo from what the models saw: nothing is said without evidence.

The wording follows photo captions, which is what text encoders have read most of. A belief that is
less than likely is said as one ("may", "perhaps").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.contexts.caption import caption
from core.contexts.detector import Detection
from core.contexts.imagenet import POSSIBLE, SURE, TagSummary
from core.contexts.layout import by_label, place_of
from core.contexts.look import Look
from core.contexts.words import counted, listed, sentence, with_article

VERSION = 2  # part of the fingerprint: raise it whenever the same photo would read differently
Source = Literal["objects", "tags", "text", "look"]

_LABELS = 4  # most classes named in one sentence
_SHORT = 3  # words


@dataclass(frozen=True)
class Evidence:
    """All that was seen in one photo.

    Attributes:
        detections: Objects, the most confident first.
        tags: The classifier's belief, None when it was not asked.
        lines: Text read in the photo, from the top.
        look: What the pixels alone tell.
    """

    detections: tuple[Detection, ...] = ()
    tags: TagSummary | None = None
    lines: tuple[str, ...] = ()
    look: Look = field(default_factory=Look)


@dataclass(frozen=True)
class Sentence:
    """A sentence and what it was built from."""

    text: str
    sources: tuple[Source, ...]


def describe(evidence: Evidence) -> list[Sentence]:
    """Return differently built sentences about one photo, none of them twice.

    A photo in which nothing was recognised gets no sentence.
    """
    if evidence.look.plain_color:
        text = f"The picture is plain {evidence.look.plain_color}, with nothing to see in it."
        return [Sentence(text, ("look",))]
    candidates = [
        caption_sentence(evidence),
        layout_sentence(evidence.detections),
        tag_sentence(evidence.tags),
        text_sentence(evidence.lines),
    ]
    by_text = {found.text: found for found in reversed(candidates) if found}
    return list(reversed(by_text.values()))


def caption_sentence(evidence: Evidence) -> Sentence | None:
    """Return one sentence that joins objects, scene and look, as a caption would."""
    phrase, sources = caption(evidence.detections, evidence.tags)
    if not phrase:
        return None
    used: list[Source] = list(sources)
    if evidence.look.is_monochrome:
        phrase = f"a black and white photo of {phrase}"
        used.append("look")
    elif len(phrase.split()) <= _SHORT:
        phrase = f"a photo of {phrase}"
    return Sentence(sentence(phrase), tuple(used))


def layout_sentence(detections: Sequence[Detection]) -> Sentence | None:
    """Return how many of what are where: "Two people and a car are on the left."."""
    places: dict[str, list[tuple[str, int]]] = {}
    for group in by_label(detections)[:_LABELS]:
        places.setdefault(place_of(group), []).append((group[0].label, len(group)))
    if not places:
        return None
    clauses = []
    for place, items in places.items():
        is_one = sum(count for _, count in items) == 1
        verb = ("is" if is_one else "are") if place else ("fills" if is_one else "fill")
        subject = listed([counted(label, count) for label, count in items])
        clauses.append(f"{subject} {verb} {place or 'most of the photo'}")
    return Sentence(sentence(listed(clauses)), ("objects",))


def tag_sentence(tags: TagSummary | None) -> Sentence | None:
    """Return what the photo is of, hedged by how sure the classifier is; None for no idea."""
    if tags is None:
        return None
    names = [tag for tag in tags.tags if tag.score >= POSSIBLE]
    kind = tags.kind
    if names and names[0].score >= SURE:
        return Sentence(f"The photo shows {with_article(names[0].noun)}.", ("tags",))
    if kind and kind.kind and kind.score >= SURE and kind.kind.role != "worn":
        members = [tag.noun for tag in names if tag.kind == kind.kind and tag.noun != kind.noun]
        details = [with_article(noun) for noun in members]
        detail = f", perhaps {listed(details, 'or')}" if details else ""
        return Sentence(f"The photo shows {with_article(kind.noun)}{detail}.", ("tags",))
    if not names:
        return None
    guesses = listed([with_article(tag.noun) for tag in names], "or")
    return Sentence(f"The photo may show {guesses}.", ("tags",))


def text_sentence(lines: Sequence[str]) -> Sentence | None:
    """Return what is written in the photo, quoted; None when nothing was read."""
    text = " ".join(lines)
    if not text:
        return None
    subject, verb = ("word", "is") if " " not in text else ("words", "are")
    return Sentence(f"The {subject} “{text}” {verb} written in the photo.", ("text",))
