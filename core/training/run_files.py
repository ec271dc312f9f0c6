"""Where runs lie on disk: the folder a run works in, and the checkpoint it leaves."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.training.run_tail import RunHistory

LOG = "metrics.jsonl"
CONFIG, METRICS = "config.toml", "metrics.json"


@dataclass(frozen=True)
class RunFiles:
    """The files of one run.

    Attributes:
        name: Of the run and its checkpoint.
        folder: It works in, None when only the checkpoint is left.
        checkpoint: Folder of the checkpoint, None before there is one.
    """

    name: str
    folder: Path | None
    checkpoint: Path | None

    @property
    def log(self) -> Path | None:
        """Where its log is."""
        return self.folder / LOG if self.folder else None


@dataclass(frozen=True)
class RunFile:
    """One file of a run, as it is on disk."""

    name: str
    bytes: int
    sha256: str


def find_runs(places: Sequence[Path], checkpoints: Path) -> tuple[RunFiles, ...]:
    """Return every run that has a log, at most two folders deep, or a checkpoint, by name.

    Args:
        places: Folders of runs; of two runs with one name the first is returned.
        checkpoints: Folder of the checkpoints.
    """
    folders: dict[str, Path] = {}
    for place in places:
        for log in (*place.glob(f"*/{LOG}"), *place.glob(f"*/*/{LOG}")):
            folders.setdefault(log.parent.relative_to(place).as_posix(), log.parent)
    saved = {path.parent.name: path.parent for path in checkpoints.glob(f"*/{CONFIG}")}
    return tuple(
        RunFiles(name, folders.get(name), saved.get(name.rpartition("/")[2]))
        for name in sorted({*folders, *saved})
    )


def run_config(files: RunFiles, history: RunHistory) -> dict[str, Any] | None:
    """Return the config a run was started with last, None when nobody kept it.

    Older logs do not hold it; then it is that of the checkpoint.

    Raises:
        InputError: The checkpoint's config cannot be read.
    """
    for start in reversed(history.starts):
        if isinstance(start.get("config"), dict):
            return dict(start["config"])
    if files.checkpoint is None:
        return None
    try:
        return tomllib.loads((files.checkpoint / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"the config of checkpoint {files.checkpoint.name} cannot be read ({error}); "
            "fetch the checkpoint again"
        ) from None


def run_metrics(files: RunFiles) -> Mapping[str, Any] | None:
    """Return what was measured of the checkpoint, None while there is none.

    Raises:
        InputError: The file is damaged.
    """
    if files.checkpoint is None or not (path := files.checkpoint / METRICS).is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
        error: object = "no JSON object"
    except (OSError, ValueError, RecursionError) as fault:
        error = fault
    raise InputError(
        f"{METRICS} of checkpoint {files.checkpoint.name} is damaged ({error}); "
        "fetch the checkpoint again"
    )


def hashed_files(folder: Path) -> list[RunFile]:
    """Return the files of a folder with their SHA-256, by name; ones that vanish are left out."""
    from core.weights import sha256_file  # loads a library that pages without hashes do without

    found = []
    for path in sorted(folder.iterdir()):
        try:
            if path.is_file() and not path.name.startswith("."):
                found.append(RunFile(path.name, path.stat().st_size, sha256_file(path)))
        except OSError:
            continue  # written anew this very moment
    return found
