"""Where runs lie on disk."""

import hashlib
import json

import pytest

from core.errors import InputError
from core.training.run_files import RunFiles, find_runs, hashed_files, run_config, run_metrics
from core.training.run_tail import RunHistory, RunTail


def checkpoint(folder, *, config='name = "tiny"\nseed = 3\n', metrics='{"best_epoch": 2}'):
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(config)
    (folder / "metrics.json").write_text(metrics)
    return folder


def test_runs_and_checkpoints_meet_by_their_name(tmp_path, write_run):
    runs, checkpoints = tmp_path / "runs", tmp_path / "checkpoints"
    write_run(runs / "both")
    write_run(runs / "grid" / "inner")
    (runs / "no-log").mkdir()
    checkpoint(checkpoints / "both")
    checkpoint(checkpoints / "alone")
    found = {files.name: files for files in find_runs([runs], checkpoints)}

    assert list(found) == ["alone", "both", "grid/inner"]
    assert found["both"].log == runs / "both" / "metrics.jsonl"
    assert found["both"].checkpoint == checkpoints / "both"
    assert found["alone"].log is None
    assert found["grid/inner"].checkpoint is None


def test_of_two_runs_with_one_name_the_first_counts(tmp_path, write_run):
    for place in ("a", "b"):
        write_run(tmp_path / place / "run")
    (found,) = find_runs([tmp_path / "a", tmp_path / "b"], tmp_path / "none")

    assert found.folder == tmp_path / "a" / "run"


def test_folders_that_are_not_there_hold_no_runs(tmp_path):
    assert find_runs([tmp_path / "a"], tmp_path / "b") == ()


def test_the_config_of_the_last_start_counts(tmp_path, write_run):
    history = RunTail(write_run(tmp_path / "run", seed=5)).read()
    files = RunFiles("run", tmp_path / "run", checkpoint(tmp_path / "checkpoint"))

    assert run_config(files, history)["seed"] == 5
    assert run_config(files, RunHistory())["seed"] == 3
    assert run_config(RunFiles("run", tmp_path / "run", None), RunHistory()) is None


def test_metrics_are_those_of_the_checkpoint(tmp_path):
    files = RunFiles("run", None, checkpoint(tmp_path / "checkpoint"))

    assert run_metrics(files) == {"best_epoch": 2}
    (tmp_path / "checkpoint" / "metrics.json").unlink()
    assert run_metrics(files) is None
    assert run_metrics(RunFiles("run", None, None)) is None


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "\udcff"])
def test_damaged_metrics_are_one_sentence(tmp_path, text):
    files = RunFiles("run", None, checkpoint(tmp_path / "tiny"))
    (tmp_path / "tiny" / "metrics.json").write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(InputError, match=r"metrics\.json of checkpoint tiny is damaged"):
        run_metrics(files)


def test_a_damaged_config_is_one_sentence(tmp_path):
    files = RunFiles("run", None, checkpoint(tmp_path / "tiny", config="name = "))

    with pytest.raises(InputError, match="config of checkpoint tiny cannot be read"):
        run_config(files, RunHistory())


def test_files_are_hashed_by_name_and_hidden_ones_left_out(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"two")
    (tmp_path / "a.txt").write_bytes(json.dumps([1]).encode())
    (tmp_path / ".half").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    found = hashed_files(tmp_path)

    assert [file.name for file in found] == ["a.txt", "b.txt"]
    assert found[1].bytes == 3
    assert found[1].sha256 == hashlib.sha256(b"two").hexdigest()
