"""What one visitor has on the error page: a typed view of session state."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.errors.runs import Upload
from dashboard.errors.settings import Settings
from dashboard.page_state import PageState

PAGE = "errors"


@dataclass
class Errors(PageState[Settings]):
    """The error page of one visitor; nothing here is shared.

    Attributes:
        upload: The visitor's own file, which nobody else sees.
        upload_error: Why the last upload was refused, "" when it was not.
        kept: Selections saved under a name, as they stand in the address.
        reviewer: Name under which verdicts are kept.
        queue: Posts to review, by their place in the run, as they stood when the review began.
        queued: What the queue was made of.
        at: Place in the queue.
        review_error: Why the latest verdict was not kept, "" when it was.
    """

    upload: Upload | None = None
    upload_error: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    reviewer: str = ""
    queue: tuple[int, ...] = ()
    queued: tuple[object, ...] = ()
    at: int = 0
    review_error: str = ""

    def _taken(self, field: str) -> None:
        # What is listed has changed, so the list starts at its first page again.
        self.set_to(**{"page": 1, field: self.widgets[self.key("set", field)]})


def key(*parts: object) -> str:
    """Return the key of a widget on this page: `errors.panel.item`."""
    return ".".join(map(str, (PAGE, *parts)))


def visitor(session: MutableMapping[Any, Any]) -> Errors:
    """Return the error page of the visitor whose session this is."""
    found: Errors = session.setdefault(key("state"), Errors(PAGE, session, Settings()))
    return found
