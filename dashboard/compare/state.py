"""What one visitor compares: a typed view of session state and of the address."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from core.records import Side
from dashboard.address import Address
from dashboard.errors.runs import Upload
from dashboard.page_state import PageState

PAGE = "compare"
FIELDS = ("a", "b", "c", "d")  # the first is what the others are compared with
Letter = Literal["A", "B", "C", "D"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
Change = Literal["fixed", "broken", "better", "worse", "same"]


class Settings(Address):
    """Everything that decides what the page shows."""

    a: str = Field("", max_length=400, alias="c_a", description="'': the older of the two newest")
    b: str = Field("", max_length=400, alias="c_b", description="'': nobody")
    c: str = Field("", max_length=400, alias="c_c", description="'': nobody")
    d: str = Field("", max_length=400, alias="c_d", description="'': nobody")
    against: Letter = Field("B", alias="c_with", description="whose posts and types are shown")
    view: Change = Field("broken", alias="c_view", description="which posts are listed")
    side: Side = Field("text", alias="c_side", description="of the values that are compared")
    page: int = Field(1, ge=1, alias="c_page")

    @property
    def chosen(self) -> tuple[str, ...]:
        """The runs named, "" where none is."""
        return (self.a, self.b, self.c, self.d)


@dataclass
class Compare(PageState[Settings]):
    """The page of one visitor; nothing here is shared.

    Attributes:
        uploads: Files brought along, by their name in the lists.
        upload_error: Why the last one was refused, "" when it was not.
        choosers: Number of file choosers used up; a new one is empty.
    """

    uploads: dict[str, Upload] = field(default_factory=dict)
    upload_error: str = ""
    choosers: int = 0

    def _taken(self, field: str) -> None:
        # Another list starts at its first page.
        self.set_to(**{"page": 1, field: self.widgets[self.key("set", field)]})


def visitor(session: MutableMapping[Any, Any]) -> Compare:
    """Return the page of the visitor whose session this is."""
    found: Compare = session.setdefault(f"{PAGE}.state", Compare(PAGE, session, Settings()))
    return found
