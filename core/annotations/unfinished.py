"""A run that is not finished: the Records made so far, one a line, so that a kill loses nothing."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from core.annotations.record_lines import parse_record, record_line
from core.errors import InputError
from core.lines import MAX_LINE_BYTES
from core.records import Example, Record


class UnfinishedRun:
    """Records beside the file they will end up in, as `<name>.partial.jsonl`; one process writes.

    Attributes:
        path: Of that file.
    """

    def __init__(self, out: Path) -> None:
        """Open or create the file.

        Raises:
            InputError: It cannot be written, or another process is at it.
        """
        self.path = out.with_name(f"{out.name}.partial.jsonl")
        self._places: dict[str, int] = {}
        try:
            # Unbuffered: what a full disk did not take must not come up again at the end.
            self._file = self.path.open("ab", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise InputError(
                f"{self.path}: another run is writing it; wait for it or name another --out"
            ) from None

    def __enter__(self) -> Self:
        """Return itself; the file is closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, which stays on the disk."""
        self._file.close()

    def __contains__(self, name: str) -> bool:
        """Return whether the Record of a post is there."""
        return name in self._places

    def __len__(self) -> int:
        """Return the number of Records."""
        return len(self._places)

    def resume(self, examples: Mapping[str, Example], checkpoint: str) -> None:
        """Take over what an earlier process left; a last line that a kill cut off is removed.

        Args:
            examples: All posts of the run, by id.
            checkpoint: Fingerprint of what the run is made with.

        Raises:
            InputError: What is there belongs to another run, or is no run.
        """
        place = 0
        with self.path.open("rb") as file:
            while (line := file.readline(MAX_LINE_BYTES + 1)).endswith(b"\n"):
                try:
                    record = parse_record(line)
                    self._check(record, examples, checkpoint)
                except InputError as error:
                    raise InputError(
                        f"{self.path}: {error}; delete it, or start anew with --no-resume"
                    ) from None
                self._places[record.post.id] = place
                place += len(line)
        self._file.truncate(place)

    def clear(self) -> None:
        """Forget what an earlier process left."""
        self._file.truncate(0)

    def append(self, record: Record) -> None:
        """Add a Record.

        Raises:
            InputError: The disk is full.
        """
        line, place = record_line(record), self._file.seek(0, os.SEEK_END)
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise self._unwritable(error) from None
        self._places[record.post.id] = place

    def records(self, names: Iterable[str]) -> Iterator[Record]:
        """Yield the Records of these posts that are there, in this order."""
        with self.path.open("rb") as file:
            for name in names:
                if name in self._places:
                    file.seek(self._places[name])
                    yield parse_record(file.readline())

    def _check(self, record: Record, examples: Mapping[str, Example], checkpoint: str) -> None:
        name, made_with = record.post.id, record.fingerprints.get("checkpoint", "unknown")
        if made_with != checkpoint:
            raise InputError(f"was begun with {made_with}, not {checkpoint}")
        example = examples.get(name)
        if example is None or example.text != record.post.text:
            raise InputError(f"holds post {name!r}, which is not among these posts")
        given = [context.text for context in example.contexts]
        if given and given != [context.text for context in record.contexts]:
            raise InputError(f"holds post {name!r} with other contexts than these")

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"{self.path}: cannot be written ({error.strerror}); make room or name another --out"
        )
