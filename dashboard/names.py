"""The names of a sentence: where they are, and where they are in another sentence."""

from collections.abc import Sequence

from core.datasets.marked_pairs import Span, checked_pair
from core.datasets.samples import Sample
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.records import Pair, Token


def names_of(
    tokens: Sequence[Token], sample: Sample | None
) -> tuple[list[Span], tuple[Span | None, Span | None]]:
    """Return the names of a sentence, and the two that are marked at first.

    Args:
        tokens: Words of the sentence.
        sample: Whose sentence it is: its names are the gold ones, and those of its first relation
            come first; None: what begins with a capital is a name.
    """
    if sample is None:
        names = _capitalised(tokens)
    else:
        names = [_covered(tokens, entity.start, entity.end) for entity in sample.entities]
        if sample.relations:
            relation = sample.relations[0]
            return names, (names[relation.head], names[relation.tail])
    first, second, *_ = [*names, None, None]
    return names, (first, second)


def _covered(tokens: Sequence[Token], start: int, end: int) -> Span:
    places = [place for place, one in enumerate(tokens) if one.start < end and start < one.end]
    return places[0], places[-1] + 1


def _capitalised(tokens: Sequence[Token]) -> list[Span]:
    """Return the longest runs of words that begin with a capital."""
    names: list[Span] = []
    for place, token in enumerate(tokens):
        if not token.text[0].isupper():
            continue
        if names and names[-1][1] == place:
            names[-1] = (names[-1][0], place + 1)
        else:
            names.append((place, place + 1))
    return names


def found_again(pair: Pair, text: str, other: str) -> Pair:
    """Return the pair of another sentence that has the same words, each at the same occurrence.

    Args:
        pair: Marked in `text`.
        text: A sentence.
        other: The sentence that takes its place.

    Raises:
        InputError: One of the names does not stand in it.
    """
    old, new = tokenize(text), tokenize(other)
    head, tail = _again(pair.head, old, new), _again(pair.tail, old, new)
    return checked_pair(head, tail, len(new))


def _again(span: Span, old: Sequence[Token], new: Sequence[Token]) -> Span:
    words = [token.text for token in old[slice(*span)]]
    before = _occurrences(words, old).index(span[0])
    starts = _occurrences(words, new)
    if not starts:
        raise InputError(
            f"the new sentence no longer has “{' '.join(words)}”; keep both names, or mark others "
            "in the post"
        )
    start = starts[min(before, len(starts) - 1)]
    return start, start + len(words)


def _occurrences(words: Sequence[str], tokens: Sequence[Token]) -> list[int]:
    """Return where a run of words begins, in small letters as in capitals."""
    texts, wanted = [token.text.casefold() for token in tokens], [w.casefold() for w in words]
    return [
        place
        for place in range(len(texts) - len(wanted) + 1)
        if texts[place : place + len(wanted)] == wanted
    ]
