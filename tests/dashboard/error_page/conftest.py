"""A page over runs of its own."""

from functools import partial

import pytest

from tests.dashboard.error_page.reading import errors_page


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder of runs that takes the place of the shipped ones, and of the reviews."""
    monkeypatch.setattr("dashboard.errors.runs.ROOT", tmp_path)
    monkeypatch.delenv("SHAPCA_RUNS", raising=False)
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def visit(runs, tiny_checkpoint, monkeypatch, open_page):
    """Open the page as a new visitor, at an address."""
    monkeypatch.setenv("SHAPCA_CHECKPOINT", str(tiny_checkpoint))
    return partial(open_page, errors_page)


@pytest.fixture
def run(runs, write_annotated):
    """A run of forty posts."""
    return write_annotated(runs / "forty.parquet")
