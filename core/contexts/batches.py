"""Work done in batches that may fail: for want of memory, or by the fault of one item."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class HalvingBatches(Generic[Item, Result]):
    """Runs work on several items at a time, and on fewer when that fails.

    Attributes:
        size: Items in a batch; halved for good by one that the memory is too small for.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], size: int) -> None:
        """Set the work, which gives one result an item, and the size to begin with."""
        self.size = size
        self._work = work

    def run(self, items: Sequence[Item]) -> Iterator[Result | Exception]:
        """Yield each item's result, in order, or the exception of an item that fails alone."""
        while items:
            batch, items = items[: self.size], items[self.size :]
            yield from self._results(batch)

    def _results(self, batch: Sequence[Item]) -> Sequence[Result | Exception]:
        try:
            return self._work(batch)
        # A traceback would keep alive the tensors that filled the memory.
        except Exception as error:
            failure = error.with_traceback(None)
        if len(batch) == 1:
            return [failure]
        half = len(batch) // 2
        if is_memory_full(failure):
            torch.cuda.empty_cache()
            self.size = min(self.size, half)
            _log.warning("The memory is too small for %d photos at once.", len(batch))
        return [*self._results(batch[:half]), *self._results(batch[half:])]


def is_memory_full(error: Exception) -> bool:
    """Return whether this is what Python or torch raises when there is no memory left."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    # On a CPU and on MPS torch raises a plain RuntimeError.
    return re.search("out of memory|can't allocate memory", str(error)) is not None
