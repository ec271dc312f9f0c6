"""What a system costs."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.analysis.costs import multiple, parameters, run_cost
from core.annotations import read_annotations


@pytest.fixture
def run(tmp_path, write_annotated):
    return write_annotated(tmp_path / "run.parquet", posts=20)


def cost(run, checkpoints):
    read = read_annotations(run)
    return run_cost(run, read.table, read.about, checkpoints)


def test_seconds_are_those_of_the_records_and_contexts_their_mean(run, tmp_path):
    found = cost(run, tmp_path)

    assert found.contexts == read_annotations(run).table["contexts"].mean()
    assert (found.parameters, found.megabytes) == (None, None)


def test_parameters_are_counted_in_the_checkpoint_of_that_name(run, tmp_path):
    name = read_annotations(run).about.checkpoint.partition("@")[0]
    weights = tmp_path / name / "model.safetensors"
    weights.parent.mkdir()
    save_file({"a": np.zeros((3, 4)), "b": np.zeros(5)}, weights)
    found = cost(run, tmp_path)

    assert found.parameters == 17
    assert found.megabytes == weights.stat().st_size / 1e6


def test_damaged_weights_have_no_count(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"nothing")

    assert parameters(tmp_path / "model.safetensors") is None


def test_a_file_that_vanished_has_no_times(run, tmp_path):
    read = read_annotations(run)

    assert run_cost(tmp_path / "gone.parquet", read.table, read.about, tmp_path).seconds is None


def test_multiples_need_two_numbers():
    assert multiple(6.0, 2.0) == 3.0
    assert multiple(None, 2.0) is None
    assert multiple(6.0, None) is None
    assert multiple(6.0, 0.0) is None
