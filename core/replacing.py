"""Files that are replaced as a whole: a kill or a full disk leaves the previous one as it was."""

import fcntl
import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a new file beside `path`, which takes its place when the block ends well.

    Raises:
        OSError: The folder or the disk does not take it.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(exist_ok=False)  # who may read it is for the user's umask to say
    mode = temporary.stat().st_mode
    try:
        yield temporary
        temporary.chmod(mode)  # safetensors writes a file of its own, for nobody else to read
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(path: Path) -> None:
    """Remove what writers of `path` that were killed have left beside it; nobody may be writing."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        left.unlink(missing_ok=True)


@contextmanager
def replacing_alone(path: Path) -> Iterator[BinaryIO]:
    """Give a new file, `<name>.partial`, that takes the place of `path` when the block ends well.

    One process has it at a time; its lock ends with it, however it ends.

    Raises:
        BlockingIOError: Another process has it.
        OSError: The folder or the disk does not take it.
    """
    partial = path.with_name(f"{path.name}.partial")
    with _locked(partial) as file:
        try:
            file.truncate(0)
            yield file
            file.flush()
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _locked(path: Path) -> BinaryIO:
    """Open a file that no other process has, and that still has its name."""
    while True:
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who had it before may have renamed it after it was opened here.
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except BaseException:
            file.close()
            raise
        file.close()
