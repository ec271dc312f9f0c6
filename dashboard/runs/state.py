"""What one visitor looks at on the runs page: a typed view of session state and of the address."""

from collections.abc import MutableMapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dashboard.address import Address
from dashboard.page_state import PageState

PAGE = "runs"
MOST_RUNS = 5  # in one chart: as many as there are colours to tell apart
MOST_SMOOTHING = 0.98


def _split(given: object) -> object:
    return [part for part in given.split(",") if part] if isinstance(given, str) else given


class Settings(Address):
    """Everything that decides what is drawn; each has its name in the address."""

    runs: Annotated[tuple[str, ...], BeforeValidator(_split)] = Field(
        (), max_length=MOST_RUNS, alias="r_run", description="none: the newest"
    )
    smoothing: float = Field(0.8, ge=0, le=MOST_SMOOTHING, alias="r_smooth")
    log: bool = Field(False, alias="r_log", description="losses on a logarithmic scale")
    details: str = Field("", alias="r_details", description="'': the first run chosen")
    against: str = Field("", alias="r_against", description="'': no other config")


Runs = PageState[Settings]


def visitor(session: MutableMapping[Any, Any]) -> Runs:
    """Return the runs page of the visitor whose session this is."""
    found: Runs = session.setdefault(f"{PAGE}.state", Runs(PAGE, session, Settings()))
    return found
