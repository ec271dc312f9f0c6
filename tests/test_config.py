"""Configs themselves: immutable, and whole for their task."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import Config, DataConfig, HeadConfig

SOURCE = {"name": "tags", "kind": "twitter", "file": "train.txt"}


def test_data_lies_under_the_root_unless_the_variable_says_otherwise(monkeypatch):
    data = DataConfig.model_validate({"root": "corpora", "dev": SOURCE, "sources": []})
    monkeypatch.delenv("SHAPCA_DATA", raising=False)
    assert data.path("a/b.txt") == Path("corpora/a/b.txt")
    monkeypatch.setenv("SHAPCA_DATA", "/elsewhere")
    assert data.path("a/b.txt") == Path("/elsewhere/a/b.txt")


def test_a_config_cannot_be_changed():
    config = Config.model_validate({"name": "small", "data": {"dev": SOURCE, "sources": []}})
    with pytest.raises(ValidationError, match="frozen"):
        config.seed = 1


@pytest.mark.parametrize(
    "parts",
    [
        {"dev": SOURCE, "sources": [SOURCE, SOURCE]},
        {"dev": SOURCE, "sources": [], "evaluations": [SOURCE]},
    ],
)
def test_parts_of_the_data_have_names_of_their_own(parts):
    with pytest.raises(ValidationError, match="are named 'tags'; rename all but one"):
        DataConfig.model_validate(parts)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_is_one_that_every_library_takes(seed):
    with pytest.raises(ValidationError, match="seed"):
        Config.model_validate(
            {"name": "small", "seed": seed, "data": {"dev": SOURCE, "sources": []}}
        )


@pytest.mark.parametrize("task", ["mre", "jmere", "classification"])
def test_a_task_needs_what_it_tells_apart(task):
    with pytest.raises(ValidationError, match=f"the task {task} tells"):
        HeadConfig(task=task)
