"""Words of a sentence, split the way the Twitter-2017 data is split.

There, every sign that is neither letter, digit nor underscore is a word of its own ("#", "@" and
quotes too), except in numbers such as 10,000 and in emoticons. Ours: addresses stay whole, as in
Twitter-2015, and so does every emoji.
"""

from collections.abc import Sequence

import regex

from core.errors import InputError
from core.records import Token

MAX_WORDS = 256

_LETTERS = r"[[\p{L}\p{M}\p{N}_]--\p{DI}]++"
# Invisible signs inside a word belong to it (Persian and Indic joiners, soft hyphens), except those
# that exist to separate: the zero-width space and the marks of writing direction.
_JOINT = r"(?: [\p{DI}--\p{Bidi_Control}--\u200B]++ | (?<= \p{Nd} ) [.,] (?= \p{Nd} ) )"
_WORD = regex.compile(
    rf"""
      (?: https?:// | www\. ) [^\s<>"]* [\p{{L}}\p{{N}}/]              # address
    | (?= \p{{Emoji}} [\uFE0F\u20E3] ) \X                              # 1 as a keycap, i as a sign
    | (?<! [\p{{L}}\p{{N}}] ) [:;] -? [()DPO] (?! [\p{{L}}\p{{N}}] )    # emoticon
    | {_LETTERS} (?: {_JOINT} {_LETTERS} )*+ \p{{Variation_Selector}}*
    | (?! \s ) \X
    """,
    regex.VERBOSE | regex.VERSION1,
)
_INVISIBLE = regex.compile(r"[\p{DI}\p{Cc}\s]*", regex.VERSION1)


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a sentence into words whose offsets point into it; invisible signs are no words.

    Raises:
        InputError: There is no visible word, there are more than `MAX_WORDS`, or the text holds
            half a character (an unpaired surrogate).
    """
    check_characters(text)
    tokens = tuple(
        Token(text=match.group(), start=match.start(), end=match.end())
        for match in _WORD.finditer(text)
        if not _INVISIBLE.fullmatch(match.group())
    )
    if not tokens:
        raise InputError("the text has no visible words; give a sentence")
    if len(tokens) > MAX_WORDS:
        raise InputError(
            f"the text has {len(tokens)} words, the limit is {MAX_WORDS}; shorten it or split it "
            "into several posts"
        )
    return tokens


def tokens_from_words(words: Sequence[str]) -> tuple[str, tuple[Token, ...]]:
    """Join words that are already split by one space each; return the sentence and its tokens."""
    tokens, start = [], 0
    for word in words:
        tokens.append(Token(text=word, start=start, end=start + len(word)))
        start += len(word) + 1
    return " ".join(words), tuple(tokens)


def check_characters(text: str) -> None:
    """Refuse text that cannot be written as UTF-8.

    Raises:
        InputError: The text holds an unpaired surrogate.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"the text holds half a character (an unpaired surrogate) at position {error.start}; "
            "remove it or save the text as UTF-8 again"
        ) from None
