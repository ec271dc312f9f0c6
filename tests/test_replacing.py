import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.replacing import remove_unfinished, replacing, replacing_alone


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError), replacing(path) as temporary:
        temporary.write_text(0)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path):
    path = tmp_path / "[file]"
    with replacing(path) as temporary:
        left = temporary.rename(temporary.with_name(f"{temporary.name[:-1]}x"))
        temporary.touch()
    kept = [path, tmp_path / ".f.12345678", tmp_path / ".other.12345678"]
    for other in kept[1:]:
        other.touch()
    assert left.exists()
    remove_unfinished(path)
    assert sorted(tmp_path.iterdir()) == sorted(kept)


def test_a_folder_that_does_not_exist_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "no" / "file"):
        pass


def test_a_process_killed_midway_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    code = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from core.replacing import replacing\n"
        "with replacing(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[1]
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_who_has_a_file_alone_keeps_others_out_until_it_is_whole(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with replacing_alone(path) as file:
        file.write(b"new")
        with pytest.raises(BlockingIOError), replacing_alone(path):
            pass
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with replacing_alone(path) as file:
        file.write(b"newer")
    assert path.read_text() == "newer"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_fails_alone_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError), replacing_alone(path) as file:
        file.write("no bytes")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_had_alone_is_free_again_and_forgotten(tmp_path):
    path = tmp_path / "file"
    code = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from core.replacing import replacing_alone\n"
        "with replacing_alone(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half')\n"
        "    file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not path.exists()
    with replacing_alone(path) as file:
        file.write(b"whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_who_may_read_the_file_is_for_the_umask_to_say_whoever_writes_it(tmp_path):
    path = tmp_path / "weights"
    before = os.umask(0o022)
    try:
        with replacing(path) as temporary:
            save_file({"w": torch.zeros(1)}, temporary)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
