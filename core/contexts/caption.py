"""A caption-like phrase from detected objects and image tags.

People come first, then what they wear, sit on and have with them, then what is nearby, in the order
in which people write captions.
"""

from collections.abc import Sequence
from typing import Literal

from core.contexts.detector import Detection
from core.contexts.imagenet import POSSIBLE, SURE, Tag, TagSummary
from core.contexts.layout import by_label, relation_of
from core.contexts.words import counted, listed, plural, with_article

_ANIMALS = {"bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}
_PLACES = {"landscape": "in", "stage": "on"}
_GROUP, _CROWD = 4, 9  # people
_SEVERAL = 4  # things
_KINDS = 4  # most labels named
_DETAIL = 0.1


def caption(
    detections: Sequence[Detection], tags: TagSummary | None
) -> tuple[str, tuple[Literal["objects", "tags"], ...]]:
    """Return a caption without capital letter and full stop, and what it was built from.

    Args:
        detections: Objects in the photo.
        tags: The classifier's belief, None when it was not asked.

    Returns:
        The phrase, empty when nothing was recognised, and its sources.
    """
    if not detections:
        phrase = _tags_alone(tags)
        return phrase, (("tags",) if phrase else ())
    head, parts = _objects(detections)
    best = _best_tag(tags)
    joined = _joined_tag(best, {d.label for d in detections}) if best else None
    if joined is None:
        return _assemble(head, parts), ("objects",)
    relation, phrase = joined
    parts.setdefault(relation, []).append(phrase)
    return _assemble(head, parts), ("objects", "tags")


def _objects(detections: Sequence[Detection]) -> tuple[str, dict[str, list[str]]]:
    """Who or what the caption is about, and the other objects by their relation to it."""
    groups = by_label(detections)
    people = [d for d in detections if d.label == "person"]
    things = [group for group in groups if group[0].label != "person"][:_KINDS]
    if not people:
        return listed([_several(group[0].label, len(group)) for group in things]), {}
    parts: dict[str, list[str]] = {}
    for group in things:
        relations = [relation_of(thing, people) for thing in group]
        for relation in dict.fromkeys(relations):
            phrase = _several(group[0].label, relations.count(relation))
            parts.setdefault(relation, []).append(phrase)
    return _number_of_people(len(people)), parts


def _assemble(head: str, parts: dict[str, list[str]]) -> str:
    order = ("wearing", "on", "with", "in", "near")
    tail = [f"{relation} {listed(parts[relation])}" for relation in order if relation in parts]
    return " ".join([head, *tail])


def _number_of_people(count: int) -> str:
    if count >= _CROWD:
        return "a crowd of people"
    return "a group of people" if count >= _GROUP else counted("person", count)


def _several(label: str, count: int) -> str:
    return counted(label, count) if count < _SEVERAL else f"several {plural(label)}"


def _tags_alone(tags: TagSummary | None) -> str:
    """What the classifier believes in a photo without objects."""
    kind = tags.kind if tags else None
    if tags and kind and kind.score >= SURE and not _is_worn(kind):
        details = [
            with_article(tag.noun)
            for tag in tags.tags
            if tag.kind == kind.kind and tag.noun != kind.noun and tag.score >= _DETAIL
        ]
        looks = f" that looks like {listed(details, 'or')}" if details else ""
        return f"{with_article(kind.noun)}{looks}"
    best = _best_tag(tags)
    return _hedged(best) if best else ""


def _best_tag(tags: TagSummary | None) -> Tag | None:
    """The most telling belief that is likely enough: a single class before its kind."""
    if tags is None:
        return None
    kind = [tags.kind] if tags.kind and not _is_worn(tags.kind) else []
    return next((tag for tag in [*tags.tags[:1], *kind] if tag.score >= POSSIBLE), None)


def _joined_tag(tag: Tag, labels: set[str]) -> tuple[str, str] | None:
    """How a belief joins a caption of objects, as (relation, phrase); None when it adds nothing."""
    role = tag.kind.role if tag.kind else "thing"
    if role == "place":
        return _PLACES.get(tag.noun, "near"), _hedged(tag)
    if role == "page":
        return "on", _hedged(tag)
    if role == "worn":
        return ("wearing", _hedged(tag)) if labels >= {"person"} and "tie" not in labels else None
    is_known = tag.noun in labels or (role == "animal" and not labels.isdisjoint(_ANIMALS))
    return None if is_known or tag.score < SURE else ("with", with_article(tag.noun))


def _is_worn(tag: Tag) -> bool:
    return tag.kind is not None and tag.kind.role == "worn"


def _hedged(tag: Tag) -> str:
    noun = with_article(tag.noun)
    return noun if tag.score >= SURE else f"what may be {noun}"
