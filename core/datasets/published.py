"""Numbers that the makers of the datasets, or who counted their files, made public, by split."""

from typing import Literal

from pydantic import Field

from core.errors import InputError
from core.records import Frozen

Total = Literal["posts", "images", "entities", "relations"]


class PublishedSplit(Frozen):
    """What is known of one split, and from where."""

    totals: dict[Total, int]
    entities: dict[str, int] = Field(default_factory=dict, description="by type")
    opened: dict[str, int] = Field(
        default_factory=dict,
        description="by type, entities that open with I-, which `entities` leaves out",
    )
    relations: dict[str, int] = Field(default_factory=dict, description="by name")
    source: str
    note: str = Field("", description="why a correct file may differ")


_TWITTER = "files published with Yu et al. (2020, UMT), their B- tags counted"
_OPENED = (
    "Entities that open with I-, where B- is missing, are counted here, as seqeval counts them, "
    "but not in the published numbers."
)
_TYPES = ("PER", "LOC", "ORG", "MISC")
_MNRE = "Zheng et al. (2021), MNRE version 2"
_EEGA = "Yuan et al. (2023, EEGA), appendix B"
_EEGA_NOTE = (
    "Files built from MNRE by the same paper's rule hold only entities that take part in a "
    "relation: compare those with jmere-from-mnre."
)
_EEGA_RULE = "MNRE version 2, pairs of one sentence and image joined as Yuan et al. (2023) do"


def _twitter(posts: int, *entities: int, opened: tuple[int, ...] = ()) -> PublishedSplit:
    """Build a split from its numbers by type, in the order of `_TYPES`."""
    return PublishedSplit(
        totals={"posts": posts, "entities": sum(entities)},
        entities=dict(zip(_TYPES, entities, strict=True)),
        opened=dict(zip(_TYPES, opened, strict=False)),
        source=_TWITTER,
        note=_OPENED,
    )


def _mnre(posts: int, images: int, none: int) -> PublishedSplit:
    totals: dict[Total, int] = {"posts": posts, "images": images, "relations": posts}
    return PublishedSplit(totals=totals, relations={"None": none}, source=_MNRE)


def _jmere(posts: int, entities: int) -> PublishedSplit:
    totals: dict[Total, int] = {"posts": posts, "entities": entities}
    return PublishedSplit(totals=totals, source=_EEGA, note=_EEGA_NOTE)


def _joined(posts: int, entities: int, relations: int) -> PublishedSplit:
    totals: dict[Total, int] = {"posts": posts, "entities": entities, "relations": relations}
    return PublishedSplit(totals=totals, source=_EEGA_RULE)


PUBLISHED: dict[str, PublishedSplit] = {
    "twitter15/train": _twitter(4_000, 2_217, 2_091, 927, 931, opened=(68, 44, 30, 44)),
    "twitter15/valid": _twitter(1_000, 552, 522, 247, 220, opened=(15, 21, 4, 13)),
    "twitter15/test": _twitter(3_257, 1_816, 1_697, 839, 720),
    "twitter17/train": _twitter(3_373, 2_943, 731, 1_674, 701),
    "twitter17/valid": _twitter(723, 626, 173, 375, 150),
    "twitter17/test": _twitter(723, 621, 178, 395, 157),
    "mnre/train": _mnre(12_247, 7_356, 7_744),
    "mnre/val": _mnre(1_624, 931, 1_000),
    "mnre/test": _mnre(1_614, 914, 974),
    "jmere/train": _jmere(3_617, 9_006),
    "jmere/val": _jmere(495, 1_248),
    "jmere/test": _jmere(474, 1_280),
    "jmere-from-mnre/train": _joined(3_618, 7_765, 4_503),
    "jmere-from-mnre/val": _joined(496, 1_069, 624),
}


def published_split(name: str) -> PublishedSplit:
    """Return what was published of a split, by a name such as `twitter17/train`.

    Raises:
        InputError: Nothing is known of it; the message lists the names.
    """
    if name not in PUBLISHED:
        raise InputError(
            f"Of {name!r} no numbers are known; choose one of: {', '.join(PUBLISHED)}."
        )
    return PUBLISHED[name]
