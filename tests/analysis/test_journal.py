"""A file that only grows, whoever writes and whatever crashes."""

import os
import subprocess
import sys

import pytest

from core.analysis.journal import append_line, read_lines
from core.errors import InputError

WRITER = """
import sys
from pathlib import Path
from core.analysis.journal import append_line
for number in range(40):
    append_line(Path(sys.argv[1]), sys.argv[2] * 5000 + f" {number}")
"""


def test_lines_come_back_in_order(tmp_path):
    path = tmp_path / "new" / "lines.jsonl"
    assert read_lines(path) == []
    append_line(path, "one")
    append_line(path, "zwei – 二")
    assert read_lines(path) == [b"one", "zwei – 二".encode()]


def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b"')
    append_line(path, '{"c": 3}')
    assert read_lines(path) == [b'{"a": 1}', b'{"b"', b'{"c": 3}']


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "lines.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter]) for letter in "abc"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    for letter in "abc":
        own = [line for line in read_lines(path) if line.startswith(letter.encode())]
        assert own == [f"{letter * 5000} {number}".encode() for number in range(40)]
    assert len(read_lines(path)) == 120


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="could not be written"):
        append_line(tmp_path / "file" / "lines.jsonl", "x")


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(InputError, match="could not be read"):
        read_lines(tmp_path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's full device")
def test_a_full_disk_says_so():
    from pathlib import Path

    with pytest.raises(InputError, match="No space left"):
        append_line(Path("/dev/full"), "x")
