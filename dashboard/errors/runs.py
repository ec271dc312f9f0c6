"""The runs that can be looked at: files on this machine, and what a visitor brings along."""

import hashlib
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.errors import InputError
from core.records import Record

if TYPE_CHECKING:
    from core.annotations import About

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = ("runs/*.parquet", "runs/*/*.parquet", "sample_data/*.parquet")
SHIPPED = "sample_data/"
FIRST_SHIPPED = f"{SHIPPED}twitter17-minilm.parquet"  # by the checkpoint that the page opens with
RUNS_VARIABLE = "SHAPCA_RUNS"  # names one more folder to look into
UPLOAD_MEGABYTES = 200
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class RunFile:
    """A run on this machine.

    Attributes:
        name: In the list and in the address.
        path: Of its file.
        modified: Nanoseconds since the epoch.
        size: In bytes.
        is_own: A visitor brought it along.
    """

    name: str
    path: Path
    modified: int
    size: int
    is_own: bool = False

    @property
    def slug(self) -> str:
        """A name for what belongs to the run; that of an own file depends on its content only."""
        name = self.path.stem if self.is_own else self.name
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]  # names may differ in other signs
        return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)[:80]}-{digest}"

    @classmethod
    def at(cls, path: Path, name: str, *, is_own: bool = False) -> "RunFile":
        """Return the run at a path, as the file is now."""
        state = path.stat()
        return cls(name, path, state.st_mtime_ns, state.st_size, is_own)


@dataclass(frozen=True, eq=False)
class Run:
    """A run that was read; equal to itself only, so that what is known of it can be kept.

    Attributes:
        file: Where it is.
        table: One row a post, without the Records; never to be changed.
        about: What the file says about itself.
    """

    file: RunFile
    table: pd.DataFrame
    about: "About"

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row per gold or predicted unit, with the place of its post in `row`."""
        from core.annotations import units_table

        return units_table(self.table)

    @cached_property
    def typed_table(self) -> pd.DataFrame:
        """The table with a column for the outcome of every type of unit."""
        from core.analysis.features import with_type_outcomes

        return with_type_outcomes(self.table, self.units)

    def margin(self, side: str) -> NDArray[np.float64]:
        """Return the margin of each post's context on a side, NaN where no game was played."""
        return self.table[f"margin_{side}"].to_numpy(np.float64, na_value=np.nan)

    def scored(self, *, without_contexts: bool = False) -> NDArray[np.bool_]:
        """Return which posts have gold, and were also predicted without contexts if that is asked.

        Shape (posts,).
        """
        column = "bare_correct" if without_contexts else "correct"
        return np.asarray(self.table["has_gold"] & self.table[column].notna(), bool)

    @cached_property
    def has_gold(self) -> bool:
        """Whether people have said anything about any post."""
        return bool(self.table["has_gold"].any())

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of every post by its id."""
        return {str(id): place for place, id in enumerate(self.table["id"])}

    def id(self, place: int) -> str:
        """Return the id of a post."""
        return str(self.table["id"].iat[place])

    def record(self, place: int) -> Record:
        """Return everything said about one post.

        Raises:
            InputError: The file is damaged there, or gone.
        """
        from core.annotations import read_record

        with _called(self.file.path, self.file.name):
            return read_record(self.file.path, place)


class Upload:
    """A visitor's own file: in a folder that is deleted when the visitor leaves."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        folder = tempfile.mkdtemp(prefix="shap-ca-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        path = Path(folder) / f"{_digest(stream)}.parquet"
        stream.seek(0)
        if name.lower().endswith(".jsonl"):
            _convert(stream, path, name)
        else:
            with path.open("wb") as target:
                target.writelines(_chunks(stream))
        self.file = RunFile.at(path, name, is_own=True)


def run_files() -> list[RunFile]:
    """Return the runs on this machine, newest first; those that ship come last, by their name.

    Their age says nothing: a copy of the project has them all at once. No two have one name.
    """
    found = {path: path.relative_to(ROOT).as_posix() for path in _matching(ROOT, PATTERNS)}
    more = os.environ.get(RUNS_VARIABLE)
    if more:
        folder = Path(more).expanduser().resolve()
        for path in _matching(folder, ("*.parquet", "*/*.parquet")):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            found.setdefault(path, f"{name} (2)" if name in found.values() else name)
    files = [RunFile.at(path, name) for path, name in found.items()]
    return sorted(files, key=_rank)


def _rank(file: RunFile) -> tuple[bool, int, bool, str]:
    ships = file.name.startswith(SHIPPED)
    return ships, 0 if ships else -file.modified, file.name != FIRST_SHIPPED, file.name


@st.cache_resource(show_spinner="Reading the run", max_entries=4)
def open_run(file: RunFile) -> Run:
    """Return a run, read once for all visitors as long as its file stays the same.

    Raises:
        InputError: It is no run, damaged, or of an older version; the message says what to do.
    """
    from core.annotations import read_annotations

    with _called(file.path, file.name):
        annotations = read_annotations(file.path)
    return Run(file, annotations.table, annotations.about)


def _matching(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in folder.glob(pattern) if path.is_file())


@contextmanager
def _called(path: Path, name: str) -> Iterator[None]:
    """Let messages call a file what the visitor calls it, and not by its place on this machine."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error).replace(str(path), name)) from None


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(stream):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _convert(stream: BinaryIO, path: Path, name: str) -> None:
    """Turn one Record a line into the table that the page reads."""
    from core.annotations import About, read_records_jsonl, write_annotations

    lines = path.with_suffix(".jsonl")
    with lines.open("wb") as target:
        target.writelines(_chunks(stream))
    with _called(lines, name):
        records = list(read_records_jsonl(lines))
    if not records:
        raise InputError(f"{name}: the file has no Record; write one a line")
    about = About(
        task=records[0].task,
        checkpoint=records[0].fingerprints.get("checkpoint", "unknown"),
        dataset=name,
        created="",
        command="",
    )
    with _called(path, name):
        write_annotations(path, records, about=about)
    lines.unlink()
