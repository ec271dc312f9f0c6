import io
import os
import re

import pytest

from core.annotations import read_record
from core.errors import InputError
from dashboard.errors import runs
from dashboard.errors.runs import RunFile, Upload, open_run, run_files


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "ROOT", tmp_path)
    monkeypatch.delenv("SHAPCA_RUNS", raising=False)
    for folder in ("runs/nested/deeper", "sample_data", "more"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def touch(path, seconds):
    path.write_bytes(b"")
    os.utime(path, (seconds, seconds))


def test_runs_are_found_in_their_places_newest_first(root):
    for seconds, place in enumerate(
        ["sample_data/a.parquet", "runs/b.parquet", "runs/nested/c.parquet"], start=1
    ):
        touch(root / place, seconds)
    touch(root / "runs/nested/deeper/no.parquet", 9)
    touch(root / "runs/no.jsonl", 9)

    assert [file.name for file in run_files()] == [
        "runs/nested/c.parquet",
        "runs/b.parquet",
        "sample_data/a.parquet",
    ]


def test_runs_that_ship_come_last_whatever_their_age(root):
    for seconds, place in enumerate(
        ["runs/b.parquet", "sample_data/a.parquet", "sample_data/twitter17-minilm.parquet"], start=1
    ):
        touch(root / place, seconds)

    assert [file.name for file in run_files()] == [
        "runs/b.parquet",
        "sample_data/twitter17-minilm.parquet",
        "sample_data/a.parquet",
    ]


def test_one_more_folder_can_be_named(root, monkeypatch):
    monkeypatch.setenv("SHAPCA_RUNS", str(root / "more"))
    touch(root / "more" / "d.parquet", 1)

    assert [file.name for file in run_files()] == ["more/d.parquet"]


def test_two_runs_of_one_name_can_both_be_chosen(root, monkeypatch):
    monkeypatch.setenv("SHAPCA_RUNS", str(root / "elsewhere" / "runs"))
    for folder in (root, root / "elsewhere"):
        (folder / "runs").mkdir(parents=True, exist_ok=True)
        touch(folder / "runs" / "test.parquet", 1)

    assert {file.name: file.path for file in run_files()} == {
        "runs/test.parquet": root / "runs" / "test.parquet",
        "runs/test.parquet (2)": root / "elsewhere" / "runs" / "test.parquet",
    }


def test_a_run_is_read_once_until_its_file_changes(root, write_annotated):
    path = write_annotated(root / "runs" / "run.parquet", posts=4)
    first = open_run(RunFile.at(path, "run"))
    assert open_run(RunFile.at(path, "run")) is first
    write_annotated(path, posts=5)

    assert len(open_run(RunFile.at(path, "run"))) == 5


def test_a_damaged_record_is_told_by_the_name_of_its_run(root, write_annotated):
    path = write_annotated(root / "runs" / "run.parquet", posts=4)
    run = open_run(RunFile.at(path, "runs/run.parquet"))
    path.write_bytes(b"gone")

    with pytest.raises(InputError, match=r"^runs/run.parquet"):
        run.record(0)


def test_an_own_file_lives_as_long_as_its_visitor(root, write_annotated):
    path = write_annotated(root / "own.parquet", posts=3)
    upload = Upload("own.parquet", io.BytesIO(path.read_bytes()))
    kept = upload.file.path
    assert len(open_run(upload.file)) == 3
    assert kept.exists()
    del upload

    assert not kept.exists()


def test_records_a_line_become_the_same_posts(root, write_annotated):
    path = write_annotated(root / "own.parquet", posts=3)
    lines = "\n".join(read_record(path, row).model_dump_json() for row in range(3))
    upload = Upload("mine.JSONL", io.BytesIO(lines.encode()))
    run = open_run(upload.file)

    assert run.record(2) == read_record(path, 2)
    assert run.about.dataset == "mine.JSONL"


def test_what_belongs_to_an_own_file_is_named_by_its_content(root, write_annotated):
    data = write_annotated(root / "own.parquet", posts=3).read_bytes()
    one, other = (Upload(name, io.BytesIO(data)) for name in ("a.parquet", "../b.parquet"))

    assert one.file.slug == other.file.slug


def test_what_belongs_to_runs_of_like_names_is_kept_apart(root):
    names = ["runs/a/b.parquet", "runs/a-b.parquet", "runs/a b.parquet", "runs/測試.parquet"]
    slugs = [RunFile(name, root, 0, 0).slug for name in [*names, "runs/訓練.parquet"]]
    assert len(set(slugs)) == 5
    assert all(re.fullmatch(r"runs-[a-z.-]*-[0-9a-f]{8}", slug) for slug in slugs)
    assert len(RunFile("ä" * 300, root, 0, 0).slug) < 100
