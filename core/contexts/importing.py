"""Contexts of a file, taken into the store, so that no photo in it is described once more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from core.contexts.context_lines import ContextLine, parse_line
from core.contexts.generator import ContextGenerator
from core.contexts.store import ContextStore
from core.errors import InputError
from core.lines import read_lines
from core.records import Context


class DamagedLine(NamedTuple):
    """A line that cannot be read, and `file:line: why`."""

    raw: bytes
    reason: str


class _Key(NamedTuple):
    image_id: str
    sha256: str | None


@dataclass
class _Read:
    by_photo: dict[_Key, list[ContextLine]] = field(default_factory=dict)
    doubtful: set[_Key] = field(default_factory=set)
    damaged: list[DamagedLine] = field(default_factory=list)


def import_contexts(
    path: Path,
    digests: Mapping[str, str],
    generator: ContextGenerator,
    store: ContextStore,
    *,
    unsigned: bool = True,
) -> list[DamagedLine]:
    """Let the store know what a file says of photos that it does not know.

    A photo next to a damaged line is left out: that line may have been one of its contexts.

    Args:
        path: Of lines as `context_lines` writes them, or of `image_id` and `text` only.
        digests: SHA-256 of photos by id, for lines that do not say it; others are left out.
        generator: The contexts are remembered as its own.
        store: That is to know them.
        unsigned: Whether lines that do not say who wrote them are believed to be the generator's.

    Returns:
        The lines that cannot be read.

    Raises:
        InputError: The file cannot be read, its contexts are of another generator, or the store's
            folder cannot be written.
    """
    read = _read(path, generator, unsigned)
    for key, lines in read.by_photo.items():
        sha256 = key.sha256 or digests.get(key.image_id)
        if key in read.doubtful or sha256 is None or store.find(sha256, generator) is not None:
            continue
        store.keep(sha256, generator, _contexts(lines, generator))
    return read.damaged


def _read(path: Path, generator: ContextGenerator, unsigned: bool) -> _Read:
    read = _Read()
    before: _Key | None = None
    after_damage = False
    for number, raw in read_lines(path):
        if not raw.strip():
            continue
        try:
            line = parse_line(raw)
        except InputError as error:
            read.damaged.append(DamagedLine(raw, f"{path}:{number}: {error}"))
            read.doubtful |= {before} if before else set()
            after_damage = True
            continue
        if line.fingerprint != generator.fingerprint and (line.fingerprint or not unsigned):
            raise InputError(
                f"{path}:{number}: was not written by {generator.name} as it is set now; name "
                "another file, or give the settings it was written with"
            )
        before = _Key(line.image_id, line.sha256)
        read.by_photo.setdefault(before, []).append(line)
        read.doubtful |= {before} if after_damage else set()
        after_damage = False
    return read


def _contexts(lines: list[ContextLine], generator: ContextGenerator) -> list[Context]:
    """Return each text once, as `load_contexts` does."""
    by_text = {line.text: line for line in reversed(lines) if line.text}
    return [line.context(generator.name) for line in lines if by_text.get(line.text) is line]
