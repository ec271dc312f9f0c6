"""The checkpoints a visitor may choose from, told apart without loading any of them."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.config_files import load_config
from core.errors import InputError
from core.records import Task

CHECKPOINTS = Path(__file__).resolve().parents[1] / "checkpoints"
WEIGHTS = "model.safetensors"
SHORT = 7  # signs of a fingerprint

TASKS: dict[Task, str] = {
    "mner": "entities",
    "mre": "relation of two names",
    "jmere": "entities and relations",
    "classification": "label of the post",
}


@dataclass(frozen=True)
class Offer:
    """A checkpoint as it is listed; it may still turn out damaged when it is loaded.

    Attributes:
        name: Of its folder, which the address and the list say.
        folder: Where it lies.
        task: What it was trained for; None where its config cannot be read.
        fingerprint: SHA-256 of its weights, "" where nobody noted it.
        directed: Whether its relations tell (a, b) from (b, a).
        trouble: Why it cannot be used, "" as far as is known.
        is_start: It learned no task: other trainings start from it, and nobody would ask it.
    """

    name: str
    folder: str
    task: Task | None = None
    fingerprint: str = ""
    directed: bool = True
    trouble: str = ""
    is_start: bool = False

    @property
    def title(self) -> str:
        """Its name, task and short fingerprint."""
        what = TASKS[self.task] if self.task else "damaged"
        return " · ".join(part for part in (self.name, what, self.fingerprint[:SHORT]) if part)


def offers(default: str) -> tuple[Offer, ...]:
    """Return every checkpoint of `checkpoints/` for a task, by name, the server's own first.

    Args:
        default: Name or folder of the server's own; it is listed even where it does not exist.
    """
    own = _own(default)
    found = sorted(path.parent for path in CHECKPOINTS.glob(f"*/{WEIGHTS}"))
    others = [folder for folder in found if folder.name != own.name]
    listed = (_offer(folder, folder.name) for folder in others)
    return (own, *(offer for offer in listed if not offer.is_start))


def weights_stamp(name_or_path: str) -> int:
    """Return what tells the weights of a checkpoint from later ones; 0 where there are none."""
    return _stamp(_folder(name_or_path) / WEIGHTS)


def find_offer(offered: Sequence[Offer], wanted: str) -> tuple[Offer, str]:
    """Return the checkpoint with a name, or the server's own and why it takes its place.

    Args:
        offered: At least one, the server's own first.
        wanted: A name; "" asks for the server's own.
    """
    by_name = {offer.name: offer for offer in offered}
    if not wanted or wanted in by_name:
        return by_name.get(wanted, offered[0]), ""
    nearest = difflib.get_close_matches(wanted, by_name, n=1)
    hint = f" The nearest is {nearest[0]}." if nearest else ""
    own = offered[0]
    return own, f"There is no checkpoint called {wanted[:60]}; {own.name} takes its place.{hint}"


def offer_of(offered: Sequence[Offer], trained: str) -> Offer | None:
    """Return the checkpoint with the weights that made a run, None where none here has them.

    Args:
        offered: Checkpoints on this machine.
        trained: What the run says of its checkpoint, name@SHA-256; weights that were trained anew
            under the same name are others.
    """
    name, _, fingerprint = trained.rpartition("@")
    same = [one for one in offered if fingerprint and one.fingerprint == fingerprint]
    return next((one for one in same if one.name == name), same[0] if same else None)


def short_name(trained: str) -> str:
    """Return a checkpoint's name with the beginning of its hash, as people compare them."""
    name, at, fingerprint = trained.rpartition("@")
    return f"{name} · {fingerprint[:SHORT]}" if at else trained


def _folder(name_or_path: str) -> Path:
    known = CHECKPOINTS / name_or_path
    return known if (known / WEIGHTS).is_file() else Path(name_or_path)


def _own(default: str) -> Offer:
    folder = _folder(default)
    if not (folder / WEIGHTS).is_file():
        return Offer(folder.name, default, trouble="it does not exist")
    return _offer(folder, default)


def _offer(folder: Path, wanted: str) -> Offer:
    stamps = tuple(_stamp(folder / name) for name in ("config.toml", "metrics.json", WEIGHTS))
    return _read(folder, wanted, stamps)


@st.cache_resource(show_spinner=False, max_entries=64)
def _read(folder: Path, wanted: str, stamps: tuple[int, ...]) -> Offer:
    """Read what a folder says about its checkpoint.

    Args:
        folder: That has weights.
        wanted: Name or folder it is loaded by.
        stamps: Of its files: changed ones are read again.
    """
    fingerprint = _fingerprint(folder)
    try:
        config = load_config(folder / "config.toml")
    except InputError as error:
        return Offer(folder.name, wanted, fingerprint=fingerprint, trouble=str(error))
    head = config.head
    return Offer(
        folder.name,
        wanted,
        head.task,
        fingerprint,
        directed=head.task != "jmere" or head.directed,
        is_start=bool(config.data.sources) and not config.learns("task"),
    )


def _fingerprint(folder: Path) -> str:
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        return str(metrics["sha256"][WEIGHTS])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # loading it will say what is wrong


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
