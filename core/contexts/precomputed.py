"""Contexts written beforehand by any model, one JSON object a line."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from core.contexts.clean import clean_text
from core.errors import InputError
from core.records import Context

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PrecomputedContexts:
    """The contexts of one file.

    Attributes:
        by_image: Contexts of each image id, in the order of the file.
        skipped_lines: Number of lines that could not be read.
    """

    by_image: dict[str, list[Context]]
    skipped_lines: int = 0


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    image_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    text: str
    generator: str | None = None
    model: str | None = None


def load_contexts(path: Path, *, skip_bad_lines: bool = False) -> PrecomputedContexts:
    """Return the contexts in a JSONL file of {"image_id", "text"} objects.

    "generator" and "model" are read too where a line has them; the model defaults to the file's
    name. An image id with an empty text is known, with no context from that line. A text that an
    image already has is kept once.

    Args:
        path: UTF-8, with or without a byte order mark; either kind of line end.
        skip_bad_lines: Count the lines that cannot be read, and go on.

    Raises:
        InputError: The file cannot be read; or a line cannot, and is not to be skipped.
    """
    by_image: dict[str, list[Context]] = {}
    skipped = 0
    for number, raw in enumerate(_read_bytes(path).split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            line = _parse(raw)
        except ValueError as error:
            if not skip_bad_lines:
                raise InputError(f"{path}, line {number}: {error}") from error
            _log.warning("%s, line %d left out: %s", path, number, error)
            skipped += 1
            continue
        contexts = by_image.setdefault(line.image_id, [])
        if line.text and line.text not in {context.text for context in contexts}:
            generator, model = line.generator or "precomputed", line.model or path.name
            contexts.append(Context(text=line.text, generator=generator, model=model))
    return PrecomputedContexts(by_image, skipped)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise InputError(
            f"The contexts file {path} cannot be read ({error.strerror}): check its name."
        ) from error


def _parse(raw: bytes) -> _Line:
    """Read one line; the ValueError says in one clause what is wrong with it."""
    try:
        line = _Line.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        fault = f'"{first["loc"][0]}": {first["msg"]}' if first["loc"] else "this is no JSON object"
        raise ValueError(
            f'{fault}; a line reads like {{"image_id": "1", "text": "a dog"}}.'
        ) from error
    return line.model_copy(update={"text": clean_text(line.text)})
