"""Texts compared by their words, whatever their letter case, letter style and punctuation."""

import unicodedata
from collections.abc import Iterable, Sequence

import regex

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, casefolded; all that is no letter, mark or digit parts them.

    Compatible forms of a letter are one letter (NFKC), so that a name in mathematical bold, which
    tweets are fond of, is the name.

    >>> plain_words("Bill Cosby's #Hollywood-Star, 2017!")
    ('bill', 'cosby', 's', 'hollywood', 'star', '2017')
    """
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def has_phrase(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Return whether the words of a phrase follow one another somewhere; an empty one never does.

    >>> has_phrase(plain_words("A man in New York."), plain_words("new york"))
    True
    """
    length = len(phrase)
    return length > 0 and any(
        words[start] == phrase[0] and tuple(words[start : start + length]) == tuple(phrase)
        for start in range(len(words) - length + 1)
    )


def covered(words: Sequence[str], phrases: Iterable[Sequence[str]]) -> int:
    """Return how many of the words lie in an occurrence of one of the phrases.

    >>> covered(plain_words("new york is not york"), [("new", "york"), ("york", "is")])
    3
    """
    inside: set[int] = set()
    for phrase in phrases:
        length = len(phrase)
        for start in range(len(words) - length + 1 if length else 0):
            if tuple(words[start : start + length]) == tuple(phrase):
                inside.update(range(start, start + length))
    return len(inside)
