import pytest

from dashboard.errors.runs import RunFile, open_run
from dashboard.errors.search import search


@pytest.fixture(scope="module")
def run(tmp_path_factory, write_annotated):
    path = write_annotated(tmp_path_factory.mktemp("runs") / "run.parquet")
    return open_run(RunFile.at(path, "run.parquet"))


def test_every_word_has_to_be_there_whatever_its_case(run):
    assert search(run, "ANNA oslo").matches.all()
    assert search(run, "anna post-7").matches.sum() == 1


def test_a_misspelt_word_finds_the_nearest_and_says_so(run):
    found = search(run, "Osla")

    assert found.matches.all()
    assert found.instead == "oslo"


def test_a_word_that_nothing_is_like_finds_nothing(run):
    found = search(run, "zzzzzz")

    assert not found.matches.any()
    assert found.instead == ""


def test_signs_of_a_pattern_are_letters_like_any_other(run):
    assert not search(run, "post-(7").matches.any()
    assert not search(run, ".*").matches.any()


def test_no_word_leaves_every_post(run):
    assert search(run, "  ").matches.all()
