"""Lines of files that the user names: numbered, of bounded length, as text."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from core.errors import InputError

MAX_LINE_BYTES = 16_000_000
_BUFFER_BYTES = 1_000_000


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line of a file with its number from 1, without line end or byte order mark.

    Only line feeds end a line: tweets hold other signs that `str.splitlines` would split at. Of a
    line that is too long only the beginning is kept in memory, which `decode_line` refuses.

    Raises:
        InputError: The file cannot be read.
    """
    number = 0
    try:
        with path.open("rb", buffering=_BUFFER_BYTES) as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                rest = line
                while not rest.endswith(b"\n") and (rest := file.readline(MAX_LINE_BYTES)):
                    pass
                start = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                yield number, start.removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give another") from None


def decode_line(line: bytes) -> str:
    """Return the text of a line.

    Raises:
        InputError: It is too long, is not UTF-8, or holds a NUL byte, as text never does.
    """
    if len(line) > MAX_LINE_BYTES:
        limit = f"{MAX_LINE_BYTES // 1_000_000} MB"
        raise InputError(f"is longer than {limit}; is this the right file?")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
        raise InputError(reason) from None
    if "\0" in text:
        place = len(text[: text.index("\0")].encode()) + 1
        raise InputError(f"holds a NUL byte (byte {place} of the line); save the file as UTF-8")
    return text
