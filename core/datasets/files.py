"""Reading what the user names: lines with a place for their errors, images kept in their folder."""

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.records import Example


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


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line of a file with its number from 1, without line end or byte order mark.

    Only line feeds end a line: tweets hold other signs that `str.splitlines` would split at.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                start = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                yield number, start.removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give another") from None


def decode_line(line: bytes) -> str:
    """Return the text of a line.

    Raises:
        InputError: It is not UTF-8.
    """
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
        raise InputError(reason) from None


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
