"""Posts analysed, as JSON: one Record a line."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from core.errors import InputError, describe
from core.lines import decode_line, read_lines
from core.records import Record
from core.replacing import replacing


def read_records_jsonl(path: Path) -> Iterator[Record]:
    """Yield the Records of a file, one line at a time; empty lines are passed over.

    Raises:
        InputError: The file cannot be read, a line is too long or no Record (the message names
            file and line), or an id occurs twice.
    """
    first_seen: dict[str, int] = {}
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            record = _parse(line)
            name = record.post.id
            if name in first_seen:
                raise InputError(f"id {name!r} was used in line {first_seen[name]}; rename one")
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        first_seen[name] = number
        yield record


def write_records_jsonl(path: Path, records: Iterable[Record]) -> int:
    """Write a Record a line to a file, which replaces what was there once it is whole.

    Returns:
        The number of Records.

    Raises:
        InputError: The file cannot be written.
    """
    count = 0
    try:
        with replacing(path) as temporary, temporary.open("wb") as file:
            for record in records:
                file.write(record.model_dump_json().encode() + b"\n")
                count += 1
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); make room or name another"
        ) from None
    return count


def _parse(line: bytes) -> Record:
    try:
        return Record.model_validate_json(decode_line(line))
    except ValidationError as error:
        raise InputError(f"is no Record ({describe(error)}); annotate again") from None
