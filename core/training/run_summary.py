"""A run in one line: how far it is, how good, and whether it still lives."""

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pandas as pd

from core.records import Frozen
from core.training.run_tail import Event, RunHistory, number

STALE_SECONDS = 60.0  # without an event, and no end: nobody works on it any more
STALE_GAPS = 3  # or, where its steps are slow, for so many times as long as it is silent else
SCORING_SECONDS = 900.0  # the same while dev is scored, of which nothing is written before its end
MOST_EPOCHS = 1_000_000
SCORES = ("precision", "recall", "f1")

Status = Literal["waiting", "running", "finished", "stale"]


class RunSummary(Frozen):
    """Where a run stands. None: its log does not say.

    Attributes:
        status: `waiting` before its first event; `stale` when it fell silent before its end.
        ended: Why it ended, "" when it has not.
        resumes: How many times it was started again.
        silent_seconds: Since its last event.
        is_scoring: Its last event said that dev is being scored.
        task: Of its config.
        seed: Of its config.
        step: The last one logged.
        steps: Planned.
        epoch: The last one worked on, from 1.
        epochs: Planned.
        best_f1: On dev.
        best_epoch: From 1.
        posts_per_second: In the last interval logged.
        seconds: Spent training so far.
        device: It trains on.
        is_old: Its log is of the older kind, without start, end and times.
    """

    status: Status
    ended: str = ""
    resumes: int = 0
    silent_seconds: float | None = None
    is_scoring: bool = False
    task: str | None = None
    seed: int | None = None
    step: int = 0
    steps: int | None = None
    epoch: int | None = None
    epochs: int | None = None
    best_f1: float | None = None
    best_epoch: int | None = None
    posts_per_second: float | None = None
    seconds: float | None = None
    device: str | None = None
    is_old: bool = False


def summarise(
    history: RunHistory,
    *,
    now: float,
    config: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> RunSummary:
    """Return where a run stands.

    Args:
        history: Of its log; an empty one when only the checkpoint is left.
        now: Seconds since 1970.
        config: It was started with, None when nobody kept it.
        metrics: Of the checkpoint it left, None when there is none.

    Returns:
        What the log says; where it is silent, what config and checkpoint say.
    """
    config, metrics = config or {}, metrics or {}
    if history.starts:  # a log that knows all; the checkpoint may be that of an earlier run
        metrics = {}
    start = history.starts[-1] if history.starts else {}
    epochs = epoch_table(history)
    best = _best(epochs, config, metrics)
    last = max(history.steps["step"].max() if len(history.steps) else 0, *_steps(history))
    worked = [*history.steps["epoch"].dropna().tail(1), *epochs["epoch"].tail(1)]
    worked += [epoch for event in _scoring(history) if (epoch := _whole(event.get("epoch")))]
    speeds = history.steps["posts_per_second"].dropna()
    planned = _whole(start.get("steps"))
    return RunSummary(
        **_standing(history, now, metrics),
        task=_text(_section(config, "head").get("task") or ("mner" if config else None)),
        seed=_whole(config.get("seed")),
        step=int(last),
        steps=planned,
        epoch=int(max(worked)) if worked else None,
        epochs=_whole(_section(config, "training").get("epochs")),
        best_f1=best[0],
        best_epoch=best[1],
        posts_per_second=float(speeds.iloc[-1]) if len(speeds) else None,
        seconds=_seconds(history, epochs, metrics),
        device=_text(start.get("device")),
        is_old=not history.starts and not history.is_empty,
    )


def epoch_table(history: RunHistory) -> pd.DataFrame:
    """Return one row per epoch, with its dev scores.

    Older logs, whose scores stand beside the rest, are read as well.

    Returns:
        Columns step, time, epoch, precision, recall, f1, posts_per_second, seconds (NaN: not said),
        and best: whether it was the best so far, by F1 where the log does not say.
    """
    rows = []
    for event in history.epochs:
        dev = event.get("dev")
        old = {name: event.get(f"dev_{name}") for name in SCORES}
        scores = dev if isinstance(dev, Mapping) else old
        rows.append(
            (
                event["step"],
                *(number(event.get(name)) for name in ("time", "epoch")),
                *(number(scores.get(name)) for name in SCORES),
                *(number(event.get(name)) for name in ("posts_per_second", "seconds")),
                event.get("best"),
            )
        )
    columns = ["step", "time", "epoch", *SCORES, "posts_per_second", "seconds", "best"]
    table = pd.DataFrame(rows, columns=columns)
    table = table[table["epoch"].between(1, MOST_EPOCHS)]
    if not all(isinstance(said, bool) for said in table["best"]):
        table["best"] = table["f1"] > table["f1"].fillna(-1.0).cummax().shift(fill_value=-1.0)
    return table.astype({"step": "int64", "epoch": "int64", "best": "bool"}).reset_index(drop=True)


class Difference(NamedTuple):
    """A key that two configs disagree on; a value is None where the config has no such key."""

    key: str
    one: str | None
    other: str | None


def config_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Return the keys two configs disagree on, by name, in the order of the first.

    What a config says in prose for its model card is no setting and left out.
    """
    first, second = _leaves(one), _leaves(other)
    keys = [key for key in dict.fromkeys([*first, *second]) if not key.startswith("card.")]
    return [
        Difference(key, first.get(key), second.get(key))
        for key in keys
        if first.get(key) != second.get(key)
    ]


def _standing(history: RunHistory, now: float, metrics: Mapping[str, Any]) -> dict[str, Any]:
    resumes = max(len(history.starts) - 1, 0)
    if history.end:
        reason = _text(history.end.get("reason")) or "finished"
        return {"status": "finished", "ended": reason, "resumes": resumes}
    if history.is_empty and not metrics:
        return {"status": "waiting"}
    if not history.starts and metrics:  # an older log never says that it ended; its checkpoint does
        return {"status": "finished", "ended": "finished"}
    events = (*history.starts, *history.epochs, *_scoring(history))
    times = [event.get("time") for event in events]
    known = [number(time) for time in times] + list(history.steps["time"].tail(1))
    told = [time for time in known if math.isfinite(time)]
    silent = max(now - max(told, default=history.modified), 0.0)
    is_scoring = history.scoring is not None
    # NaN while no gap is known; the maximum below keeps its first argument then.
    usual = STALE_GAPS * history.steps["time"].dropna().diff().median()
    is_alive = silent < max(SCORING_SECONDS if is_scoring else STALE_SECONDS, usual)
    return {
        "status": "running" if is_alive else "stale",
        "resumes": resumes,
        "silent_seconds": silent,
        "is_scoring": is_scoring,
    }


def _best(
    epochs: pd.DataFrame, config: Mapping[str, Any], metrics: Mapping[str, Any]
) -> tuple[float | None, int | None]:
    best = epochs[epochs["best"]].dropna(subset=["f1"])
    if len(best):
        return float(best["f1"].iloc[-1]), int(best["epoch"].iloc[-1])
    dev = str(_section(_section(config, "data"), "dev").get("name"))
    score = _f1(_section(metrics, "scores").get(dev))
    return score, _whole(metrics.get("best_epoch"))


def _f1(found: object) -> float | None:
    """Return the first F1 over all types, or labels, in the scores of one evaluation, if any."""
    if not isinstance(found, Mapping):
        return None
    for value in (found, *found.values()):
        if isinstance(value, Mapping):
            told = (_section(value, "overall").get("f1"), value.get("macro_f1"))
            if known := [score for score in map(number, told) if math.isfinite(score)]:
                return known[0]
    return None


def _seconds(history: RunHistory, epochs: pd.DataFrame, metrics: Mapping[str, Any]) -> float | None:
    """Return the training seconds told last, and what has passed since."""
    told = epochs.dropna(subset=["seconds"])
    done = float(told["seconds"].iloc[-1]) if len(told) else 0.0
    since = [number(event.get("time")) for event in history.starts[-1:]]
    since += list(told["time"].tail(1))
    since = [time for time in since if math.isfinite(time)]
    times = history.steps["time"].dropna()
    if since and len(times):
        done += max(float(times.iloc[-1]) - max(since), 0.0)
    kept = number(metrics.get("training_seconds"))
    return done or (kept if math.isfinite(kept) else None)


def _steps(history: RunHistory) -> list[int]:
    end = (history.end,) if history.end else ()
    events = (*history.starts, *history.epochs, *_scoring(history), *end)
    return [0, *(event["step"] for event in events)]


def _scoring(history: RunHistory) -> tuple[Event, ...]:
    return (history.scoring,) if history.scoring else ()


def _leaves(value: object, key: str = "") -> dict[str, str]:
    """Return every setting with its dotted name; tables in a list go by their name."""
    if isinstance(value, Mapping):
        parts = [(str(name), part) for name, part in value.items()]
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        parts = [
            (str(part.get("name", place) if isinstance(part, Mapping) else place), part)
            for place, part in enumerate(value)
        ]
    else:
        return {key: _written(value)}
    found: dict[str, str] = {}
    for name, part in parts:
        found |= _leaves(part, f"{key}.{name}" if key else name)
    return found


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value)) or "none"
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, Mapping) else {}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
