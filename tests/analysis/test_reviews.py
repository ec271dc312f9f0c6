"""Reviews as they are given, taken back and read again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.analysis.reviews import (
    Progress,
    add_review,
    progress,
    read_folder,
    read_reviews,
    review_file,
    reviews_table,
    undo_review,
)
from core.errors import InputError

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def said(folder: Path, reviewer: str = "Ada") -> dict[str, str]:
    current = read_reviews(review_file(folder, reviewer)).current
    return {name: review.opinion for name, review in current.items()}


def test_the_latest_review_of_a_post_stands(tmp_path):
    add_review(tmp_path, "Ada", "p1", "aligned")
    add_review(tmp_path, "Ada", "p2", "gold wrong", note="see «gold» = 'ORG'\nreally")
    add_review(tmp_path, "Ada", "p1", "partly")
    assert said(tmp_path) == {"p1": "partly", "p2": "gold wrong"}
    current = read_reviews(review_file(tmp_path, "Ada")).current
    assert current["p2"].note == "see «gold» = 'ORG'\nreally"


def test_undo_takes_back_one_review_at_a_time_and_brings_back_the_earlier(tmp_path):
    add_review(tmp_path, "Ada", "p1", "aligned")
    add_review(tmp_path, "Ada", "p2", "aligned")
    add_review(tmp_path, "Ada", "p1", "misaligned")
    assert undo_review(tmp_path, "Ada").opinion == "misaligned"
    assert said(tmp_path) == {"p1": "aligned", "p2": "aligned"}
    assert undo_review(tmp_path, "Ada").id == "p2"
    assert undo_review(tmp_path, "Ada").id == "p1"
    assert undo_review(tmp_path, "Ada") is None
    assert said(tmp_path) == {}


def test_nothing_is_ever_removed_from_the_file(tmp_path):
    path = review_file(tmp_path, "Ada")
    before = b""
    for step in (
        lambda: add_review(tmp_path, "Ada", "p1", "aligned"),
        lambda: undo_review(tmp_path, "Ada"),
        lambda: add_review(tmp_path, "Ada", "p1", "hallucinated"),
    ):
        step()
        after = path.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == before.count(b"\n") + 1
        before = after


def test_damaged_lines_are_left_out_and_counted(tmp_path):
    add_review(tmp_path, "Ada", "p1", "aligned")
    with review_file(tmp_path, "Ada").open("ab") as file:
        file.write(b'{"event": "review", "id": "p2", "opin')
    add_review(tmp_path, "Ada", "p3", "partly")
    found = read_reviews(review_file(tmp_path, "Ada"))
    assert (list(found.current), found.damaged) == (["p1", "p3"], 1)


@pytest.mark.parametrize(
    "name",
    ["Ada", "../../etc/passwd", "a/b\\c:d", "Ünï cödé", "二", "x" * 500, ".", "CON", "a\x00b"],
)
def test_every_name_has_a_harmless_file_of_its_own(tmp_path, name):
    path = review_file(tmp_path, name)
    assert path.parent == tmp_path
    assert len(path.name) < 80
    assert path.name.isascii()
    add_review(tmp_path, name, "p1", "aligned")
    assert list(read_folder(tmp_path)) == [name]


def test_names_that_look_alike_have_different_files(tmp_path):
    names = ["Ada B", "ada-b", "Ada  B", "ada.b"]
    assert len({review_file(tmp_path, name) for name in names}) == len(names)
    assert review_file(tmp_path, " Ada ") == review_file(tmp_path, "Ada")


def test_reviews_that_cannot_be_meant_are_refused(tmp_path):
    with pytest.raises(InputError, match="enter a name"):
        add_review(tmp_path, "  ", "p1", "aligned")
    with pytest.raises(InputError, match="shorten it"):
        add_review(tmp_path, "Ada", "p1", "aligned", note="x" * 2001)
    with pytest.raises(InputError, match="no opinion"):
        add_review(tmp_path, "Ada", "p1", "perhaps")
    assert not list(tmp_path.iterdir())


def test_progress_counts_the_posts_of_the_queue(tmp_path):
    add_review(tmp_path, "Ada", "p1", "aligned")
    add_review(tmp_path, "Ada", "elsewhere", "aligned")
    reviews = read_reviews(review_file(tmp_path, "Ada"))
    assert progress(reviews, ["p1", "p2", "p3"]) == Progress(1, 3)


def test_two_files_of_one_reviewer_are_read_as_one(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    add_review(there, "Zoe\u0301", "p1", "partly", at=NOON)
    add_review(there, "Zoe\u0301", "p2", "aligned", at=NOON.replace(hour=14))
    (copied,) = there.iterdir()
    add_review(here, "Zo\u00e9", "p1", "misaligned", at=NOON.replace(hour=13))
    add_review(here, "Zo\u00e9", "p2", "gold wrong", at=NOON.replace(hour=13))
    (here / "copied.jsonl").write_bytes(copied.read_bytes())
    (here / "twice.jsonl").write_bytes(copied.read_bytes())
    found = read_folder(here)
    assert found.keys() == {"Zo\u00e9"}
    said = {post: review.opinion for post, review in found["Zo\u00e9"].current.items()}
    assert said == {"p1": "misaligned", "p2": "aligned"}
    assert len(found["Zo\u00e9"].standing) == 4


def test_what_one_file_takes_back_no_copy_of_it_brings_again(tmp_path):
    add_review(tmp_path, "Ada", "p1", "partly", at=NOON)
    copy = (tmp_path / "z.jsonl").write_bytes
    copy(review_file(tmp_path, "Ada").read_bytes())
    undo_review(tmp_path, "Ada", at=NOON.replace(hour=13))
    assert read_folder(tmp_path) == {}  # though nothing else stands in the first file
    add_review(tmp_path, "Ada", "p2", "aligned", at=NOON.replace(hour=14))
    assert list(read_folder(tmp_path)["Ada"].current) == ["p2"]
    copy(review_file(tmp_path, "Ada").read_bytes())
    (tmp_path / "a.jsonl").write_bytes((tmp_path / "z.jsonl").read_bytes().splitlines(True)[0])
    assert list(read_folder(tmp_path)["Ada"].current) == ["p2"]


def test_the_export_stands_beside_the_models_verdicts(tmp_path, make_table, post):
    add_review(tmp_path, "Bob", "p1", "partly", at=NOON)
    add_review(tmp_path, "Ada", "p1", "aligned", note="clear", at=NOON)
    add_review(tmp_path, "Ada", "gone", "aligned", at=NOON)
    found = reviews_table(read_folder(tmp_path), make_table(post("p1", verdict="uncertain")))
    assert found.to_dict("split")["data"] == [
        ["gone", "Ada", "aligned", "", "2026-01-02T12:00:00+00:00", "unknown"],
        ["p1", "Ada", "aligned", "clear", "2026-01-02T12:00:00+00:00", "uncertain"],
        ["p1", "Bob", "partly", "", "2026-01-02T12:00:00+00:00", "uncertain"],
    ]


def test_a_folder_without_reviews_exports_an_empty_table(tmp_path, make_table, post):
    assert read_folder(tmp_path / "none") == {}
    assert reviews_table({}, make_table(post("p1"))).empty
