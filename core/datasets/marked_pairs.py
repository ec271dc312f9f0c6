"""The two names of a sentence whose relation is asked for, as a person writes them: `3:5 8:9`."""

import re
from collections.abc import Sequence

from core.errors import InputError
from core.records import Pair, Token

Span = tuple[int, int]

_RANGE = re.compile(r"\s*(\d{1,6})\s*:\s*(\d{1,6})\s*", re.ASCII)
_MOST_NUMBERED = 80  # words in a message


def marked_pair(tokens: Sequence[Token], head: str | None, tail: str | None) -> Pair:
    """Return the pair that two ranges of words mark.

    Args:
        tokens: Of the sentence.
        head: Words as START:END, from 0, END not included; None: not given.
        tail: Likewise.

    Raises:
        InputError: A range is missing, is none, or leaves the sentence, or both are the same; the
            message numbers the words.
    """
    try:
        return checked_pair(_span("head", head), _span("tail", tail), len(tokens))
    except InputError as error:
        raise InputError(
            f"{error}: give START:END, counted from 0, END not included; the words are "
            f"{numbered_words(tokens)}"
        ) from None


def checked_pair(head: Span, tail: Span, words: int) -> Pair:
    """Return two ranges as a pair of names of a sentence with so many words.

    Raises:
        InputError: A range is empty or leaves the sentence, or both are the same.
    """
    for name, (start, end) in (("head", head), ("tail", tail)):
        if not 0 <= start < end <= words:
            raise InputError(f"the {name} {start}:{end} marks no words of a sentence of {words}")
    if head == tail:
        raise InputError("head and tail are the same words")
    return Pair(head=head, tail=tail)


def numbered_words(tokens: Sequence[Token]) -> str:
    """Return the words of a sentence with their numbers, such as "0 Anna, 1 sings"."""
    shown = [f"{place} {token.text}" for place, token in enumerate(tokens[:_MOST_NUMBERED])]
    return ", ".join([*shown, "…"] if len(tokens) > _MOST_NUMBERED else shown)


def _span(name: str, given: str | None) -> Span:
    if given is None:
        raise InputError(f"the {name} is not marked")
    found = _RANGE.fullmatch(given)
    if found is None:
        raise InputError(f"the {name} {given!r} is no range of words")
    return int(found[1]), int(found[2])
