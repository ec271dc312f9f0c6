"""Predictions of other systems: read from a file of theirs, told against the gold of a run.

The file has one JSON object a line:

    {"id": "post-1",
     "entities": [{"start": 0, "end": 4, "type": "PER"}, {"start": 14, "end": 18, "type": "LOC"}],
     "relations": [{"head": 0, "tail": 1, "type": "lives_in"}],
     "label": "positive"}

`start` and `end` are characters of the post's text, half open; `head` and `tail` count the entities
of the line from 0. What a task does not ask for may be left out, and other keys are passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.annotations import About, read_annotations, write_annotations
from core.errors import InputError, describe
from core.lines import decode_line, read_lines
from core.records import (
    Context,
    Entity,
    Games,
    Label,
    NoGame,
    Outcome,
    Post,
    Record,
    Relation,
    Task,
    Token,
)

EXAMPLE: Final = (
    '{"id": "post-1", "entities": [{"start": 0, "end": 4, "type": "PER"}, '
    '{"start": 14, "end": 18, "type": "LOC"}], '
    '"relations": [{"head": 0, "tail": 1, "type": "lives_in"}], "label": "positive"}'
)
_UNKNOWN: Final = "The file of predictions says nothing about contexts."


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class PredictedEntity(_Lenient):
    """An entity at characters `start:end` of the post."""

    start: int = Field(ge=0)
    end: int
    type: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_characters(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"characters {self.start} to {self.end} are no characters")
        return self


class PredictedRelation(_Lenient):
    """A relation between two entities of the same line, counted from 0."""

    head: int = Field(ge=0)
    tail: int = Field(ge=0)
    type: str = Field(min_length=1)


class Prediction(_Lenient):
    """What another system says of one post."""

    id: str
    entities: tuple[PredictedEntity, ...] = ()
    relations: tuple[PredictedRelation, ...] = ()
    label: str | None = None

    @model_validator(mode="after")
    def _relations_have_ends(self) -> Self:
        for relation in self.relations:
            if max(relation.head, relation.tail) >= len(self.entities):
                raise ValueError(
                    f"relation {relation.type} points beyond the {len(self.entities)} entities"
                )
        return self


@dataclass(frozen=True)
class Predictions:
    """What another system says of many posts.

    Attributes:
        name: Of the file.
        posts: By id, with the number of the line it stands in.
    """

    name: str
    posts: Mapping[str, tuple[int, Prediction]]


class _Known(_Lenient):
    """What a run knows of a post, whoever predicts."""

    task: Task
    post: Post
    contexts: list[Context]
    entities: list[Entity]
    gold: Outcome | None = None


def read_predictions(path: Path, name: str | None = None) -> Predictions:
    """Read a file of predictions; empty lines are passed over.

    Args:
        path: Of the file.
        name: It is called in messages; the path when not given.

    Raises:
        InputError: The file cannot be read or has no prediction; the first line that is none, or
            that repeats an id, is named.
    """
    name = name or str(path)
    found: dict[str, tuple[int, Prediction]] = {}
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            prediction = Prediction.model_validate_json(decode_line(line))
            if prediction.id in found:
                raise InputError(
                    f"id {prediction.id!r} was used in line {found[prediction.id][0]}; rename one"
                )
        except ValidationError as error:
            raise InputError(
                f"{name}:{number}: {describe(error)}; a line looks like {EXAMPLE}"
            ) from None
        except InputError as error:
            raise InputError(f"{name}:{number}: {error}") from None
        found[prediction.id] = number, prediction
    if not found:
        raise InputError(f"{name}: has no prediction; a line looks like {EXAMPLE}")
    return Predictions(name, found)


def annotate_predictions(predictions: Predictions, run: Path, path: Path) -> About:
    """Write the predictions as an annotation file, with posts and gold of a run.

    Args:
        predictions: Of another system; posts that the run does not have take no part.
        run: An annotation file.
        path: Of the file to write.

    Returns:
        What the written file says of itself.

    Raises:
        InputError: They share no post, a prediction lies outside its post (its line is named), or
            a file cannot be read or written.
    """
    annotations = read_annotations(run)
    ids = annotations.table["id"]
    if not ids.isin(list(predictions.posts)).any():
        raise InputError(
            f"{predictions.name} shares no post with this run (it begins with "
            f"{next(iter(predictions.posts))!r}, the run with {ids.iloc[0]!r}); use the same ids"
        )
    about = annotations.about.model_copy(
        update={"checkpoint": predictions.name, "created": "", "command": ""}
    )
    return write_annotations(path, _records(predictions, run), about=about)


def _records(predictions: Predictions, run: Path) -> Iterator[Record]:
    for known in _known_posts(run, predictions):
        number, prediction = predictions.posts[known.post.id]
        try:
            yield _record(known, prediction, predictions.name)
        except InputError as error:
            raise InputError(f"{predictions.name}:{number}: {error}") from None


def _known_posts(run: Path, predictions: Predictions) -> Iterator[_Known]:
    """Yield what a run knows of the posts predicted; the Records of others are not parsed."""
    try:
        with run.open("rb") as stream, pq.ParquetFile(stream) as file:
            for batch in file.iter_batches(batch_size=256, columns=["id", "record"]):
                for row in batch.to_pylist():
                    if row["id"] in predictions.posts:
                        yield _Known.model_validate_json(row["record"])
    except (pa.ArrowException, OSError, ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{run.name}: cannot be read ({reason}); annotate again") from None


def _record(known: _Known, prediction: Prediction, name: str) -> Record:
    entities = [_entity(known.post, entity) for entity in prediction.entities]
    relations = [
        Relation(head=relation.head, tail=relation.tail, type=relation.type)
        for relation in prediction.relations
    ]
    if known.task == "mre":  # the pair is given, what is predicted is its label
        entities, relations = known.entities, []
    label = prediction.label
    return Record(
        task=known.task,
        post=known.post,
        contexts=known.contexts,
        games=Games(
            text=NoGame(side="text", reason=_UNKNOWN), image=NoGame(side="image", reason=_UNKNOWN)
        ),
        entities=entities,
        relations=relations,
        label=Label(name=label, probabilities={label: 1.0}) if label else None,
        gold=known.gold,
        verdicts=[],
        timings={},
        fingerprints={"checkpoint": name},
    )


def _entity(post: Post, predicted: PredictedEntity) -> Entity:
    """Return an entity with the words that its characters touch."""
    if predicted.end > len(post.text):
        raise InputError(
            f"entity at {predicted.start} to {predicted.end} lies outside the {len(post.text)} "
            f"characters of post {post.id!r}; count characters from 0"
        )
    touched = [place for place, token in enumerate(post.tokens) if _touch(token, predicted)]
    if not touched:
        raise InputError(
            f"entity at {predicted.start} to {predicted.end} covers no word of post {post.id!r}; "
            "count characters from 0"
        )
    start, end = post.tokens[touched[0]].start, post.tokens[touched[-1]].end
    return Entity(
        text=post.text[start:end],
        type=predicted.type,
        start=start,
        end=end,
        token_start=touched[0],
        token_end=touched[-1] + 1,
    )


def _touch(token: Token, predicted: PredictedEntity) -> bool:
    return token.start < predicted.end and token.end > predicted.start
