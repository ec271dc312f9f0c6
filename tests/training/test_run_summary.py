"""A run in one line."""

import json

import pytest

from core.training.run_summary import Difference, config_differences, epoch_table, summarise
from core.training.run_tail import RunHistory, RunTail

STARTED = 1.0e9


def history(folder, write_run, **changes):
    return RunTail(write_run(folder, started=STARTED, **changes)).read()


def summary(read, *, seconds=0.0, **changes):
    """Of a run as it looks so many seconds after its last event."""
    end = STARTED + max(read.steps["step"], default=0)
    config = read.starts[-1]["config"] if read.starts else None
    return summarise(read, now=end + seconds, config=config, **changes)


def test_a_run_that_writes_is_running(tmp_path, write_run):
    found = summary(history(tmp_path, write_run, end=None), seconds=59)

    assert (found.status, found.silent_seconds) == ("running", 59)
    assert (found.step, found.steps, found.epoch, found.epochs) == (300, 300, 3, 3)
    assert (found.task, found.seed, found.device) == ("mner", 13, "cpu")
    assert found.posts_per_second == 43.0


def test_a_run_without_an_event_for_a_minute_and_without_an_end_is_stale(tmp_path, write_run):
    assert summary(history(tmp_path, write_run, end=None), seconds=61).status == "stale"


@pytest.mark.parametrize(("seconds", "status"), [(290, "running"), (310, "stale")])
def test_a_run_of_slow_steps_may_be_silent_for_longer(tmp_path, seconds, status):
    path = tmp_path / "metrics.jsonl"
    times = [0, 100, 200, 90_200, 90_300]  # resumed a day later
    steps = [
        {"step": at, "event": "step", "time": STARTED + time} for at, time in enumerate(times, 1)
    ]
    start = {"step": 0, "event": "start", "time": STARTED, "steps": 9}
    path.write_text("\n".join(json.dumps(event) for event in (start, *steps)) + "\n")
    now = STARTED + times[-1] + seconds
    assert summarise(RunTail(path).read(), now=now).status == status


@pytest.mark.parametrize(("seconds", "status"), [(890, "running"), (910, "stale")])
def test_while_dev_is_scored_a_run_may_be_silent_for_minutes(tmp_path, write_run, seconds, status):
    path = write_run(tmp_path, epochs=1, end=None)
    *events, _ = path.read_text().splitlines()  # the epoch is not scored yet
    scoring = {"step": 110, "event": "scoring", "epoch": 1, "time": STARTED + 115}
    path.write_text("\n".join([*events, json.dumps(scoring)]) + "\n")
    found = summarise(RunTail(path).read(), now=STARTED + 115 + seconds)

    assert (found.status, found.is_scoring, found.silent_seconds) == (status, True, seconds)
    assert (found.step, found.epoch) == (110, 1)


def test_a_run_that_trains_does_not_score(tmp_path, write_run):
    assert not summary(history(tmp_path, write_run, end=None)).is_scoring


@pytest.mark.parametrize("reason", ["finished", "early stop"])
def test_a_run_that_said_its_end_is_finished_however_long_ago(tmp_path, write_run, reason):
    found = summary(history(tmp_path, write_run, end=reason), seconds=1e6)

    assert (found.status, found.ended) == ("finished", reason)


def test_starts_after_the_first_are_resumes(tmp_path, write_run):
    assert summary(history(tmp_path, write_run, resumed_at=140)).resumes == 1
    assert summary(history(tmp_path, write_run)).resumes == 0


def test_the_best_epoch_is_the_first_with_the_highest_score(tmp_path, write_run):
    found = summary(history(tmp_path, write_run, epochs=6))

    assert (found.best_f1, found.best_epoch) == (0.7, 2)


def test_an_epoch_is_the_best_that_its_run_took_for_it():
    told = [(0.3, True), (0.2, True), (0.4, False)]  # chosen by something else than F1
    epochs = tuple(
        {"step": place, "event": "epoch", "epoch": place, "dev": {"f1": f1}, "best": best}
        for place, (f1, best) in enumerate(told, start=1)
    )
    found = summarise(RunHistory(epochs=epochs), now=0.0)

    assert (found.best_f1, found.best_epoch) == (0.2, 2)


def test_older_logs_have_the_first_of_the_highest_f1():
    epochs = tuple(
        {"step": place, "event": "epoch", "epoch": place, "dev_f1": f1}
        for place, f1 in enumerate([None, 0.3, 0.2, 0.4, 0.4], start=1)
    )
    table = epoch_table(RunHistory(epochs=epochs))

    assert list(table["best"]) == [False, True, False, True, False]


def test_training_seconds_go_on_after_the_last_epoch(tmp_path, write_run):
    path = write_run(tmp_path, epochs=2, end=None)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n")  # the second epoch has not ended
    read = RunTail(path).read()

    assert summary(read).seconds == 10.0 + 100  # of the first epoch, and since


def test_nothing_logged_yet_is_waiting():
    assert summarise(RunHistory(), now=0.0).status == "waiting"


def test_an_older_log_leaves_open_what_it_does_not_say(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"step": 20, "event": "step", "epoch": 1, "losses": {"task": 2.0}}\n'
        '{"step": 40, "event": "epoch", "epoch": 1, "dev_precision": 0.5, "dev_recall": 0.25,'
        ' "dev_f1": 0.333}\n'
    )
    read = RunTail(path).read()
    found = summarise(read, now=read.modified + 100)

    assert found.is_old
    assert (found.status, found.silent_seconds) == ("stale", pytest.approx(100))
    assert (found.best_f1, found.best_epoch, found.epoch) == (0.333, 1, 1)
    assert (found.task, found.steps, found.seconds, found.device) == (None, None, None, None)


def test_an_older_run_ended_when_it_left_a_checkpoint(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 20, "event": "step", "epoch": 1, "losses": {"task": 2.0}}\n')
    config = {"data": {"dev": {"name": "valid"}}, "seed": 7}
    metrics = {
        "best_epoch": 3,
        "training_seconds": 90.5,
        "scores": {"valid": {"examples": 2, "entities": {"overall": {"f1": 0.75}}}},
    }
    found = summarise(RunTail(path).read(), now=0.0, config=config, metrics=metrics)

    assert found.status == "finished"
    assert (found.best_f1, found.best_epoch, found.seconds) == (0.75, 3, 90.5)
    assert (found.task, found.seed) == ("mner", 7)


def test_the_score_of_labels_is_their_macro_f1():
    labels = {"accuracy": 0.9, "macro_f1": 0.6}
    metrics = {"best_epoch": 1, "scores": {"valid": {"examples": 2, "labels": labels}}}
    config = {"data": {"dev": {"name": "valid"}}}
    found = summarise(RunHistory(), now=0.0, config=config, metrics=metrics)

    assert (found.best_f1, found.best_epoch) == (0.6, 1)


def test_a_run_that_began_anew_is_not_taken_for_its_old_checkpoint(tmp_path, write_run):
    read = history(tmp_path, write_run, epochs=1, end=None)
    begun = RunHistory(starts=read.starts, modified=STARTED)
    found = summarise(begun, now=STARTED + 5, metrics={"best_epoch": 3, "training_seconds": 9.0})

    assert found.status == "running"
    assert (found.best_f1, found.best_epoch, found.seconds) == (None, None, None)


def test_scores_of_both_kinds_of_log_stand_in_one_table(tmp_path, write_run):
    table = epoch_table(history(tmp_path, write_run))

    assert list(table["epoch"]) == [1, 2, 3]
    assert list(table["f1"]) == pytest.approx([0.6, 0.7, 0.5])


@pytest.mark.parametrize("epoch", ['"one"', "-1", "1e300", "null"])
def test_an_epoch_without_a_number_is_left_out(tmp_path, epoch):
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"step": 1, "event": "epoch", "epoch": {epoch}, "dev_f1": 0.5}}\n')
    read = RunTail(path).read()

    assert epoch_table(read).empty
    assert summarise(read, now=0.0).best_f1 is None


def test_configs_differ_where_their_settings_do():
    one = {"seed": 1, "head": {"types": ["PER", "LOC"]}, "card": {"summary": "a"}}
    other = {"seed": 2, "head": {"types": ["PER"], "directed": True}, "card": {"summary": "b"}}

    assert config_differences(one, other) == [
        Difference("seed", "1", "2"),
        Difference("head.types", "PER, LOC", "PER"),
        Difference("head.directed", None, "true"),
    ]
    assert config_differences(one, one) == []


def test_sources_are_told_apart_by_their_names_wherever_they_stand():
    tags = {"name": "tags", "batch_size": 4}
    pairs = {"name": "pairs", "batch_size": 8}
    one = {"data": {"sources": [tags, pairs]}}
    other = {"data": {"sources": [pairs, {**tags, "batch_size": 16}]}}

    assert config_differences(one, other) == [Difference("data.sources.tags.batch_size", "4", "16")]
