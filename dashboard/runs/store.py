"""The runs on disk as the page sees them: read once, then only what is new."""

import difflib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import InputError
from core.training.run_files import (
    RunFile,
    RunFiles,
    find_runs,
    hashed_files,
    run_config,
    run_metrics,
)
from core.training.run_summary import RunSummary, summarise
from core.training.run_tail import RunHistory, RunTail
from dashboard.errors.runs import ROOT, RUNS_VARIABLE

CHECKPOINTS = ROOT / "checkpoints"
RUNS = ROOT / "runs"
MOST_LOGS = 512
FRESH_SECONDS = 120.0
NO_HISTORY = RunHistory()


@dataclass(frozen=True)
class Run:
    """One run, as far as it can be read.

    Attributes:
        files: Where it lies.
        history: Of its log; empty when there is none.
        config: It was started with, None when nobody kept it.
        summary: Where it stands.
        trouble: Why something of it cannot be read, "" when all can.
    """

    files: RunFiles
    history: RunHistory
    config: Mapping[str, Any] | None
    summary: RunSummary
    trouble: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return self.files.name


def folders() -> list[Path]:
    """Return where this server looks for runs."""
    more = os.environ.get(RUNS_VARIABLE)
    return [RUNS, *([Path(more).expanduser().resolve()] if more else [])]


def found() -> tuple[Run, ...]:
    """Return all runs, those that run first, then the latest written first."""
    now = time.time()
    runs = [_read(files, now) for files in find_runs(folders(), CHECKPOINTS)]
    return tuple(sorted(runs, key=lambda run: (run.summary.status != "running", -_age(run))))


def chosen(runs: Sequence[Run], names: Sequence[str]) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Return the runs of these names, the first run when none is named, and what is unknown.

    Returns:
        The runs, and one sentence per name that no run has.
    """
    by_name = {run.name: run for run in runs}
    refused = []
    names = tuple(dict.fromkeys(names))
    for name in names:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1)
            tail = f"; the nearest is {near[0]}" if near else ""
            refused.append(f"There is no run {name[:60]!r} here{tail}.")
    known = tuple(by_name[name] for name in names if name in by_name)
    return known or tuple(runs[:1]), tuple(refused)


def files_of(run: Run) -> dict[str, list[RunFile]]:
    """Return the files of a run by their folder, hashed anew only when they have changed."""
    folders = {"run": run.files.folder, "checkpoint": run.files.checkpoint}
    return {name: _hashed(path, _stamp(path)) for name, path in folders.items() if path is not None}


def _read(files: RunFiles, now: float) -> Run:
    history, trouble = NO_HISTORY, ""
    try:
        if files.log:
            history = _tail(files.log).read()
    except InputError as error:
        trouble = str(error)
    if now - history.modified < FRESH_SECONDS:
        return _run(files, history, now, trouble)
    asked = 0.0 if history.end else now // 60 * 60  # only the minutes of its silence grow
    return _known_run(files, history, asked, trouble, _stamp(files.checkpoint))


def _run(files: RunFiles, history: RunHistory, now: float, trouble: str) -> Run:
    config, metrics = None, None
    try:
        metrics = None if history.starts else run_metrics(files)
        config = run_config(files, history)
    except InputError as error:
        trouble = trouble or str(error)
    summary = summarise(history, now=now, config=config, metrics=metrics)
    return Run(files, history, config, summary, trouble)


@lru_cache(maxsize=MOST_LOGS)
def _known_run(
    files: RunFiles, history: RunHistory, now: float, trouble: str, stamp: tuple[int, ...]
) -> Run:
    return _run(files, history, now, trouble)


def _age(run: Run) -> float:
    """Return when a run was last written to, in seconds since 1970."""
    return max(run.history.modified, max(_stamp(run.files.checkpoint), default=0) / 1e9)


def _stamp(path: Path | None) -> tuple[int, ...]:
    """Return what changes when a file of a folder does."""
    if path is None:
        return ()
    try:
        return tuple(entry.stat().st_mtime_ns for entry in sorted(path.iterdir()))
    except OSError:
        return ()


@st.cache_resource(show_spinner=False, max_entries=MOST_LOGS)
def _tail(path: Path) -> RunTail:
    return RunTail(path)


@lru_cache(maxsize=MOST_LOGS)
def _hashed(path: Path, stamp: tuple[int, ...]) -> list[RunFile]:
    return hashed_files(path)
