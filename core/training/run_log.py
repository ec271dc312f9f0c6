"""The run log, `metrics.jsonl`: one JSON object a line, flushed as it happens."""

import json
import os
import platform
import shlex
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from core.config import Config
from core.errors import InputError
from core.training.checkpoint import replace
from core.training.run_files import LOG


class RunLog:
    """Appends events to `metrics.jsonl` of a run folder.

    Every event carries its step and the time, in seconds since 1970. A run that is resumed at step
    s drops what a killed run wrote after s, so that an interrupted run leaves the log of an
    unbroken one, but for times and one `start` more.
    """

    def __init__(self, folder: Path, *, resume_at: int) -> None:
        self.path = folder / LOG
        steps = [(event, event.get("step")) for event in read_run_log(self.path)]
        kept = [event for event, step in steps if isinstance(step, int) and step <= resume_at]
        text = "".join(json.dumps(event) + "\n" for event in kept)
        replace(self.path, lambda path: path.write_text(text, encoding="utf-8"))

    def write(self, step: int, **values: Any) -> None:
        """Append one event.

        Raises:
            InputError: The disk is full.
        """
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": step, "time": time.time(), **values}) + "\n")
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written ({error.strerror}); make room on the disk, then "
                "start again: the run goes on from its last state"
            ) from None


def describe_start(config: Config, device: torch.device, processes: int) -> dict[str, Any]:
    """Return what a log says of the machine and the experiment when a run starts or goes on."""
    packages = ("torch", "transformers", "accelerate", "pytorch-crf")
    return {
        "config": config.model_dump(mode="json"),
        "device": str(device),
        "processes": processes,
        "process_id": os.getpid(),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in packages},
        "command": shlex.join(["python", "-m", "core", *sys.argv[1:]]),
    }


def has_ended(folder: Path) -> bool:
    """Return whether the log of a run folder says that the run has ended."""
    events = read_run_log(folder / LOG)
    return bool(events) and events[-1].get("event") == "end"


def read_run_log(path: Path) -> list[dict[str, Any]]:
    """Return the whole events of a run; they end before the first line that is none.

    A kill cuts off the last line.
    """
    events: list[dict[str, Any]] = []
    if not path.exists():
        return events
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(event, dict):
            break
        events.append(event)
    return events
