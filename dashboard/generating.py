"""Contexts on their way to a visitor's post: who writes them, and which are kept."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.images import LoadedImage
from core.records import Context
from dashboard.generators import Answer, Offered, start
from dashboard.jobs import Job


@dataclass
class Column:
    """What one generator writes, or another post lends.

    Attributes:
        number: Tells columns of a visitor apart.
        title: Name of the generator, or of the other post.
        job: At work, or over; None for what is borrowed.
        borrowed: Contexts of another post.
        is_cancelled: Nobody waits for it any more.
        began: When it was asked for, by the monotonic clock.
    """

    number: int
    title: str
    job: Job[Answer] | None = None
    borrowed: tuple[Context, ...] = ()
    is_cancelled: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def answer(self) -> Answer | None:
        """What came, None when nothing did or it came too late."""
        if self.job is None:
            return Answer(self.borrowed, 0.0, None, is_known=True)
        parts = [] if self.is_cancelled else self.job.look()
        return parts[-1] if parts else None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.job is None or self.is_cancelled or self.job.is_over

    def cancel(self) -> None:
        """Wait no longer, unless it is over."""
        if self.job is not None and not self.is_over:
            self.job.cancel()
            self.is_cancelled = True


@dataclass
class Generating:
    """The contexts a visitor may take into a post.

    Attributes:
        columns: Side by side.
        consents: Photos, by SHA-256, with the hosts they may be sent to.
    """

    columns: tuple[Column, ...] = ()
    consents: set[tuple[str, str]] = field(default_factory=set)
    _numbered: int = field(default=0, repr=False)

    def write(self, chosen: Sequence[Offered], asked: Sequence[str], photo: LoadedImage) -> None:
        """Let generators describe a photo, beside what was borrowed; older answers go."""
        self.cancel()
        self.columns = tuple(column for column in self.columns if column.job is None)
        for offer in chosen:
            self._add(offer.name, job=start(offer, asked, photo))

    def borrow(self, title: str, contexts: Sequence[Context]) -> None:
        """Put the contexts of another post beside the others, once."""
        if all(column.title != title for column in self.columns):
            self._add(title, borrowed=tuple(contexts))

    def cancel(self) -> None:
        """Wait no longer for what has not come."""
        for column in self.columns:
            column.cancel()

    def clear(self) -> None:
        """Let go of everything but what a visitor has agreed to."""
        self.cancel()
        self.columns = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return all(column.is_over for column in self.columns)

    def _add(
        self, title: str, job: Job[Answer] | None = None, borrowed: tuple[Context, ...] = ()
    ) -> None:
        self._numbered += 1
        self.columns += (Column(self._numbered, title, job, borrowed),)
