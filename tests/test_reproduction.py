"""A checkpoint's figures are found again from its files and its data."""

import json
import shutil

import pytest

from core.cli import main
from core.errors import InputError
from core.experiment import run_experiment
from core.reproduction import Reproduced, reproduce, reproduction_table


@pytest.fixture(scope="module")
def trained(make_config, tmp_path_factory):
    """A checkpoint with every figure there is: entities, alignment, and what contexts change."""
    root = tmp_path_factory.mktemp("reproduction")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        config = make_config(epochs=1)
        run_experiment(
            config, run_folder=root / "run", checkpoint_folder=root / "made", device="cpu"
        )
        yield root / "made"


@pytest.fixture
def checkpoint(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "checkpoint")


def change(checkpoint, source, edit):
    path = checkpoint / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    edit(metrics["scores"][source])
    path.write_text(json.dumps(metrics), encoding="utf-8")


def test_every_figure_is_found_again(checkpoint):
    found = reproduce(checkpoint, device="cpu")
    assert {row.data for row in found} == {"dev", "photos"}
    assert "entity F1" in {row.measure for row in found}
    assert all(row.is_same for row in found)


def test_a_figure_that_was_changed_is_told(checkpoint, capsys):
    def flatter(scores):
        scores["entities"]["overall"]["f1"] += 0.01

    change(checkpoint, "dev", flatter)
    differing = [row for row in reproduce(checkpoint, device="cpu") if not row.is_same]
    assert [(row.data, row.measure) for row in differing] == [("dev", "entity F1")]
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--checkpoint", str(checkpoint), "--device", "cpu"])
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert next(line.endswith("differs") for line in lines if "entity F1 " in line)
    assert lines[-1].endswith("figures are the same")


def test_a_figure_that_nobody_makes_any_more_is_refused(checkpoint):
    def add(scores):
        scores["relations"] = scores["entities"]

    change(checkpoint, "dev", add)
    with pytest.raises(InputError, match="can no longer be found"):
        reproduce(checkpoint, device="cpu")


def test_a_checkpoint_whose_scoring_was_stopped_has_no_figures(checkpoint):
    path = checkpoint / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    del metrics["scores"]
    path.write_text(json.dumps(metrics), encoding="utf-8")
    with pytest.raises(InputError, match="has no figures of dev; its training was stopped"):
        reproduce(checkpoint, device="cpu")


def test_the_figures_can_be_written(checkpoint, tmp_path):
    path = tmp_path / "found.json"
    arguments = ["--checkpoint", str(checkpoint), "--device", "cpu", "--json", str(path)]
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *arguments])
    assert ended.value.code == 0
    rows = [Reproduced(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    assert rows == reproduce(checkpoint, device="cpu")


def test_what_belongs_to_a_file_is_refused_without_one(checkpoint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--checkpoint", str(checkpoint), "--split", "test"])
    assert ended.value.code == 2
    assert "belong to a file" in capsys.readouterr().err


def test_figures_are_the_same_to_the_last_place_that_is_shown():
    told = Reproduced("dev", "F1", 0.12345, 0.12349)
    assert told.is_same
    assert not told._replace(found=0.1236).is_same
    assert "1 of 2 figures" in reproduction_table([told, told._replace(found=0.2)])
