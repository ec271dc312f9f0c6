"""Reader of posts as JSON, one object a line: sentence, photo, label, captions, contexts, entities.

The usual keys are found without being told: `id`, `text`, `image`, `label` or `sentiment`,
`captions`, `split`, `contexts`, `entities`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from core.datasets.files import Loaded, UniqueIds, contexts_of, parse_object, path_inside
from core.datasets.labels import entity_from_words
from core.datasets.tokens import check_characters, tokenize
from core.errors import InputError
from core.lines import read_lines
from core.records import Context, Entity, Example, Token

LABEL_KEYS = ("label", "sentiment")
KEYS = ("id", "text", "image", *LABEL_KEYS, "captions", "split", "contexts", "entities")


def read_image_text(
    path: Path,
    images: Path | None = None,
    skip_bad_lines: bool = False,
    *,
    contexts: Mapping[str, Sequence[Context]] | None = None,
    text_key: str = "text",
    label_key: str | None = None,
    captions_key: str | None = None,
    split: str | None = None,
) -> Loaded:
    """Read posts, one JSON object a line; a line with captions only gives an example without words.

    Args:
        path: The file.
        images: Folder that the file's image names start from; None: examples carry no image.
        skip_bad_lines: Leave out bad lines and note them in `skipped`, instead of refusing the
            file.
        contexts: More contexts, by example id or the photo's name; see `contexts_of`.
        text_key: Key of the sentence.
        label_key: Key of the label; None: `label`, or else `sentiment`.
        captions_key: Key of sentences that describe the photo, which become contexts; None:
            `captions`.
        split: Keep only lines whose `split` is this; None: all.

    Returns:
        The examples. An id that is missing is the image's name without its ending, or else the
        line's number; one that is repeated gets "-2", "-3" and so on.

    Raises:
        InputError: The file cannot be read, or a line is bad (the message names file and line).
    """
    keys = _Keys(text_key, label_key, captions_key or "captions", path.name)
    examples, skipped, ids = [], [], UniqueIds()
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            row = parse_object(line)
            if split is not None and row.get("split") != split:
                continue
            example = _parse(row, keys, images, number)
        except InputError as error:
            message = f"{path}:{number}: {error}"
            if not skip_bad_lines:
                raise InputError(message) from None
            skipped.append(message)
            continue
        known = contexts_of(contexts, example.id, _optional_text(row, "image"))
        update = {"id": ids.add(example.id), "contexts": example.contexts + known}
        examples.append(example.model_copy(update=update))
    return Loaded(tuple(examples), tuple(skipped))


def unread_keys(path: Path) -> Counter[str]:
    """Return how often a file has each key that is not among `KEYS`, such as a misspelt one.

    Lines that are bad have none.

    Raises:
        InputError: The file cannot be read.
    """
    found: Counter[str] = Counter()
    for _, line in read_lines(path):
        with suppress(InputError):
            found.update(key for key in parse_object(line) if key not in KEYS)
    return found


@dataclass(frozen=True)
class _Keys:
    text: str
    label: str | None
    captions: str
    source: str  # the file's name, as the model of contexts that say nothing of their origin


class _Offsets(BaseModel):
    """A gold entity as the file gives it; other keys are passed over."""

    start: int
    end: int
    type: str = Field(min_length=1)
    text: str | None = Field(None, description="what the offsets should cover, where it is told")


def _parse(row: dict[str, Any], keys: _Keys, images: Path | None, number: int) -> Example:
    name = _optional_text(row, "image")
    captions = _contexts(row, keys.captions, "caption", keys.source)
    text = _optional_text(row, keys.text) or ""
    if not text and not captions:
        raise InputError(f"has neither {keys.text!r} nor {keys.captions!r}; add one of them")
    tokens = tokenize(text) if text else ()
    return Example(
        id=_plain(row, "id") or (Path(name).stem if name else str(number)),
        text=text,
        tokens=tokens,
        image=_find_image(images, name),
        contexts=captions + _contexts(row, "contexts", "precomputed", keys.source),
        entities=_entities(row, text, tokens),
        label=_label(row, keys.label),
    )


def _optional_text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{key!r} is a {type(value).__name__}; write a string")
    if value:
        check_characters(value)
    return value


def _plain(row: dict[str, Any], key: str) -> str | None:
    """Return a string or number as a string."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        raise InputError(f"{key!r} is a {type(value).__name__}; write a string")
    check_characters(str(value))
    return str(value)


def _label(row: dict[str, Any], key: str | None) -> str | None:
    if key is not None and key not in row:
        raise InputError(f"has no {key!r}; write null where it is unknown")
    found = (_plain(row, name) for name in (LABEL_KEYS if key is None else (key,)))
    return next((label for label in found if label is not None), None)


def _find_image(folder: Path | None, name: str | None) -> Path | None:
    if folder is None or not name:
        return None
    path = path_inside(folder, name)
    if not path.is_file():
        raise InputError(f"image {name!r} is not in {folder}; add it or write null")
    return path


def _list(row: dict[str, Any], key: str) -> list[Any]:
    value = row.get(key) or []
    if not isinstance(value, list):
        raise InputError(f"{key!r} is a {type(value).__name__}; write a list")
    return value


def _contexts(row: dict[str, Any], key: str, generator: str, source: str) -> tuple[Context, ...]:
    """Read sentences about the photo, as strings or as objects with their origin."""
    made = []
    for number, item in enumerate(_list(row, key), start=1):
        fields = {"text": item, "generator": generator, "model": source}
        try:
            context = Context.model_validate(item if isinstance(item, dict) else fields)
        except ValidationError as error:
            raise InputError(f"{key!r}, item {number}: {error.errors()[0]['msg']}") from None
        if not context.text.strip():
            raise InputError(f"{key!r}, item {number}: is empty; remove it")
        if not context.included:  # as Records have those that were switched off on the page
            continue
        check_characters(context.text)
        made.append(context)
    return tuple(made)


def _entities(row: dict[str, Any], text: str, tokens: Sequence[Token]) -> tuple[Entity, ...] | None:
    """Read gold entities by their offsets in the sentence; None where the line has none stated."""
    if row.get("entities") is None:
        return None
    entities: list[Entity] = []
    for item in _list(row, "entities"):
        entity = _entity(item, text, tokens)
        if any(
            e.token_start < entity.token_end and entity.token_start < e.token_end for e in entities
        ):
            raise InputError(f"entity {entity.text!r} overlaps another; keep one of the two")
        entities.append(entity)
    return tuple(entities)


def _entity(item: object, text: str, tokens: Sequence[Token]) -> Entity:
    try:
        given = _Offsets.model_validate(item, strict=True)
    except ValidationError:
        raise InputError(
            f"entity {item!r}: needs start and end (numbers) and type (a string), and may have text"
        ) from None
    if given.text is not None and given.text != text[given.start : given.end]:
        raise InputError(
            f"entity {given.text!r}: at {given.start} to {given.end} the sentence has "
            f"{text[given.start : given.end]!r}; correct the offsets (in characters) or the text"
        )
    starts = {token.start: number for number, token in enumerate(tokens)}
    ends = {token.end: number + 1 for number, token in enumerate(tokens)}
    if given.start not in starts or given.end not in ends or given.start >= given.end:
        raise InputError(
            f"entity {text[given.start : given.end]!r} ({given.start} to {given.end}) does not "
            "begin and end with words of the sentence; give character offsets of whole words"
        )
    return entity_from_words(text, tokens, starts[given.start], ends[given.end], given.type)
