"""What a system costs: time a post, and parameters that were trained."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from safetensors import SafetensorError, safe_open

from core.annotations import About, read_record
from core.errors import InputError

SAMPLED_POSTS = 16
WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class Cost:
    """What one run costs; None: nobody knows.

    Attributes:
        seconds: Of a post, the median of `SAMPLED_POSTS` posts spread evenly over the run.
        contexts: Of a post, on average.
        parameters: Trained ones, those a checkpoint holds.
        megabytes: Size of the checkpoint's weights.
    """

    seconds: float | None
    contexts: float
    parameters: int | None
    megabytes: float | None


def run_cost(path: Path, table: pd.DataFrame, about: About, checkpoints: Path) -> Cost:
    """Return what a run costs, as far as its file and its checkpoint tell.

    Args:
        path: Of the annotation file.
        table: Its posts.
        about: What it says about itself.
        checkpoints: Folder of the checkpoints by name.
    """
    weights = checkpoints / about.checkpoint.partition("@")[0] / WEIGHTS
    return Cost(
        seconds=_seconds(path, len(table)),
        contexts=float(table["contexts"].mean()),
        parameters=parameters(weights),
        megabytes=weights.stat().st_size / 1e6 if weights.is_file() else None,
    )


def multiple(value: float | None, unit: float | None) -> float | None:
    """Return how many times as much a value is; None where either is unknown, or the unit is 0."""
    return value / unit if unit and value is not None else None


def parameters(weights: Path) -> int | None:
    """Return how many numbers a file of weights holds, None when there is no such file."""
    try:
        with safe_open(weights, framework="np") as file:
            shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
    return sum(int(np.prod(shape)) for shape in shapes)


def _seconds(path: Path, posts: int) -> float | None:
    rows = sorted({round(place) for place in np.linspace(0, posts - 1, min(SAMPLED_POSTS, posts))})
    try:
        times = [sum(read_record(path, row).timings.values()) for row in rows]
    except InputError:
        return None
    return median(times) if any(times) else None
