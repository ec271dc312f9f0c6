import pytest

from dashboard.compare import actions
from dashboard.compare.state import visitor
from dashboard.errors.runs import RunFile


@pytest.fixture
def files(tmp_path, write_annotated):
    """Three runs, the newest first, as they are listed."""
    names = ("new", "older", "oldest")
    return {
        name: RunFile.at(write_annotated(tmp_path / f"{name}.parquet", posts=4), name)
        for name in names
    }


def test_without_a_choice_the_two_newest_are_compared_the_older_first(files):
    chosen, refused = actions.chosen(visitor({}), files)

    assert {place: file.name for place, file in chosen.items()} == {"a": "older", "b": "new"}
    assert refused == []


def test_a_single_run_is_not_compared_with_itself(files):
    assert actions.chosen(visitor({}), {"new": files["new"]}) == ({}, [])


def test_a_name_that_is_not_there_offers_the_nearest(files):
    state = visitor({})
    state.take(a="oldst", b="new", c="own: x")
    chosen, refused = actions.chosen(state, files)

    assert list(chosen) == ["b"]
    assert "oldst here. The nearest is oldest" in refused[0]
    assert "own: x here. Bring it along once more" in refused[1]


def test_a_damaged_run_is_a_sentence_and_the_others_are_opened(files):
    files["new"].path.write_bytes(b"PAR1")
    runs, refused = actions.opened({"a": files["older"], "b": files["new"]})

    assert list(runs) == ["a"]
    assert "damaged" in refused["b"]
