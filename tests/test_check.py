import json

import pytest

from core.check import CheckReport, check_file, check_table
from core.cli import main
from core.datasets.published import PUBLISHED, PublishedSplit
from core.errors import InputError

PEOPLE = [f"Person{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.txt"
    blocks = [f"IMGID:{k}\n{name}\tB-PER\nsings\tO\n" for k, name in enumerate(PEOPLE)]
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


@pytest.fixture
def write_contexts(tmp_path):
    def write(name, *texts, end=""):
        path = tmp_path / name
        rows = [json.dumps({"image_id": str(k), "text": text}) for k, text in enumerate(texts)]
        path.write_text("\n".join(rows) + end, encoding="utf-8")
        return path

    return write


def test_a_plain_file_is_sound(posts, write_contexts):
    contexts = write_contexts("plain.jsonl", *(f"a singer, number {k}" for k in range(26)))
    report = check_file("twitter", posts, contexts=[contexts])
    assert report.is_sound
    assert report.counts.entities == {"PER": 26}
    assert report.counts.with_one_context == 26
    assert report.expected is None
    table = check_table(report)
    assert "plain.jsonl" in table
    assert table.endswith("\n\nsound")


def test_bad_lines_are_left_out_listed_and_counted(posts, write_contexts):
    with posts.open("a", encoding="utf-8") as file:
        file.write("".join(f"\nIMGID:{k}\nx\tQ-PER\n" for k in range(30, 55)))
    contexts = write_contexts("plain.jsonl", "a singer", end="\n{\n")
    report = check_file("twitter", posts, contexts=[contexts])
    assert (report.counts.posts, len(report.skipped)) == (26, 25)
    assert report.skipped_contexts[0].startswith(f"{contexts}:2: ")
    assert not report.is_sound
    table = check_table(report)
    assert f"25 bad lines in {posts}, left out:\n{report.skipped[0]}" in table
    assert "and 5 more" in table
    assert "1 bad lines in files of contexts" in table
    assert table.endswith("not sound: see above")


def test_a_file_without_posts_is_not_sound(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "Ada sings", "split": "train"}\n', encoding="utf-8")
    assert check_file("image_text", path).is_sound
    empty = check_file("image_text", path, split="dev")
    assert not empty.is_sound
    assert f"{path} has no posts; check the file and the split" in check_table(empty)


def test_keys_that_nothing_reads_are_told_of(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "Ada sings", "entites": []}\n', encoding="utf-8")
    report = check_file("image_text", path)
    assert (report.is_sound, report.unread) == (True, {"entites": 1})
    assert "keys that nothing reads, and how often: entites (1)\nread are id," in check_table(
        report
    )


def test_a_folder_of_photos_that_is_not_there_is_refused(posts, tmp_path):
    with pytest.raises(InputError, match="nowhere: is no folder of photos"):
        check_file("twitter", posts, images=tmp_path / "nowhere")


def test_leaks_are_warned_of(posts, write_contexts):
    contexts = write_contexts("knowing.jsonl", *(f"{name} on stage" for name in PEOPLE))
    report = check_file("twitter", posts, contexts=[contexts])
    assert not report.is_sound
    assert "warning: The contexts of knowing.jsonl (precomputed) say 100%" in check_table(report)


def test_published_numbers_stand_beside_the_counted_ones(posts, monkeypatch):
    entities = {"PER": 20}
    split = PublishedSplit(
        totals={"posts": 26}, entities=entities, opened={"PER": 6}, source="us", note="I- too."
    )
    monkeypatch.setitem(PUBLISHED, "ours/train", split)
    report = check_file("twitter", posts, expect="ours/train")
    assert report.is_sound
    table = check_table(report)
    assert "ours/train (us)" in table
    assert "differs by +6, as the note explains" in table
    assert "I- too." in table
    assert not check_file("twitter", posts, expect="twitter17/train").is_sound


def test_what_cannot_be_checked_is_refused(posts, tmp_path):
    with pytest.raises(InputError, match="twitter17/train"):
        check_file("twitter", posts, expect="twitter18/train")
    with pytest.raises(InputError, match="unknown"):
        check_file("conll", posts)
    with pytest.raises(InputError, match="cannot be read"):
        check_file("twitter", tmp_path / "none.txt")


@pytest.mark.parametrize(("extra", "status"), [([], 0), (["--expect", "twitter17/test"], 1)])
def test_the_command_prints_the_table_writes_json_and_ends_with_a_status(
    posts, tmp_path, capsys, extra, status
):
    out = tmp_path / "check.json"
    arguments = ["check", "--dataset", "twitter", "--file", str(posts), "--json", str(out)]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, *extra])
    assert ended.value.code == status
    report = CheckReport.model_validate_json(out.read_text(encoding="utf-8"))
    assert check_table(report) in capsys.readouterr().out
