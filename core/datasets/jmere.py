"""Reader of JMERE: entities and the relations between them, in tweets with a photo.

The file is one JSON list; each item has `token` (words), `img_id` (the photo's file name) and
`label_list`, a list of lists of `{beg_ent, sec_ent, relation}` whose entities are
`{name, pos: [first word, word after the last], tags: type}`.
"""

import codecs
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.datasets.files import Loaded, UniqueIds, contexts_of, photo_if_there
from core.datasets.labels import canonical_type, entity_from_words
from core.datasets.tokens import MAX_WORDS, tokens_from_words
from core.errors import InputError
from core.records import Context, Entity, Example, Relation, Token

MAX_BYTES = 64 * 2**20  # forty times the training file; all of it is held in memory


def read_jmere(
    path: Path,
    contexts: Mapping[str, Sequence[Context]] | None = None,
    skip_bad_lines: bool = False,
    *,
    images: Path | None = None,
    types: Sequence[str] | None = None,
    relations: Sequence[str] | None = None,
) -> Loaded:
    """Read tweets with gold entities, in the order of their words, and gold relations.

    An entity is named once for each of its relations in the file, and kept once here. Entities of
    different words may overlap, as a few of the published ones do: both are kept. An empty
    `label_list` says that there is nothing to find.

    Args:
        path: The file, at most `MAX_BYTES`.
        contexts: Contexts by `img_id`, with or without its ending; see `contexts_of`.
        skip_bad_lines: Leave out a bad item and note it in `skipped`, instead of refusing the file.
        images: Folder of the photos; an example whose photo is not there has none.
        types: Entity types that may occur, in any case; None: any. They are read as capitals.
        relations: Relations that may occur; None: any.

    Returns:
        The examples. The id is that of the image without its ending; further items of the same
        image get "-2", "-3" and so on.

    Raises:
        InputError: The file cannot be read, or an item is bad (the message names file and item).
    """
    known_types = [_type(name) for name in types or ()]
    examples, skipped, ids = [], [], UniqueIds()
    for number, item in enumerate(_read_list(path), start=1):
        try:
            row = _parse(item)
            example = _example(row, images)
            _check_known("type", [e.type for e in example.entities or ()], known_types)
            _check_known("relation", [r.type for r in example.relations or ()], relations or ())
        except InputError as error:
            message = f"{path}, item {number}: {error}"
            if not skip_bad_lines:
                raise InputError(message) from None
            skipped.append(message)
            continue
        found = contexts_of(contexts, row.img_id)
        examples.append(example.model_copy(update={"id": ids.add(example.id), "contexts": found}))
    return Loaded(tuple(examples), tuple(skipped))


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)  # keys that are not named here are passed over


class _Mention(_Part):
    name: str
    pos: Annotated[list[int], Field(min_length=2, max_length=2)]
    tags: str = Field(min_length=1)


class _Fact(_Part):
    beg_ent: _Mention
    sec_ent: _Mention
    relation: str = Field(min_length=1)


class _Row(_Part):
    token: Annotated[
        list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=MAX_WORDS)
    ]
    img_id: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    label_list: list[list[_Fact]]

    @property
    def facts(self) -> list[_Fact]:
        return [fact for group in self.label_list for fact in group]


def _read_list(path: Path) -> list[object]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give another") from None
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: is larger than {MAX_BYTES // 2**20} MB; split it")
    try:
        items = json.loads(content.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8"
        raise InputError(f"{path}: {reason}") from None
    except (ValueError, RecursionError) as error:  # ValueError: also numbers of 4,300 digits
        raise InputError(f"{path}: is not valid JSON ({error}); write one list") from None
    if not isinstance(items, list):
        raise InputError(f"{path}: is a JSON {type(items).__name__}; write a list of objects")
    return items


def _parse(item: object) -> _Row:
    try:
        return _Row.model_validate(item)  # refuses half a character (unpaired surrogates), too
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        reason = f"{place!r}: {first['msg']}" if place else "is no object"
        raise InputError(f"{reason}; correct it") from None


def _example(row: _Row, images: Path | None) -> Example:
    text, tokens = tokens_from_words(row.token)
    mentions = [mention for fact in row.facts for mention in (fact.beg_ent, fact.sec_ent)]
    entities = _entities(mentions, text, tokens)
    return Example(
        id=PurePath(row.img_id).stem or row.img_id,
        text=text,
        tokens=tokens,
        image=photo_if_there(images, row.img_id),
        entities=tuple(entities.values()),
        relations=_relations(row.facts, list(entities)),
    )


def _entities(
    mentions: Iterable[_Mention], text: str, tokens: Sequence[Token]
) -> dict[tuple[int, int], Entity]:
    """Return each entity once, by its words and in their order."""
    found: dict[tuple[int, int], Entity] = {}
    for mention in mentions:
        entity = _entity(mention, text, tokens)
        first = found.setdefault((entity.token_start, entity.token_end), entity)
        if first.type != entity.type:
            raise InputError(
                f"entity {entity.text!r} is of type {first.type} and of type {entity.type}; "
                "keep one of the two"
            )
    return dict(sorted(found.items()))


def _entity(mention: _Mention, text: str, tokens: Sequence[Token]) -> Entity:
    start, end = mention.pos
    if not 0 <= start < end <= len(tokens):
        raise InputError(
            f"entity {mention.name!r} has pos [{start}, {end}], which are no words of a sentence "
            f"of {len(tokens)}; correct it"
        )
    entity = entity_from_words(text, tokens, start, end, _type(mention.tags))
    if mention.name.split() != entity.text.split():
        raise InputError(
            f"entity {mention.name!r} has pos [{start}, {end}], where the sentence reads "
            f"{entity.text!r}; correct one of the two"
        )
    return entity


def _relations(facts: Iterable[_Fact], spans: Sequence[tuple[int, int]]) -> tuple[Relation, ...]:
    numbers = {span: number for number, span in enumerate(spans)}
    found: dict[Relation, None] = {}  # in the order of the file, each once
    for fact in facts:
        head, tail = (numbers[e.pos[0], e.pos[1]] for e in (fact.beg_ent, fact.sec_ent))
        if head == tail:
            raise InputError(
                f"relation {fact.relation} joins entity {fact.beg_ent.name!r} to itself; remove it"
            )
        found[Relation(head=head, tail=tail, type=fact.relation)] = None
    return tuple(found)


def _type(name: str) -> str:
    return canonical_type(name.upper())


def _check_known(kind: str, names: Iterable[str], known: Sequence[str]) -> None:
    unknown = next((name for name in names if known and name not in known), None)
    if unknown is not None:
        raise InputError(f"{unknown!r} is an unknown {kind}; known are {', '.join(known)}")
