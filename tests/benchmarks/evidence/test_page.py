import pytest

from benchmarks.evidence.page import HERE, PAGE, comparisons, fill
from core.analysis.evidence import comparison_table
from core.analysis.robustness import robustness_table
from core.errors import InputError
from tests.benchmarks.evidence.invented import COMPARISON, ROBUSTNESS

PLACE = "Before.\n\n<!-- results/some.json: Some trainings -->\nold\n<!-- end -->\n\nAfter.\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "some.json").write_text(COMPARISON.model_dump_json())
    return tmp_path


def test_a_table_takes_the_place_of_the_old_one_and_words_around_it_stay(folder):
    filled = fill(PLACE, folder)
    assert filled.startswith("Before.\n\n<!-- results/some.json: Some trainings -->\n")
    assert filled.endswith("<!-- end -->\n\nAfter.\n")
    assert comparison_table(COMPARISON) in filled
    assert "![Some trainings](pictures/some.png)" in filled
    assert "old" not in filled


def test_filling_twice_changes_nothing_more(folder):
    once = fill(PLACE, folder)
    assert fill(once, folder) == once


def test_robustness_is_a_table_without_a_picture(folder):
    (folder / "results" / "some.json").write_text(ROBUSTNESS.model_dump_json())
    filled = fill(PLACE, folder)
    assert robustness_table(ROBUSTNESS) in filled
    assert "![" not in filled
    assert comparisons(PLACE, folder) == {}


def test_every_comparison_has_its_picture_beside_the_page(folder):
    assert comparisons(PLACE, folder) == {
        folder / "pictures" / "some.png": (COMPARISON, "Some trainings")
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "make it first"), ("{}", "is nothing that"), ("{", "is nothing that")],
)
def test_results_that_cannot_be_read_are_refused(folder, content, message):
    path = folder / "results" / "some.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=message):
        fill(PLACE, folder)


def test_the_page_says_what_its_results_say():
    page = PAGE.read_text(encoding="utf-8")
    assert fill(page) == page
    for picture in comparisons(page):
        assert picture.is_file(), f"python -m benchmarks.evidence draws {picture.relative_to(HERE)}"
