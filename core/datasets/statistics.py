"""What a dataset holds in numbers, to be compared with what was published about it."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from statistics import fmean

from pydantic import Field

from core.datasets.published import PublishedSplit
from core.records import Example, Frozen

_REPEATED_ID = re.compile(r"(.+)-\d+")


class Counts(Frozen):
    """How much of what is in a list of examples."""

    posts: int
    words: int = Field(description="of all sentences")
    entities: dict[str, int] = Field(description="gold entities by type")
    relations: dict[str, int] = Field(description="gold relations by name, of pairs too")
    labels: dict[str, int] = Field(description="gold labels of whole posts")
    annotated: int = Field(description="posts with gold of any kind, were it that there is none")
    with_image: int = Field(description="posts whose photo is at hand")
    without_context: int
    with_one_context: int
    with_more_contexts: int
    mean_context_words: float | None = Field(description="of one context; None: there is none")
    repeated_ids: int = Field(
        description="posts that had the id of an earlier one, which were renamed; where ids are "
        "those of images, as in the Twitter sets and MNRE, posts that share an image"
    )
    repeated_sentences: int = Field(description="posts whose sentence stood in an earlier one")
    repeated_images: int = Field(description="posts whose photo file stood in an earlier one")

    @property
    def all_entities(self) -> int:
        """Number of gold entities of any type."""
        return sum(self.entities.values())

    @property
    def all_relations(self) -> int:
        """Number of gold relations of any name."""
        return sum(self.relations.values())

    @property
    def images(self) -> int:
        """Number of different image ids."""
        return self.posts - self.repeated_ids


def count(examples: Sequence[Example]) -> Counts:
    """Return the numbers of a list of examples, types and names in the order of their letters."""
    lengths = [len(c.text.split()) for example in examples for c in example.contexts]
    own = Counter(min(2, len(example.contexts)) for example in examples)
    relations = Counter(r.type for example in examples for r in example.relations or ())
    relations.update(e.label for e in examples if e.pair is not None and e.label is not None)
    return Counts(
        posts=len(examples),
        words=sum(len(example.tokens) for example in examples),
        entities=_sorted(e.type for example in examples for e in example.entities or ()),
        relations=dict(sorted(relations.items())),
        labels=_sorted(e.label for e in examples if e.pair is None and e.label is not None),
        annotated=sum(
            any(gold is not None for gold in (example.entities, example.relations, example.label))
            for example in examples
        ),
        with_image=sum(example.image is not None for example in examples),
        without_context=own[0],
        with_one_context=own[1],
        with_more_contexts=own[2],
        mean_context_words=fmean(lengths) if lengths else None,
        repeated_ids=_renamed(examples),
        repeated_sentences=_repeated(example.text for example in examples if example.text),
        repeated_images=_repeated(example.image for example in examples if example.image),
    )


class Comparison(Frozen):
    """One published number beside the one that was counted."""

    name: str
    expected: int
    found: int
    explained: int = Field(
        0, description="how many more are right too, if the split's note says so"
    )

    @property
    def agrees(self) -> bool:
        """Whether the counted number is the published one, or with all that the note explains."""
        return self.found in (self.expected, self.expected + self.explained)

    @property
    def verdict(self) -> str:
        """Whether they are equal, in words."""
        if self.found == self.expected:
            return "equal"
        difference = f"differs by {self.found - self.expected:+,}"
        return f"{difference}, as the note explains" if self.agrees else difference


def compare(counts: Counts, published: PublishedSplit) -> tuple[Comparison, ...]:
    """Return every published number of a split beside the one that was counted, in its order."""
    totals = {
        "posts": counts.posts,
        "images": counts.images,
        "entities": counts.all_entities,
        "relations": counts.all_relations,
    }
    explained = {"entities": sum(published.opened.values())}
    rows = [
        Comparison(name=name, expected=number, found=totals[name], explained=explained.get(name, 0))
        for name, number in published.totals.items()
    ]
    for name, number in published.entities.items():
        found, opened = counts.entities.get(name, 0), published.opened.get(name, 0)
        rows.append(
            Comparison(name=f"entity {name}", expected=number, found=found, explained=opened)
        )
    for name, number in published.relations.items():
        found = counts.relations.get(name, 0)
        rows.append(Comparison(name=f"relation {name}", expected=number, found=found))
    return tuple(rows)


def _sorted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _renamed(examples: Sequence[Example]) -> int:
    """Count the ids that end as repeated ones do, and whose beginning is an id too."""
    ids = {example.id for example in examples}
    found = (_REPEATED_ID.fullmatch(name) for name in ids)
    return sum(match is not None and match[1] in ids for match in found)


def _repeated(items: Iterable[Hashable]) -> int:
    """Count the items that are equal to an earlier one."""
    numbers = Counter(items)
    return numbers.total() - len(numbers)
