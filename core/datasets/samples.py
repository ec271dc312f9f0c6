"""The sample posts and the reference bank that ship with the project, read strictly.

A sample is a post with photo, contexts and gold labels; it is a stop of the newcomer's tour.
The bank is frozen: in a single post's games its contexts are the foreign players and its posts the
foreign targets.
"""

import difflib
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from core.datasets.files import path_inside
from core.errors import InputError
from core.lines import read_lines
from core.records import Context, Frozen, Relation

EntityType = Literal["PER", "LOC", "ORG", "MISC"]
Tag = Literal["aligned", "misaligned", "text in image", "no image", "photo decides"]


class _Row(Frozen):
    """What a post and a bank entry share."""

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    image: Path | None = Field(
        description="in the file relative to its folder; once read, ready to open"
    )


class SampleEntity(Frozen):
    """A gold entity by its place in the post: `text == sample.text[start:end]`, in code points."""

    text: str = Field(min_length=1)
    type: EntityType
    start: int = Field(ge=0)
    end: int


class Sample(_Row):
    """A post of the tour, with its contexts, gold labels and what to look at."""

    contexts: tuple[Context, ...] = Field(max_length=10)
    entities: tuple[SampleEntity, ...]
    relations: tuple[Relation, ...]
    tags: tuple[Tag, ...] = Field(min_length=1)
    note: str = Field(min_length=1, description="one sentence: what a newcomer should look at")

    @model_validator(mode="after")
    def _labels_point_into_the_post(self) -> Self:
        for entity in self.entities:
            found = self.text[entity.start : entity.end]
            if found != entity.text:
                raise ValueError(f"entity {entity.text!r} is {found!r} at its offsets")
        for relation in self.relations:
            if max(relation.head, relation.tail) >= len(self.entities):
                raise ValueError(f"relation {relation.type} points beyond the last entity")
        return self


class BankEntry(_Row):
    """One context of the reference bank, with the post it belongs to.

    An entry taken from a sample has the sample's id, so that a post need not play against itself.
    """

    context: str = Field(min_length=1)


Row = TypeVar("Row", Sample, BankEntry)


def read_samples(folder: Path) -> list[Sample]:
    """Return the posts of `folder`/posts.jsonl in the order of the tour, photos found.

    Raises:
        InputError: A line breaks the format (named with file and line), a photo is missing, an id
            occurs twice, or the file cannot be read.
    """
    return _read_rows(folder / "posts.jsonl", Sample)


def find_sample(folder: Path, id: str) -> Sample:
    """Return the sample post with an id.

    Raises:
        InputError: There is none; the message names the nearest. Or as for `read_samples`.
    """
    by_id = {sample.id: sample for sample in read_samples(folder)}
    if id not in by_id:
        nearest = difflib.get_close_matches(id, by_id, n=1, cutoff=0.0)
        raise InputError(f"there is no sample post {id!r}; the nearest is {', '.join(nearest)}")
    return by_id[id]


def read_bank(folder: Path) -> list[BankEntry]:
    """Return the entries of `folder`/bank.jsonl in file order, photos found.

    Raises:
        InputError: As for `read_samples`.
    """
    return _read_rows(folder / "bank.jsonl", BankEntry)


def _read_rows(path: Path, row_type: type[Row]) -> list[Row]:
    first_seen: dict[str, int] = {}
    rows = []
    for number, line in read_lines(path):
        try:
            row = _parse_row(line, row_type, path.parent)
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        if row.id in first_seen:
            raise InputError(
                f"{path}:{number}: id {row.id!r} was used in line {first_seen[row.id]}; rename one"
            )
        first_seen[row.id] = number
        rows.append(row)
    return rows


def _parse_row(line: bytes, row_type: type[Row], folder: Path) -> Row:
    try:
        row = row_type.model_validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "line"
        raise InputError(f"{field}: {first['msg']}; see {folder.name}/README.md") from None
    if row.image is None:
        return row
    photo = path_inside(folder, str(row.image))
    if not photo.is_file():
        raise InputError(f"image {row.image} does not exist in {folder}; copy it there")
    return row.model_copy(update={"image": photo})
