"""Whether contexts give the answers away: gold names or labels in them, beyond chance.

A description may name what the photo shows: "kawhi leonard in a jersey" is no leak, although such
names are always more than chance, which is what other posts' contexts say of a post's names.
Ours: contexts leak when they say more than a quarter of the names that chance would not have said.
On the training sets of Twitter-15, Twitter-17 and JMERE, six captioners that saw the photos say 4
to 11 % of them, a model that was shown the sentences and asked for their entities 94 to 96 %.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.matching import covered, has_phrase, plain_words
from core.records import Example, Frozen

DERANGEMENTS = 199  # the smallest p-value is 1 / 200
SIGNIFICANT = 0.01
MOST_TOLD = 0.25
_EXAMPLES = 3
_EXCERPT = 160  # characters

Words = tuple[str, ...]
Kind = Literal["names", "labels"]


class Source(NamedTuple):
    """Who wrote a context."""

    generator: str
    model: str | None

    def __str__(self) -> str:
        return f"{self.model} ({self.generator})" if self.model else self.generator


class Told(Frozen):
    """A post whose contexts say its gold names."""

    post: str = Field(description="its id")
    said: list[str] = Field(description="the gold names, as plain words")
    context: str = Field(description="the beginning of the context that says most of them")


class Leak(Frozen):
    """How much of what is to be predicted one source of contexts says."""

    source: str
    kind: Kind
    posts: int = Field(description="posts that have both gold and contexts of this source")
    answers: int = Field(description="their distinct gold names, or their labels")
    own: float = Field(description="share of answers that the post's own contexts say")
    other: float = Field(description="the same of other posts' contexts, mean of derangements")
    p_value: float = Field(description="one-sided: derangements that say as much as the own")
    complete: float = Field(description="share of posts whose own contexts say all answers")
    density: float = Field(description="share of context words that belong to an own answer")
    density_other: float = Field(description="the same with another post's answers")
    examples: tuple[Told, ...] = ()

    @property
    def told(self) -> float:
        """Share of the answers that chance would not have said and the own contexts say."""
        return (self.own - self.other) / (1 - self.other) if self.other < 1 else 0.0

    @property
    def is_leak(self) -> bool:
        """Whether the contexts say more than a description can."""
        return self.p_value <= SIGNIFICANT and self.told > MOST_TOLD

    @property
    def warning(self) -> str:
        """What to tell the person who trains with these contexts, in two sentences."""
        what = "gold names" if self.kind == "names" else "gold labels"
        shown = "; ".join(
            f"post {one.post} ({', '.join(one.said)}): “{one.context}”" for one in self.examples[:2]
        )
        return (
            f"The contexts of {self.source} say {self.own:.0%} of the {what} of their own posts "
            f"({self.other:.1%} in other posts' contexts, p = {self.p_value:.3g}): more than a "
            f"description of a photo can know, so scores with them are of an easier task. "
            f"Look at {shown}"
        )


class LeakReport(Frozen):
    """What every source of contexts says of the answers, leaks first."""

    leaks: tuple[Leak, ...]

    @property
    def warnings(self) -> list[str]:
        """One text for each source that gives answers away."""
        return [leak.warning for leak in self.leaks if leak.is_leak]


def find_leaks(examples: Sequence[Example], *, seed: int = 0) -> LeakReport:
    """Return how much of the gold names and labels stands in the posts' own contexts.

    Gold names are those of `entities`, compared as whole plain words (see `core.matching`); each
    counts once a post. The label of a post or pair counts by the words of its last part:
    "/per/org/member_of" is "member of"; "None" says nothing. Names of a marked pair are given to
    the model, so they are no answers.

    Args:
        examples: With their contexts.
        seed: Of the derangements. In each, every post reads the contexts of another one; posts
            that have the same contexts move together, so that nobody reads their own.
    """
    leaks = []
    for source, rows in _by_source(examples).items():
        for kind in ("names", "labels"):
            made = _leak(str(source), kind, rows, np.random.default_rng(seed))
            leaks += [made] if made else []
    return LeakReport(leaks=tuple(sorted(leaks, key=lambda leak: -leak.told)))


@dataclass(frozen=True)
class _Row:
    """A post with the contexts of one source."""

    example: Example
    contexts: tuple[str, ...]

    def answers(self, kind: Kind) -> tuple[Words, ...]:
        found = _names(self.example) if kind == "names" else _label(self.example)
        return tuple(sorted({words for text in found if (words := plain_words(text))}))


def _names(example: Example) -> list[str]:
    return [entity.text for entity in example.entities or ()]


def _label(example: Example) -> list[str]:
    name = (example.label or "").rpartition("/")[2].replace("_", " ")
    return [] if name == "None" else [name]


def _by_source(examples: Sequence[Example]) -> dict[Source, list[_Row]]:
    found: dict[Source, list[_Row]] = defaultdict(list)
    for example in examples:
        own: dict[Source, list[str]] = defaultdict(list)
        for context in example.contexts:
            own[Source(context.generator, context.model)].append(context.text)
        for source, texts in own.items():
            found[source].append(_Row(example, tuple(texts)))
    return found


def _leak(source: str, kind: Kind, rows: Sequence[_Row], rng: np.random.Generator) -> Leak | None:
    """Measure one source; None where there is nothing to find."""
    asked = [(row, answers) for row in rows if (answers := row.answers(kind))]
    if not asked:
        return None
    sets = list(dict.fromkeys(row.contexts for row, _ in asked))
    number = {contexts: place for place, contexts in enumerate(sets)}
    words = [[plain_words(text) for text in contexts] for contexts in sets]
    own = np.array([number[row.contexts] for row, answers in asked for _ in answers])  # (a,)
    names = list(dict.fromkeys(name for _, answers in asked for name in answers))
    code = {name: place * len(sets) for place, name in enumerate(names)}
    codes = np.array([code[name] for _, answers in asked for name in answers])  # (a,)
    where = _where(names, words)
    hits = np.array([code[name] + place for name in names for place in where[name]], dtype=int)
    share = float(np.isin(codes + own, hits).mean())
    moves = [_derangement(len(sets), rng) for _ in range(DERANGEMENTS if len(sets) > 1 else 0)]
    others = np.array([np.isin(codes + move[own], hits).mean() for move in moves])
    told = [
        (row, [name for name in answers if number[row.contexts] in where[name]], len(answers))
        for row, answers in asked
    ]
    return Leak(
        source=source,
        kind=kind,
        posts=len(asked),
        answers=len(codes),
        own=share,
        other=float(others.mean()) if moves else 0.0,
        p_value=(1 + int((others >= share).sum())) / (1 + len(moves)),
        complete=sum(len(said) == all_of for _, said, all_of in told) / len(asked),
        density=_density((words[number[row.contexts]], answers) for row, answers in asked),
        density_other=_density(
            (words[moves[0][number[row.contexts]]], answers) for row, answers in asked
        )
        if moves
        else 0.0,
        examples=_examples(told),
    )


def _where(
    names: Iterable[Words], sets: Sequence[Sequence[Sequence[str]]]
) -> Mapping[Words, set[int]]:
    """Return which sets of contexts say each name."""
    containing: dict[str, set[int]] = defaultdict(set)
    for place, contexts in enumerate(sets):
        for word in {word for words in contexts for word in words}:
            containing[word].add(place)
    return {
        name: {
            place
            for place in set.intersection(*(containing.get(word, set()) for word in name))
            if any(has_phrase(words, name) for words in sets[place])
        }
        for name in names
    }


def _derangement(size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return a permutation that leaves nobody in place: one cycle, all equally likely."""
    order = rng.permutation(size)
    move = np.empty(size, dtype=np.intp)
    move[order] = np.roll(order, 1)
    return move


def _density(pairs: Iterable[tuple[Sequence[Sequence[str]], Sequence[Words]]]) -> float:
    """Return the share of the words of contexts that belong to one of the names beside them."""
    inside = total = 0
    for contexts, names in pairs:
        inside += sum(covered(words, names) for words in contexts)
        total += sum(len(words) for words in contexts)
    return inside / total if total else 0.0


def _examples(told: Sequence[tuple[_Row, list[Words], int]]) -> tuple[Told, ...]:
    """Return the posts of which most is said, the first of equals."""
    best = sorted(told, key=lambda one: -len(one[1]))[:_EXAMPLES]
    made = []
    for row, said, _ in best:
        if said:
            context = max(
                row.contexts,
                key=lambda text: sum(has_phrase(plain_words(text), name) for name in said),
            )
            excerpt = context if len(context) <= _EXCERPT else f"{context[: _EXCERPT - 1]}…"
            names = [" ".join(name) for name in said]
            made.append(Told(post=row.example.id, said=names, context=excerpt))
    return tuple(made)
