"""A file that only ever grows, line by line, from any number of processes at once."""

import fcntl
import os
from pathlib import Path

from core.errors import InputError


def append_line(path: Path, line: str) -> None:
    """Append one line and return once it is on the disk; the folder is created when needed.

    A last line that a crash cut off is ended first, so that it costs nothing but itself.

    Args:
        path: Of the file.
        line: Without a line break.

    Raises:
        InputError: The file cannot be written.
    """
    written = line.encode("utf-8", "surrogatepass") + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                written = b"\n" + written
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(
            f"{path.name} could not be written ({error.strerror}); make room or choose another "
            "folder, then try again"
        ) from error


def read_lines(path: Path) -> list[bytes]:
    """Return the lines of a file, whole or not, without empty ones; none when it is not there.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        return [line for line in path.read_bytes().split(b"\n") if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(
            f"{path.name} could not be read ({error.strerror}); check who may read it"
        ) from error
