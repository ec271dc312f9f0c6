"""How far a run is: everything that a killed run needs to go on as if nothing had happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from core.config import Config
from core.config_files import is_config
from core.errors import InputError
from core.training.checkpoint import replace

STATE = "state.pt"


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        step: Batches trained on.
        chosen_by: What the score of an epoch is, "F1", "hidden words" or "AUROC", on dev.
        best_score: Of the best epoch, -1 before the first.
        best_epoch: Counted from 1.
        seconds: Spent training, over all starts of the run.
        average: Moving average of the trained parameters.
        best: The average after the best epoch.
        stopped_early: Whether patience has run out.
        gates: Counted since the last epoch's end; see `core.training.diagnostics`.
        epoch_posts: Trained on since then.
        epoch_seconds: Spent training since then.
        started_from: Name and hash of the checkpoint it started from, "" for none.
    """

    step: int = 0
    chosen_by: str = "F1"
    best_score: float = -1.0
    best_epoch: int = 0
    seconds: float = 0.0
    average: list[Tensor] = field(default_factory=list)
    best: list[Tensor] = field(default_factory=list)
    stopped_early: bool = False
    gates: dict[str, list[int]] = field(default_factory=dict)
    epoch_posts: int = 0
    epoch_seconds: float = 0.0
    started_from: str = ""

    def count(self, posts: int, seconds: float) -> None:
        """Add the posts of a batch and the seconds that it took."""
        self.seconds += seconds
        self.epoch_seconds += seconds
        self.epoch_posts += posts

    def take_speed(self) -> float:
        """Return the posts per second since the last epoch's end, and start to count anew."""
        speed = self.epoch_posts / self.epoch_seconds if self.epoch_seconds else 0.0
        self.epoch_posts, self.epoch_seconds = 0, 0.0
        return speed


def save_state(
    folder: Path,
    config: Config,
    data: str,
    progress: Progress,
    parameters: Sequence[Tensor],
    optimizer: dict[str, Any],
    *,
    scaler: dict[str, Any] | None = None,
) -> None:
    """Write `state.pt`, whole or not at all.

    Args:
        folder: Of the run.
        config: It was started with.
        data: Fingerprint of the posts it learns from and is scored on.
        progress: How far it is.
        parameters: That are trained.
        optimizer: Its state.
        scaler: State of what scales gradients under fp16, None where nothing does.
    """
    state = {
        "config": config.model_dump_json(),
        "data": data,
        "progress": vars(progress),
        "parameters": list(parameters),
        "optimizer": optimizer,
        "scaler": scaler,
    }
    replace(folder / STATE, lambda path: torch.save(state, path))


def load_state(
    folder: Path, config: Config, data: str, device: torch.device
) -> dict[str, Any] | None:
    """Return what `save_state` wrote, with the progress read; None where nothing is.

    States of older versions lack the scaler's and the data, and what configs did not say yet.

    Raises:
        InputError: The folder holds a run of another config or other data, or a damaged state.
    """
    path = folder / STATE
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        made_with, posts = state["config"], state.get("data", data)
        loaded = {
            "progress": Progress(**state["progress"]),
            "parameters": state["parameters"],
            "optimizer": state["optimizer"],
            "scaler": state.get("scaler"),
        }
    except (OSError, EOFError, UnpicklingError, RuntimeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is damaged ({type(error).__name__}); remove it to start anew"
        ) from None
    if not is_config(made_with, config):
        raise InputError(
            f"{folder} holds a run of another config: remove it, or name another folder"
        )
    if posts != data:
        raise InputError(
            f"{folder} holds a run over other posts: the data has changed since it began; remove "
            "it, or name another folder"
        )
    return loaded


def copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Return copies that no later step changes."""
    return [tensor.detach().clone() for tensor in tensors]


@torch.no_grad()
def copy_into(targets: Sequence[Tensor], sources: Sequence[Tensor]) -> None:
    """Write each source over its target."""
    for target, source in zip(targets, sources, strict=True):
        target.copy_(source)
