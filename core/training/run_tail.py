"""A run log while it grows: only what is new is read, and half a line waits for its other half."""

import json
import math
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from core.errors import InputError

LOSS = "loss "  # before the name of a part, in the columns of `RunHistory.steps`
STEP_NUMBERS = ("time", "epoch", "learning_rate", "posts_per_second")
FINGERPRINT_BYTES = 256  # of what was read last: a log that was written anew does not hold them
MOST_STEPS = 2**53
KINDS = ("start", "step", "scoring", "epoch", "end")

Event = dict[str, Any]


@dataclass(frozen=True, eq=False)
class RunHistory:
    """What a run log says so far; equal to itself only, so that what is made of it can be kept.

    Attributes:
        starts: One event per start of the run: the first, and every time it was resumed.
        steps: One row per logged step, by `step`: time, epoch, source, learning_rate,
            posts_per_second, and a column "loss PART" per part; NaN where the log has none.
        epochs: One event per epoch that ended.
        end: The event that ended the run, None when there is none.
        scoring: The event that said that dev is being scored, None when it is not; older logs never
            say so.
        bad_lines: Numbers of the first lines that are no events, counted from 1.
        bad_count: Number of all such lines.
        modified: When the file was written last, in seconds since 1970.
    """

    starts: tuple[Event, ...] = ()
    steps: pd.DataFrame = field(default_factory=lambda: _table([]))
    epochs: tuple[Event, ...] = ()
    end: Event | None = None
    scoring: Event | None = None
    bad_lines: tuple[int, ...] = ()
    bad_count: int = 0
    modified: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether the run has not said anything yet."""
        told = self.starts or self.epochs or self.end or self.scoring
        return not (told or len(self.steps))


class RunTail:
    """Follows one `metrics.jsonl`; several threads may ask it.

    Args:
        path: Of the log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._offset, self._lines, self._last = 0, 0, b""
        self._seen = (-1, -1)
        self._history = RunHistory()

    def read(self) -> RunHistory:
        """Return what the log says so far; a last line without its end is left for later.

        A log that was cut back and written anew, as by a run that is resumed, is read anew.

        Raises:
            InputError: The file cannot be read.
        """
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    found = os.fstat(file.fileno())
                    seen = (found.st_size, found.st_mtime_ns)
                    if seen != self._seen:
                        self._read_on(file, found.st_mtime)
                        self._seen = seen
            except OSError as error:
                raise InputError(
                    f"{self.path.name} of the run {self.path.parent.name} cannot be read "
                    f"({error.strerror}); look at the file's permissions"
                ) from None
            return self._history

    def _forget(self) -> None:
        self._offset, self._lines, self._last = 0, 0, b""
        self._history = RunHistory()

    def _read_on(self, file: BinaryIO, modified: float) -> None:
        file.seek(max(self._offset - len(self._last), 0))
        if file.read(len(self._last)) != self._last:
            self._forget()
            file.seek(0)
        whole, newline, _ = file.read().rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        self._last = (self._last + whole + newline)[-FINGERPRINT_BYTES:]
        lines = whole.split(b"\n") if newline else []
        self._history = _extended(self._history, lines, self._lines, modified)
        self._lines += len(lines)


def _extended(
    history: RunHistory, lines: Iterable[bytes], before: int, modified: float
) -> RunHistory:
    """Return the history with more lines at its end; so many lines came `before`."""
    found: dict[str, list[Event]] = {kind: [] for kind in KINDS}
    end, scoring, bad = history.end, history.scoring, []
    for place, line in enumerate(lines, start=before + 1):
        event = _event(line)
        if event is not None:
            found[event["event"]].append(event)
            end = _end(event, end)
            scoring = event if event["event"] == "scoring" else None
        elif line.strip():
            bad.append(place)
    steps = history.steps
    if found["step"]:
        steps = pd.concat([steps, _table(found["step"])], ignore_index=True)
    return RunHistory(
        starts=(*history.starts, *found["start"]),
        steps=steps,
        epochs=(*history.epochs, *found["epoch"]),
        end=end,
        scoring=scoring,
        bad_lines=(*history.bad_lines, *bad)[:5],
        bad_count=history.bad_count + len(bad),
        modified=modified,
    )


def _end(event: Event, end: Event | None) -> Event | None:
    """Return what ended the run by now; one that is started again has not ended."""
    kind = event["event"]
    return event if kind == "end" else None if kind == "start" else end


def _event(line: bytes) -> Event | None:
    """Return the event of a line, None when it is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):  # ValueError: also what is not UTF-8
        return None
    if not isinstance(event, dict) or event.get("event") not in KINDS:
        return None
    step = event.get("step")
    return event if isinstance(step, int) and 0 <= step < MOST_STEPS else None


def _table(events: Iterable[Event]) -> pd.DataFrame:
    rows = [
        {
            "step": event["step"],
            "source": event.get("source"),
            **{name: number(event.get(name)) for name in STEP_NUMBERS},
            **_losses(event.get("losses")),
        }
        for event in events
    ]
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=["step", "source", *STEP_NUMBERS])
    kinds = {name: "float64" for name in table.columns if name not in ("step", "source")}
    return table.astype({"step": "int64", "source": "object", **kinds})


def _losses(parts: object) -> dict[str, float]:
    if not isinstance(parts, dict):
        return {}
    return {LOSS + str(name): number(value) for name, value in parts.items()}


def number(value: object) -> float:
    """Return a value of an event as a finite number, NaN when it is none."""
    try:
        found = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.nan
    return found if math.isfinite(found) else math.nan
