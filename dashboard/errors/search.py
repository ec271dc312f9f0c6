"""Finding posts by words, also misspelt ones."""

import difflib
import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.errors.runs import Run

_WORD = re.compile(r"\w+")
CLOSE = 0.75  # similarity of two words, from 0 to 1


class Found(NamedTuple):
    """What a search found.

    Attributes:
        matches: Which posts, shape (posts,).
        instead: What was looked for instead of words that occur nowhere, "" when all occur.
    """

    matches: NDArray[np.bool_]
    instead: str


@lru_cache(maxsize=32)
def search(run: Run, wanted: str) -> Found:
    """Return the posts that hold every word wanted, in their text or id, whatever its case.

    A word that occurs nowhere gives way to the one that comes nearest to it, if any does.
    """
    matches = np.ones(len(run), bool)
    instead = []
    for word in wanted.casefold().split():
        holds = _holding(run, word)
        if not holds.any() and (nearest := _nearest(run, word)):
            instead.append(nearest)
            holds = _holding(run, nearest)
        matches &= holds
    return Found(matches, ", ".join(instead))


def _holding(run: Run, word: str) -> NDArray[np.bool_]:
    return np.asarray(_searched(run).str.contains(word, regex=False), bool)


def _nearest(run: Run, word: str) -> str:
    # Only words that begin alike and are about as long: thirty thousand would take too long.
    alike = [
        other
        for other in _vocabulary(run).get(word[:1], ())
        if abs(len(other) - len(word)) <= max(1, len(word) // 4)
    ]
    close = difflib.get_close_matches(word, alike, n=1, cutoff=CLOSE)
    return close[0] if close else ""


@lru_cache(maxsize=4)
def _searched(run: Run) -> "pd.Series[str]":
    return (run.table["id"] + " " + run.table["text"]).str.casefold()


@lru_cache(maxsize=4)
def _vocabulary(run: Run) -> dict[str, tuple[str, ...]]:
    by_letter: dict[str, set[str]] = {}
    for text in _searched(run):
        for word in _WORD.findall(text):
            by_letter.setdefault(word[0], set()).add(word)
    return {letter: tuple(sorted(words)) for letter, words in by_letter.items()}
