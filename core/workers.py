"""Work shared among processes, with the results in the order of what was given."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

from core.errors import InputError

AHEAD = 4  # items a worker may be ahead of the result that is waited for

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Generator[Result]:
    """Yield `work(item)` for each item, in their order, made by several processes.

    Processes are started afresh (spawned), so `work` must be importable. When the iterator is
    closed, or the parent process is interrupted or killed, they end with the item at hand.

    Raises:
        InputError: A process died, as happens when the memory does not suffice.
    """
    waiting = iter(items)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_follow_parent)
    try:
        with _interrupts_ignored():
            running = deque(pool.submit(work, item) for item in islice(waiting, AHEAD * workers))
        while running:
            result = running.popleft().result()
            running.extend(pool.submit(work, item) for item in islice(waiting, 1))
            yield result
    except BrokenProcessPool:
        raise InputError(
            f"one of {workers} worker processes died, perhaps for want of memory; "
            "start again with fewer --workers"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: processes started in it always do, and leave it to the parent."""
    if threading.current_thread() is not threading.main_thread():
        yield  # which never sees one
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _follow_parent() -> None:
    """End when the parent ends: a killed one cannot say goodbye."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
