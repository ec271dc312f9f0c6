"""Which of the detector's 80 kinds of objects a sentence names, and whether the photo has them.

A context that names what the detector does not see may be made up; one that is silent about what
it is sure of leaves something out. The nouns of each kind are listed in `objects.toml`.
"""

import functools
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.contexts.words import plural
from core.matching import plain_words

_DENIALS = {"no", "without"}


@dataclass(frozen=True)
class Naming:
    """An object that a sentence names.

    Attributes:
        said: The words that name it.
        labels: The detector's labels for it; of several, any may be meant.
        is_loose: The words may also mean something that the detector does not know.
    """

    said: str
    labels: tuple[str, ...]
    is_loose: bool = False


def named_objects(text: str) -> list[Naming]:
    """Return the objects that a sentence names, in its order; of each meaning, the first words.

    Of several phrases that start at a word the longest is meant, and only whole words count; what
    follows "no" or "without" is not named. Other denials are not understood.

    >>> [one.labels for one in named_objects("Two puppies and a hot dog, but no cat")]
    [('dog',), ('hot dog',)]
    """
    words = plain_words(text)
    found: dict[tuple[tuple[str, ...], bool], Naming] = {}
    place = 0
    while place < len(words):
        phrase = _phrase_at(words, place)
        naming = _phrases().get(phrase)
        if naming and not (place and words[place - 1] in _DENIALS):
            found.setdefault((naming.labels, naming.is_loose), naming)
        place += max(len(phrase), 1)
    return list(found.values())


def not_seen(contexts: Iterable[str], perhaps_seen: Collection[str]) -> list[str]:
    """Return the words for objects that contexts name and the detector finds unlikely.

    Words that may also mean something beyond its 80 kinds are never among them.
    """
    return [one.said for one in _certain(contexts) if not set(one.labels) & set(perhaps_seen)]


def not_named(contexts: Iterable[str], seen: Iterable[str]) -> list[str]:
    """Return the labels that the detector is sure of and that no context names."""
    named = {label for one in _named(contexts) for label in one.labels}
    return [label for label in seen if label not in named]


def made_up(contexts: Sequence[str], perhaps_seen: Collection[str]) -> float | None:
    """Return the share of the objects named that the detector finds unlikely; None without any.

    It counts kinds, not numbers. The detector knows 80 kinds and misses small and hidden things,
    so this is a suspicion, and silent about everything else that a context may invent.

    Args:
        contexts: Of one photo; read together.
        perhaps_seen: The labels that the detector cannot rule out.
    """
    named = _certain(contexts)
    return len(not_seen(contexts, perhaps_seen)) / len(named) if named else None


def left_out(contexts: Sequence[str], seen: Sequence[str]) -> float | None:
    """Return the share of the objects surely seen that no context names; None without either.

    A context need not list what there is: a caption of what matters leaves the rest out.

    Args:
        contexts: Of one photo; read together.
        seen: The labels that the detector is sure of.
    """
    return len(not_named(contexts, seen)) / len(seen) if contexts and seen else None


def _named(contexts: Iterable[str]) -> list[Naming]:
    every = {one: None for context in contexts for one in named_objects(context)}
    return list(every)


def _certain(contexts: Iterable[str]) -> list[Naming]:
    """Return one naming a meaning, of those that mean nothing else."""
    by_meaning = {one.labels: one for one in reversed(_named(contexts)) if not one.is_loose}
    return list(reversed(by_meaning.values()))


def _phrase_at(words: Sequence[str], place: int) -> tuple[str, ...]:
    for length in range(min(_longest(), len(words) - place), 0, -1):
        if (phrase := tuple(words[place : place + length])) in _phrases():
            return phrase
    return ()


@functools.cache
def _longest() -> int:
    return max(map(len, _phrases()))


@functools.cache
def _phrases() -> dict[tuple[str, ...], Naming | None]:
    """Return what each phrase names, in the singular and the plural; None: no object at all."""
    path = Path(__file__).with_name("objects.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    loose = [(tuple(labels), noun) for noun, labels in table["loose"].items()]
    nouns = [(tuple(labels), noun) for noun, labels in table["either"].items()]
    nouns += [((label,), noun) for label, names in table["nouns"].items() for noun in names]
    found: dict[tuple[str, ...], Naming | None] = {}
    for known, is_loose in ((loose, True), (nouns, False)):  # an orange is loose, oranges are not
        for labels, noun in known:
            found |= {plain_words(form): Naming(form, labels, is_loose) for form in _forms(noun)}
    for phrase in table["other"]["phrases"]:
        found |= {plain_words(form): None for form in _forms(phrase)}
    return found


def _forms(noun: str) -> tuple[str, str]:
    return noun, plural(noun)
