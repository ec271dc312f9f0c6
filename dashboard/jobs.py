"""Work behind the page: it hands over what it has so far, and stops when nobody wants it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import streamlit as st

from core.errors import InputError

Part = TypeVar("Part")
Unwanted = Callable[[], bool]
Work = Callable[[Unwanted], Iterator[Part]]
Condition = Literal["waiting", "running", "done", "cancelled", "failed"]

POLL_SECONDS = 0.6
BREATH_SECONDS = 0.001  # after each part, so that the page gets its turn
PATIENCE_SECONDS = 20.0  # nobody has looked for so long: the page was closed
OUR_FAULT = (
    "Something went wrong inside Shap-CA, not with your settings. Try again, and if it happens "
    "again, the server's log has the details."
)


@dataclass
class Job(Generic[Part]):
    """One piece of work of one visitor; its thread writes, the page only reads and cancels.

    Attributes:
        parts: What has been handed over so far, in its order.
        error: Why it failed, one sentence; "" when it did not.
        seconds: How long it ran; 0 until it ended.
    """

    parts: list[Part] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    _future: Future[None] = field(default_factory=Future, repr=False)
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False)
    _looked: float = field(default_factory=time.monotonic, repr=False)

    def cancel(self) -> None:
        """Ask the work to come to its end; what was handed over stays."""
        self._cancelled.set()
        self._future.cancel()

    def look(self) -> list[Part]:
        """Return the parts so far, and let the work know that somebody still wants it."""
        self._looked = time.monotonic()
        return list(self.parts)

    def is_unwanted(self) -> bool:
        """Return whether it was cancelled, or nobody has looked for some time."""
        return self._cancelled.is_set() or time.monotonic() - self._looked > PATIENCE_SECONDS

    @property
    def condition(self) -> Condition:
        """Where the job stands."""
        if self._future.cancelled():
            return "cancelled"
        if not self._future.done():
            return "running" if self._future.running() else "waiting"
        if self.error:
            return "failed"
        return "cancelled" if self._cancelled.is_set() else "done"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._future.done()

    def wait(self, seconds: float) -> None:
        """Wait until it is over, but no longer than this."""
        wait([self._future], timeout=seconds)

    def run(self, work: Work[Part]) -> None:
        """Do the work here and now, keeping each part as it comes."""
        started = time.monotonic()
        try:
            for part in work(self.is_unwanted):
                self.parts.append(part)
                time.sleep(BREATH_SECONDS)
        except InputError as error:
            self.error = str(error)
        except Exception:
            logging.getLogger(__name__).exception("a job failed")
            self.error = OUR_FAULT
        if self.is_unwanted():
            self._cancelled.set()
        self.seconds = time.monotonic() - started


@dataclass(frozen=True)
class Queue:
    """Workers that all visitors share; who comes later waits."""

    workers: ThreadPoolExecutor

    def submit(self, work: Work[Part]) -> Job[Part]:
        """Start the work, or line it up.

        Args:
            work: Called in a thread of its own with a function that says whether it is no longer
                wanted, when it has to come to its end; yields parts. It must not touch the page.
        """
        job: Job[Part] = Job()
        job._future = self.workers.submit(job.run, work)
        return job


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """Return the server's queue: one job at a time, so that pages stay quick."""
    return Queue(ThreadPoolExecutor(1, thread_name_prefix="job"))
