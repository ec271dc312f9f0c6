"""The log of a run while it grows."""

import json
import os
import threading

import pytest

from core.errors import InputError
from core.training.run_log import RunLog
from core.training.run_tail import RunHistory, RunTail


def append(path, *events):
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(event) + "\n" for event in events))


def step(number, **changes):
    return {"step": number, "event": "step", "epoch": 1, "losses": {"task": 1.5}, **changes}


def test_events_are_sorted_by_their_kind(tmp_path, write_run):
    history = RunTail(write_run(tmp_path, epochs=2, steps=40)).read()

    assert [event["device"] for event in history.starts] == ["cpu"]
    assert list(history.steps["step"]) == [20, 40, 60, 80]
    assert [event["epoch"] for event in history.epochs] == [1, 2]
    assert history.end["reason"] == "finished"
    assert history.bad_count == 0


def test_losses_become_columns_and_a_part_that_comes_late_is_unknown_before(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, step(1), step(2, losses={"task": 1.0, "label": 0.5}))
    steps = RunTail(path).read().steps

    assert list(steps["loss task"]) == [1.5, 1.0]
    assert steps["loss label"].isna().tolist() == [True, False]


def test_half_a_line_waits_for_its_other_half(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, step(1))
    tail, line = RunTail(path), json.dumps(step(2)) + "\n"
    with path.open("a") as file:
        file.write(line[:10])
    assert list(tail.read().steps["step"]) == [1]
    with path.open("a") as file:
        file.write(line[10:])

    assert list(tail.read().steps["step"]) == [1, 2]
    assert tail.read().bad_count == 0


def test_only_what_is_new_is_read(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    append(path, *map(step, range(1000)))
    tail = RunTail(path)
    tail.read()
    seen = []
    append(path, step(1000))
    monkeypatch.setattr("core.training.run_tail.json.loads", seen.append)
    tail.read()

    assert len(seen) == 1


def test_a_log_that_did_not_change_is_not_opened_anew_for_its_numbers(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, step(1))
    tail = RunTail(path)

    assert tail.read() is tail.read()


def test_a_resumed_run_that_cut_its_log_back_is_read_anew(tmp_path):
    log = RunLog(tmp_path, resume_at=0)
    for number in (20, 40, 60):
        log.write(number, event="step", losses={"task": 1.0})
    tail = RunTail(log.path)
    assert list(tail.read().steps["step"]) == [20, 40, 60]
    resumed = RunLog(tmp_path, resume_at=40)
    for number in (55, 75, 95):
        resumed.write(number, event="step", losses={"task": 2.0})

    assert list(tail.read().steps["step"]) == [20, 40, 55, 75, 95]


def test_a_run_that_is_started_again_has_not_ended(tmp_path, write_run):
    path = write_run(tmp_path)
    tail = RunTail(path)
    assert tail.read().end
    append(path, {"step": 300, "event": "start"})

    assert tail.read().end is None


def test_dev_is_scored_from_the_event_that_says_so_to_the_next(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, step(1))
    tail = RunTail(path)
    assert tail.read().scoring is None
    scoring = {"step": 2, "event": "scoring", "epoch": 1, "time": 5.0}
    append(path, scoring)
    history = tail.read()
    assert (history.scoring, history.bad_count) == (scoring, 0)
    append(path, {"step": 2, "event": "epoch", "epoch": 1})
    assert tail.read().scoring is None
    for kind in ("start", "step", "end"):
        append(path, scoring, {"step": 3, "event": kind})
        assert tail.read().scoring is None


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[1, 2]",
        '{"step": "many", "event": "step"}',
        '{"event": "step"}',
        '{"step": 1, "event": "party"}',
        '{"step": 1e400, "event": "step"}',
        '{"step": ' + "9" * 5000 + ', "event": "step"}',
        "[" * 100_000,
        "\udcff".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_line_that_is_no_event_is_counted_and_left_out(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    append(path, step(1))
    with path.open("ab") as file:
        file.write((line if isinstance(line, bytes) else line.encode()) + b"\n")
    append(path, step(2))
    history = RunTail(path).read()

    assert list(history.steps["step"]) == [1, 2]
    assert (history.bad_lines, history.bad_count) == ((2,), 1)


def test_values_that_are_no_numbers_are_unknown(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with path.open("w") as file:
        file.write(
            '{"step": 1, "event": "step", "learning_rate": "fast", "posts_per_second": Infinity,'
            ' "losses": {"task": NaN}}\n'
            '{"step": 2, "event": "step", "losses": 7, "time": ' + "9" * 400 + "}\n"
        )
    steps = RunTail(path).read().steps

    assert len(steps) == 2
    assert steps[["learning_rate", "posts_per_second", "loss task", "time"]].isna().all(axis=None)


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"step": 1'])
def test_a_log_without_a_whole_event_is_empty(tmp_path, content):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(content)

    assert RunTail(path).read().is_empty
    assert RunHistory().is_empty


def test_a_log_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        RunTail(tmp_path / "gone.jsonl").read()
    with pytest.raises(InputError, match="cannot be read"):
        RunTail(tmp_path).read()


def test_several_threads_read_every_event_once(tmp_path):
    path = tmp_path / "metrics.jsonl"
    tail = RunTail(path)
    append(path, step(0))

    def read():
        for _ in range(50):
            tail.read()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 40):
        append(path, step(number))
        os.utime(path)
    for thread in threads:
        thread.join()

    assert list(tail.read().steps["step"]) == list(range(40))
