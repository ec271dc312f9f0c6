"""What people say of contexts: one append-only file per reviewer, one line a decision.

A line is never changed: taking a decision back is a line, too.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal
from uuid import uuid4

import pandas as pd
from pydantic import Field, TypeAdapter, ValidationError

from core.analysis.journal import append_line, read_lines
from core.errors import InputError
from core.records import Frozen

Opinion = Literal["aligned", "partly", "misaligned", "hallucinated", "gold wrong"]
OPINIONS: Final[Mapping[Opinion, str]] = MappingProxyType(
    {
        "aligned": "the context belongs to the post",
        "partly": "part of it does",
        "misaligned": "it describes something else than the post is about",
        "hallucinated": "it says what the photo does not show",
        "gold wrong": "the gold answer of the post is wrong, whatever the context says",
    }
)
NOTE_LIMIT: Final = 2000
_NAME_LIMIT = 40


class Review(Frozen):
    """A reviewer's opinion of one post."""

    event: Literal["review"] = "review"
    key: str = Field(description="of this line")
    reviewer: str
    id: str = Field(description="of the post")
    opinion: Opinion
    note: str = Field("", max_length=NOTE_LIMIT)
    at: datetime


class Undo(Frozen):
    """A reviewer takes one line back."""

    event: Literal["undo"] = "undo"
    key: str = Field(description="of the review that is taken back")
    reviewer: str
    at: datetime


_EVENT: TypeAdapter[Review | Undo] = TypeAdapter(
    Annotated[Review | Undo, Field(discriminator="event")]
)


@dataclass(frozen=True)
class Reviews:
    """The current state of one reviewer's file.

    Attributes:
        standing: All reviews that were not taken back, oldest first; a later one of a post stands
            for the earlier ones.
        damaged: Lines that could not be read and were left out.
        undone: Keys of what was taken back.
        reviewer: As the last line names the person, "" where nobody has said anything.
    """

    standing: tuple[Review, ...]
    damaged: int
    undone: frozenset[str] = frozenset()
    reviewer: str = ""

    @property
    def current(self) -> dict[str, Review]:
        """The latest review of each post, by its id."""
        return {review.id: review for review in self.standing}


@dataclass(frozen=True)
class Progress:
    """How much of a queue is done."""

    done: int
    total: int


def review_file(folder: Path, reviewer: str) -> Path:
    """Return the file of a reviewer, whatever signs the name has.

    Raises:
        InputError: The name is empty.
    """
    name = _composed(reviewer)
    if not name:
        raise InputError("a review needs a reviewer, to tell files apart; enter a name")
    readable = re.sub(r"[^a-z0-9]+", "-", name.casefold())[:_NAME_LIMIT].strip("-")
    # Names that differ in other signs only still have files of their own.
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return folder / f"{readable or 'reviewer'}-{digest}.jsonl"


def add_review(
    folder: Path,
    reviewer: str,
    post: str,
    opinion: Opinion,
    *,
    note: str = "",
    at: datetime | None = None,
) -> Review:
    """Append a review to its reviewer's file and return it once it is on the disk.

    Args:
        folder: Of the reviews of one run; created when it is not there.
        reviewer: Any name.
        post: Its id.
        opinion: A key of `OPINIONS`.
        note: Free text.
        at: When; None: now.

    Raises:
        InputError: The name is empty, the note too long, the opinion none of the five, or the
            file cannot be written.
    """
    if len(note) > NOTE_LIMIT:
        raise InputError(f"the note has {len(note)} characters; shorten it to {NOTE_LIMIT}")
    if opinion not in OPINIONS:
        raise InputError(f"{opinion!r} is no opinion; choose one of {', '.join(OPINIONS)}")
    review = Review(
        key=uuid4().hex,
        reviewer=reviewer.strip(),
        id=post,
        opinion=opinion,
        note=note,
        at=at or datetime.now(UTC),
    )
    append_line(review_file(folder, reviewer), review.model_dump_json())
    return review


def undo_review(folder: Path, reviewer: str, *, at: datetime | None = None) -> Review | None:
    """Take a reviewer's latest standing review back; return it, or None when there is none.

    Raises:
        InputError: The name is empty, or the file cannot be read or written.
    """
    path = review_file(folder, reviewer)
    standing = read_reviews(path).standing
    if not standing:
        return None
    undo = Undo(key=standing[-1].key, reviewer=reviewer.strip(), at=at or datetime.now(UTC))
    append_line(path, undo.model_dump_json())
    return standing[-1]


def read_reviews(path: Path) -> Reviews:
    """Return the current state of one reviewer's file; a file that is not there holds none.

    Raises:
        InputError: The file cannot be read.
    """
    written: dict[str, Review] = {}
    undone: set[str] = set()
    damaged, reviewer = 0, ""
    for line in read_lines(path):
        try:
            event = _EVENT.validate_json(line)
        except ValidationError:
            damaged += 1
            continue
        reviewer = _composed(event.reviewer)
        if isinstance(event, Review):
            written[event.key] = event
        else:
            undone.add(event.key)
    standing = tuple(review for key, review in written.items() if key not in undone)
    return Reviews(standing, damaged, frozenset(undone), reviewer)


def read_folder(folder: Path) -> dict[str, Reviews]:
    """Return the current state of every reviewer's files in a folder, by reviewer.

    Whoever has several, such as one from another machine, has said what all of them say; what one
    file takes back, no copy brings again.

    Raises:
        InputError: A file cannot be read.
    """
    found: dict[str, Reviews] = {}
    for path in sorted(folder.glob("*.jsonl")):
        reviews = read_reviews(path)
        name = reviews.reviewer
        found[name] = _together(found[name], reviews) if name in found else reviews
    return {name: reviews for name, reviews in found.items() if reviews.standing}


def _composed(name: str) -> str:
    """Return a name in one way of writing, so that what looks the same is the same."""
    return unicodedata.normalize("NFKC", name).strip()


def _together(one: Reviews, other: Reviews) -> Reviews:
    """Join two files of one reviewer; a line that both hold counts once."""
    undone = one.undone | other.undone
    lines = {r.key: r for r in (*one.standing, *other.standing) if r.key not in undone}
    ordered = sorted(lines.values(), key=lambda review: review.at.timestamp())
    return Reviews(tuple(ordered), one.damaged + other.damaged, undone, one.reviewer)


def progress(reviews: Reviews, queue: Sequence[str]) -> Progress:
    """Return how many posts of a queue have a review."""
    wanted = set(queue)
    return Progress(len(wanted & reviews.current.keys()), len(wanted))


def reviews_table(reviewers: Mapping[str, Reviews], table: pd.DataFrame) -> pd.DataFrame:
    """Return all current reviews beside what the model says, for a file.

    Args:
        reviewers: As `read_folder` returns them.
        table: The posts; those that it lacks have an unknown verdict.

    Returns:
        Columns id, reviewer, opinion, note, at (ISO 8601) and model_verdict, by post and reviewer.
    """
    verdicts = dict(zip(table["id"], table["verdict"], strict=True))
    rows = [
        {
            "id": review.id,
            "reviewer": name,
            "opinion": review.opinion,
            "note": review.note,
            "at": review.at.isoformat(timespec="seconds"),
            "model_verdict": verdicts.get(review.id, "unknown"),
        }
        for name, reviews in reviewers.items()
        for review in reviews.current.values()
    ]
    columns = ["id", "reviewer", "opinion", "note", "at", "model_verdict"]
    return pd.DataFrame(rows, columns=columns).sort_values(["id", "reviewer"], ignore_index=True)
