import time

import pytest

from dashboard.runs import store


@pytest.fixture
def places(tmp_path, monkeypatch):
    """An empty folder of runs and one of checkpoints."""
    monkeypatch.delenv(store.RUNS_VARIABLE, raising=False)
    monkeypatch.setattr(store, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(store, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path


def checkpoint(folder):
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("seed = 3\n")
    (folder / "metrics.json").write_text('{"best_epoch": 2}')


def test_runs_that_run_come_first_then_the_latest(places, write_run):
    write_run(places / "runs" / "done")
    write_run(places / "runs" / "alive", started=time.time() - 300, end=None)
    checkpoint(places / "checkpoints" / "saved")

    assert [run.name for run in store.found()] == ["alive", "saved", "done"]


def test_one_more_folder_can_be_named(places, write_run, monkeypatch):
    monkeypatch.setenv(store.RUNS_VARIABLE, str(places / "more"))
    write_run(places / "runs" / "one")
    write_run(places / "more" / "two")

    assert {run.name for run in store.found()} == {"one", "two"}


def test_a_log_that_grows_is_seen(places, write_run):
    write_run(places / "runs" / "one", epochs=1)
    before = store.found()[0]
    write_run(places / "runs" / "one", epochs=2)

    assert (before.summary.step, store.found()[0].summary.step) == (100, 200)


def test_what_cannot_be_read_is_a_state(places):
    (places / "runs" / "one" / "metrics.jsonl").mkdir(parents=True)
    run = store.found()[0]

    assert "cannot be read" in run.trouble
    assert run.summary.status == "waiting"


def test_a_damaged_checkpoint_is_a_state_and_the_others_stand(places, write_run):
    checkpoint(places / "checkpoints" / "bad")
    (places / "checkpoints" / "bad" / "metrics.json").write_text("{")
    write_run(places / "runs" / "good")
    troubles = {run.name: run.trouble for run in store.found()}

    assert "damaged" in troubles["bad"]
    assert troubles["good"] == ""


def test_names_choose_runs_in_their_order_and_the_first_stands_in(places, write_run):
    for name in ("one", "two"):
        write_run(places / "runs" / name)
    runs = store.found()

    drawn, refused = store.chosen(runs, ("two", "one", "tow"))
    assert [run.name for run in drawn] == ["two", "one"]
    assert refused == ("There is no run 'tow' here; the nearest is two.",)
    assert store.chosen(runs, ())[0] == runs[:1]
    assert store.chosen((), ("one",))[0] == ()


def test_files_are_hashed_anew_when_they_change(places, write_run):
    path = write_run(places / "runs" / "one")
    before = store.files_of(store.found()[0])["run"][0].sha256
    path.write_text("\n")

    assert store.files_of(store.found()[0])["run"][0].sha256 != before
