"""Reading what the user names: objects a line, ids, images kept in their folder."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from core.errors import InputError
from core.images import SUFFIXES
from core.lines import decode_line
from core.records import Context, Example


@dataclass(frozen=True)
class Loaded:
    """The examples of a file, in its order, and what was left out (`file:line: why`)."""

    examples: tuple[Example, ...]
    skipped: tuple[str, ...] = ()


class UniqueIds:
    """Gives every example of a file its own id: repeated ones get "-2", "-3" and so on."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def add(self, name: str) -> str:
        """Return the name, with a number where it was taken."""
        unique = name
        while self._seen[unique]:
            self._seen[name] += 1
            unique = f"{name}-{self._seen[name]}"
        self._seen[unique] += 1
        return unique


def parse_object(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        InputError: The line is not UTF-8 or no JSON object, or nested too deeply to read.
    """
    text = decode_line(line)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also numbers of 4,300 digits
        raise InputError(f"is not valid JSON ({error}); write one object a line") from None
    if not isinstance(value, dict):
        raise InputError(
            f"is a JSON {type(value).__name__}, not an object; write one object a line"
        )
    return value


def contexts_of(
    contexts: Mapping[str, Sequence[Context]] | None, *names: str | None
) -> tuple[Context, ...]:
    """Return the contexts under the first name they are known by.

    Args:
        contexts: By name, which may be that of a photo with or without its ending.
        names: Of a post and of its photo; None: it has no such name.
    """
    if contexts:
        given = [name for name in names if name]
        photos = [PurePath(name) for name in given if name.lower().endswith(SUFFIXES)]
        for name in (*given, *(photo.stem for photo in photos)):
            if name in contexts:
                return tuple(contexts[name])
    return ()


def photo_if_there(folder: Path | None, name: str) -> Path | None:
    """Return where a photo lies in the folder, None where there is no folder or no such file.

    Raises:
        InputError: The name leads out of the folder, or no file can have it.
    """
    path = path_inside(folder, name) if folder else None
    return path if path and path.is_file() else None


def path_inside(folder: Path, name: str) -> Path:
    """Return where a file of that name lies in the folder, symbolic links resolved.

    Raises:
        InputError: The name leads out of the folder, or no file can have it.
    """
    try:
        path = (folder / name).resolve()
        path.exists()  # asks the system, which refuses names that are too long
    except (OSError, ValueError):
        raise InputError(f"image {name[:80]!r}: no file can have this name; correct it") from None
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"image {name!r} lies outside the folder {folder}; move it inside")
    return path
