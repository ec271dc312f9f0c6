"""Trainings of the miniature experiment: built, killed, and held against one another."""

import sys
from pathlib import Path

import tomli_w
import torch

from core.config import Config
from core.training.checkpoint import build_model
from core.training.loop import Trainer
from core.training.run_log import read_run_log


class Killed(Exception):
    """Ends a run where a kill would."""


def new_trainer(config: Config, data, folder: Path) -> Trainer:
    torch.manual_seed(0)
    model, tokenizer = build_model(config, image_width=24)
    return Trainer(config, model, tokenizer, data, data[0], folder, device="cpu")


def go_on(step, steps, losses):
    """Report nothing."""


def kill(*_):
    raise Killed


def kill_at(place: int):
    def report(step, steps, losses):
        if step == place:
            raise Killed

    return report


def timeless(folder: Path) -> list[dict]:
    """What the log says, but for times, speed and how often the run was started."""
    unsaid = ("time", "seconds", "posts_per_second")
    return [
        {key: value for key, value in event.items() if key not in unsaid}
        for event in read_run_log(folder / "metrics.jsonl")
        if event["event"] != "start"
    ]


def epochs(trainer: Trainer) -> list[dict]:
    return [event for event in timeless(trainer.folder) if event["event"] == "epoch"]


def assert_same(found: Trainer, expected: Trainer) -> None:
    assert timeless(found.folder) == timeless(expected.folder)
    for one, other in zip(found.trained, expected.trained, strict=True):
        assert torch.equal(one, other)
    for name in ("step", "best_score", "best_epoch", "stopped_early", "gates"):
        assert getattr(found.progress, name) == getattr(expected.progress, name)


def train_command(config: Config, folder: Path) -> list[str]:
    path = folder / "config.toml"
    path.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
    run, out = str(folder / "run"), str(folder / "out")
    arguments = ["train", str(path), "--run", run, "--out", out, "--device", "cpu"]
    return [sys.executable, "-m", "core", *arguments]
