"""Marking two names of a sentence: which words can be chosen, and which are chosen at first."""

import re
from collections import Counter
from dataclasses import dataclass

from core.datasets.marked_pairs import Span, checked_pair
from core.datasets.samples import Sample
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.records import Pair, Token
from dashboard.names import names_of

MOST_CHOICES = 400  # a longer list is nobody's choice
LONGEST_NAME = 6  # words, unless it is a known name

_ADDRESS = re.compile(r"(\d{1,3})-(\d{1,3})", re.ASCII)


@dataclass(frozen=True)
class Marks:
    """What is marked in a sentence.

    Attributes:
        tokens: Its words; none where it cannot be read.
        names: Its names as far as they are known or look like one, in their order.
        head: Words of the head, None where none are marked.
        tail: Likewise.
        refused: Why what the address marks is not followed.
    """

    tokens: tuple[Token, ...] = ()
    names: tuple[Span, ...] = ()
    head: Span | None = None
    tail: Span | None = None
    refused: str = ""

    @property
    def missing(self) -> str:
        """What to do before a relation can be told, "" when nothing is."""
        if not self.tokens:
            return "Write a sentence with two names, then mark them."
        if self.head is None and self.tail is None:
            return "Mark head and tail: the two names whose relation is asked for."
        if self.head is None:
            return "Mark the head: the name from which the relation leads."
        if self.tail is None:
            return "Mark the tail: the name to which the relation leads."
        if self.head == self.tail:
            return "Head and tail are the same words: choose another name for one of them."
        return ""

    @property
    def pair(self) -> Pair | None:
        """The marked pair, None while something is missing."""
        if self.missing or self.head is None or self.tail is None:
            return None
        return checked_pair(self.head, self.tail, len(self.tokens))

    @property
    def choices(self) -> list[Span]:
        """Ranges of words that can be marked: known names first, then all short ones in order."""
        words = len(self.tokens)
        longest = min(LONGEST_NAME, max(1, MOST_CHOICES // max(1, words)))
        short = [
            (start, start + length)
            for start in range(words)
            for length in range(1, min(longest, words - start) + 1)
        ]
        marked = [span for span in (self.head, self.tail) if span]
        return list(dict.fromkeys([*self.names, *marked, *short]))

    def words(self, span: Span) -> str:
        """Return a range as it stands in the sentence, and where, if it stands there twice."""
        start, end = span
        between = zip(self.tokens[start:end], [*self.tokens[start + 1 : end], None], strict=True)
        shown = "".join(
            one.text + (" " if other and one.end < other.start else "") for one, other in between
        )
        repeated = Counter(token.text for token in self.tokens)
        if any(repeated[token.text] < 2 for token in self.tokens[start:end]):
            return shown
        return f"{shown}  (word {start + 1})"


def marks_of(text: str, sample: Sample | None, head: str, tail: str) -> Marks:
    """Return what is marked in a sentence: what the address says, or else its first two names.

    Args:
        text: The sentence.
        sample: Whose sentence it is, unedited; None: nobody knows its names.
        head: Words as the address says them, such as "3-5"; "" where it does not.
        tail: Likewise.
    """
    try:
        tokens = tokenize(text)
    except InputError:
        return Marks()
    names, (first, second) = names_of(tokens, sample)
    said = {role: _span(given) for role, given in (("head", head), ("tail", tail))}
    outside = [role for role, span in said.items() if span and not _fits(span, len(tokens))]
    own_head, own_tail = (None if role in outside else span for role, span in said.items())
    if own_head and own_head == second:  # the usual tail is taken: the other name takes its place
        second = first
    if own_tail and own_tail == first:
        first = second
    return Marks(
        tokens,
        tuple(names),
        own_head or first,
        own_tail or second,
        f"The address marks words beyond the sentence's {len(tokens)} as {' and '.join(outside)}; "
        "the usual names take their place."
        if outside
        else "",
    )


def written(span: Span) -> str:
    """Return a range of words as the address says it."""
    return f"{span[0]}-{span[1]}"


def _span(given: str) -> Span | None:
    found = _ADDRESS.fullmatch(given)
    return (int(found[1]), int(found[2])) if found else None


def _fits(span: Span, words: int) -> bool:
    return 0 <= span[0] < span[1] <= words
