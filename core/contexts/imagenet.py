"""Plain English for ImageNet's 1,000 classes: readable names, and kinds of things they add up to.

The classifier spreads its belief over near synonyms: a terrier over twenty breeds, a town hall over
palace, monastery and church. Summed by kind the belief is a safe statement ("a dog", "a building"),
with the best single class as a detail. The names and kinds are listed in `imagenet.toml`.
"""

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.contexts.tflite import Array

SURE = 0.5  # more likely than not: said without "may"
POSSIBLE = 0.2  # the least probability worth a "may"

Role = Literal["thing", "animal", "place", "page", "worn"]


@dataclass(frozen=True)
class Kind:
    """A group of classes.

    Attributes:
        noun: What to call it.
        role: How a caption uses it: near a place, on a page, wearing what is worn.
    """

    noun: str
    role: Role


@dataclass(frozen=True)
class Tag:
    """A name for what the photo shows.

    Attributes:
        noun: Readable name, without article.
        score: Probability, summed over the classes of this name.
        kind: What it is a kind of; None for classes that stand alone.
    """

    noun: str
    score: float
    kind: Kind | None = None


@dataclass(frozen=True)
class TagSummary:
    """What the classifier believes.

    Attributes:
        kind: The most probable kind of thing; None when no class belongs to one.
        tags: The most probable names, best first.
    """

    kind: Tag | None
    tags: tuple[Tag, ...]


def summarise(probabilities: Array, labels: Sequence[str], most: int = 3) -> TagSummary:
    """Return the best kind and the best names, sums of the probabilities of their classes.

    Args:
        probabilities: One per class, shape (1000,).
        labels: The classes' own names, in the same order.
        most: How many names to return.
    """
    renamed = _vocabulary()["renamed"]
    kinds: dict[Kind, float] = {}
    names: dict[tuple[str, Kind | None], float] = {}
    classes = zip(labels, kinds_by_class(labels), probabilities.tolist(), strict=True)
    for label, kind, probability in classes:
        name = (renamed.get(label, label), kind)
        names[name] = names.get(name, 0.0) + probability
        if kind:
            kinds[kind] = kinds.get(kind, 0.0) + probability
    tags = [Tag(noun, score, kind) for (noun, kind), score in names.items()]
    tags.sort(key=lambda tag: (-tag.score, tag.noun))
    best = max(kinds, key=lambda kind: kinds[kind], default=None)
    return TagSummary(Tag(best.noun, kinds[best], best) if best else None, tuple(tags[:most]))


def kinds_by_class(labels: Sequence[str]) -> list[Kind | None]:
    """Return the kind of each class, None for those that belong to none."""
    by_label: dict[str, Kind] = {}
    by_position: dict[int, Kind] = {}
    for noun, table in _vocabulary()["kinds"].items():
        kind = Kind(noun, table["role"])
        by_label |= dict.fromkeys(table.get("classes", ()), kind)
        for first, last in table.get("positions", ()):
            by_position |= dict.fromkeys(range(first, last + 1), kind)
    return [by_position.get(k) or by_label.get(label) for k, label in enumerate(labels)]


@functools.cache
def _vocabulary() -> dict[str, Any]:
    with Path(__file__).with_suffix(".toml").open("rb") as stream:
        return tomllib.load(stream)
