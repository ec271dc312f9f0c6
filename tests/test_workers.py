import os
import signal
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from core.errors import InputError
from core.workers import AHEAD, in_processes

pytestmark = pytest.mark.usefixtures("no_page_as_main")


def slow_square(folder: Path, number: int) -> int:
    (folder / str(number)).touch()
    time.sleep(0.2 if number == 0 else 0)
    return number * number


def test_results_come_in_the_order_of_the_items(tmp_path):
    work = partial(slow_square, tmp_path)
    assert list(in_processes(work, range(20), workers=2)) == [n * n for n in range(20)]


def test_items_are_taken_as_they_are_needed(tmp_path):
    with closing(in_processes(partial(slow_square, tmp_path), range(1000), workers=1)) as results:
        assert next(results) == 0
    assert len(list(tmp_path.iterdir())) <= AHEAD + 1


def test_an_error_of_the_work_is_the_callers():
    with pytest.raises(ValueError, match="math domain"):
        list(in_processes(square_root, [-1.0], workers=1))


def square_root(number: float) -> float:
    import math

    return math.sqrt(number)


def test_a_worker_that_dies_is_told_of():
    with pytest.raises(InputError, match="fewer --workers"):
        list(in_processes(die, [1, 2, 3], workers=2))


def die(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
