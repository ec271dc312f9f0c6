"""A run that is not finished: the Records made so far, one a line, so that a kill loses nothing."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from core.errors import InputError, describe
from core.images import read_digest
from core.lines import MAX_LINE_BYTES, decode_line
from core.records import Example, Frozen, Record


class _Made(Frozen):
    """A line of the file: a Record, and a hash of what it was made from."""

    given: str
    record: Record


class UnfinishedRun:
    """Records beside the file they will end up in, as `<name>.partial.jsonl`; one process writes.

    Attributes:
        path: Of that file.
    """

    def __init__(self, out: Path, examples: Sequence[Example], *, describe: bool = True) -> None:
        """Open or create the file.

        Args:
            out: Where the Records will end up.
            examples: All posts of the run, whose ids differ.
            describe: Whether posts without contexts get some.

        Raises:
            InputError: It cannot be written, or another process is at it.
        """
        self.path = out.with_name(f"{out.name}.partial.jsonl")
        self._examples = {example.id: example for example in examples}
        self._describe = describe
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

    def resume(self, checkpoint: str) -> None:
        """Take over what an earlier process made of the posts as they are given now.

        A Record of a post that has changed since (its words, photo, contexts or marked pair) is
        left to be made anew, and a last line that a kill cut off is removed.

        Args:
            checkpoint: Fingerprint of what the run is made with.

        Raises:
            InputError: What is there belongs to another run, or is no run.
        """
        place = 0
        with self.path.open("rb") as file:
            while (line := file.readline(MAX_LINE_BYTES + 1)).endswith(b"\n"):
                try:
                    made = _parse(line)
                    example = self._example_of(made.record, checkpoint)
                except InputError as error:
                    raise InputError(
                        f"{self.path}: {error}; delete it, or start anew with --no-resume"
                    ) from None
                if made.given == self._given(example, _photo_digest(example)):
                    self._places[example.id] = place
                place += len(line)
        self._file.truncate(place)

    def clear(self) -> None:
        """Forget what an earlier process left."""
        self._file.truncate(0)

    def append(self, record: Record) -> None:
        """Add the Record of one of the posts.

        Raises:
            InputError: The disk is full.
        """
        image = record.post.image
        given = self._given(self._examples[record.post.id], image.sha256 if image else None)
        line = _Made(given=given, record=record).model_dump_json().encode() + b"\n"
        place = self._file.seek(0, os.SEEK_END)
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise self._unwritable(error) from None
        self._places[record.post.id] = place

    def records(self) -> Iterator[tuple[Example, Record]]:
        """Yield the posts whose Records are there, with them, in the order of the posts."""
        with self.path.open("rb") as file:
            for name, example in self._examples.items():
                if name in self._places:
                    file.seek(self._places[name])
                    yield example, _parse(file.readline()).record

    def _example_of(self, record: Record, checkpoint: str) -> Example:
        name, made_with = record.post.id, record.fingerprints.get("checkpoint", "unknown")
        if made_with != checkpoint:
            raise InputError(f"was begun with {made_with}, not {checkpoint}")
        if name not in self._examples:
            raise InputError(f"holds post {name!r}, which is not among these posts")
        return self._examples[name]

    def _given(self, example: Example, photo_digest: str | None) -> str:
        """Return a hash of what the model is told of a post; what people say of it is no part."""
        told = example.model_dump_json(include={"text", "tokens", "pair", "contexts"})
        described = self._describe and not example.contexts
        return hashlib.sha256(f"{photo_digest}\n{described}\n{told}".encode()).hexdigest()

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"{self.path}: cannot be written ({error.strerror}); make room or name another --out"
        )


def _parse(line: bytes) -> _Made:
    try:
        return _Made.model_validate_json(decode_line(line))
    except ValidationError as error:
        raise InputError(f"is no unfinished run ({describe(error)})") from None


def _photo_digest(example: Example) -> str | None:
    """Return the digest of a post's photo; one that cannot be read is no photo of any Record."""
    try:
        return read_digest(example.image) if example.image else None
    except InputError:
        return "unreadable"
