"""The run log."""

import json
import resource
from importlib.metadata import version

import pytest
import torch

from core.config import Config
from core.errors import InputError
from core.training.run_log import RunLog, describe_start, has_ended, read_run_log


def test_events_come_back_in_order(tmp_path):
    log = RunLog(tmp_path, resume_at=0)
    log.write(1, event="step", losses={"total": 1.5})
    log.write(2, event="epoch", dev={"f1": 0.5})
    events = read_run_log(log.path)
    times = [event.pop("time") for event in events]
    assert events == [
        {"step": 1, "event": "step", "losses": {"total": 1.5}},
        {"step": 2, "event": "epoch", "dev": {"f1": 0.5}},
    ]
    assert times == sorted(times)
    assert all(isinstance(time, float) for time in times)


def test_a_start_says_what_runs_where_and_how_to_run_it_again(make_config, monkeypatch):
    monkeypatch.setattr("sys.argv", ["core", "train", "my configs/small.toml"])
    config = make_config()
    told = describe_start(config, torch.device("cpu"), 2)
    assert Config.model_validate(told["config"]) == config
    assert (told["device"], told["processes"]) == ("cpu", 2)
    assert told["command"] == "python -m core train 'my configs/small.toml'"
    assert told["versions"]["torch"] == version("torch")
    assert json.loads(json.dumps(told)) == told


def test_a_resumed_run_drops_what_came_after_its_state(tmp_path):
    first = RunLog(tmp_path, resume_at=0)
    for step in (1, 2, 3):
        first.write(step, event="step")
    resumed = RunLog(tmp_path, resume_at=2)
    assert [event["step"] for event in read_run_log(resumed.path)] == [1, 2]


def test_a_last_line_cut_off_by_a_kill_is_left_out(tmp_path):
    log = RunLog(tmp_path, resume_at=0)
    log.write(1, event="step")
    with log.path.open("a") as file:
        file.write('{"step": 2, "ev')
    assert [event["step"] for event in read_run_log(log.path)] == [1]


@pytest.mark.parametrize("line", [b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_event_ends_the_log(tmp_path, line):
    log = RunLog(tmp_path, resume_at=0)
    log.write(1, event="step")
    with log.path.open("ab") as file:
        file.write(line + b"\n")
    log.write(2, event="step")
    assert [event["step"] for event in read_run_log(log.path)] == [1]


@pytest.mark.parametrize("line", ["{}", '{"step": "x"}', '{"step": null}'])
def test_what_tells_no_step_is_dropped_when_a_run_goes_on(tmp_path, line):
    log = RunLog(tmp_path, resume_at=0)
    log.write(1, event="step")
    with log.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    RunLog(tmp_path, resume_at=1)
    assert [event["step"] for event in read_run_log(log.path)] == [1]


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path):
    first = RunLog(tmp_path, resume_at=0)
    for step in range(200):
        first.write(step, event="step", note="x" * 100)
    before = first.path.read_bytes()
    limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(InputError, match="make room"):
            RunLog(tmp_path, resume_at=150)
        with pytest.raises(InputError, match="make room"):
            first.write(200, event="step")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    assert first.path.read_bytes() == before


def test_a_log_has_ended_when_its_last_event_says_so(tmp_path):
    assert not has_ended(tmp_path)
    log = RunLog(tmp_path, resume_at=0)
    for kind, expected in (("start", False), ("end", True), ("start", False)):
        log.write(1, event=kind)
        assert has_ended(tmp_path) is expected


def test_a_run_that_has_not_begun_has_no_events(tmp_path):
    assert read_run_log(tmp_path / "metrics.jsonl") == []
