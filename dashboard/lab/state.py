"""What one visitor has in the Shapley lab: a typed view of session state."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.records import Record
from dashboard.jobs import Job
from dashboard.lab.settings import Settings
from dashboard.page_state import PageState

if TYPE_CHECKING:  # these load torch, and the page stands before that
    from core.lab.converge import Point
    from core.lab.games import LabGame

PAGE = "lab"


@dataclass
class Lab(PageState[Settings]):
    """The Shapley lab of one visitor; nothing here is shared.

    Attributes:
        order: Number of the order of arrival being walked, from 0.
        arrived: Number of players of that order who have arrived.
        walked: The game that is walked through; another one starts anew.
        card: The question on the table, from 0.
        answers: Options predicted, by the card's id and the seed, once revealed; kept in this
            session only.
        job: The sampling that runs or ran last.
        job_settings: What it was started with.
        job_game: What it samples.
        base: Typed values as the table of values was first shown, before what is edited in it.
        tables: Number of such tables used up.
        record: The post whose contexts play, with the id it was asked for under.
    """

    order: int = 0
    arrived: int = 0
    walked: "LabGame | None" = None
    card: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    job: "Job[Point] | None" = None
    job_settings: Settings | None = None
    job_game: "LabGame | None" = None
    base: tuple[float, ...] = ()
    tables: int = 0
    record: tuple[str, Record] | None = None

    def begin(self, game: "LabGame") -> None:
        """Forget walk and sampling when this is another game than before."""
        if game != self.walked:
            self.walked, self.order, self.arrived = game, 0, 0
        if self.job and game != self.job_game:
            self.job.cancel()
            self.job = None

    def arrive(self, by: int) -> None:
        """Let the next player of the order come, or the last one leave again."""
        players = len(self.walked.players) if self.walked else 0
        self.arrived = min(max(self.arrived + by, 0), players)

    def next_order(self, by: int = 1) -> None:
        """Begin an order of arrival further on."""
        self.order, self.arrived = self.order + by, 0


def key(*parts: object) -> str:
    """Return the key of a widget on this page: `lab.panel.item`."""
    return ".".join(map(str, (PAGE, *parts)))


def visitor(session: MutableMapping[Any, Any]) -> Lab:
    """Return the lab of the visitor whose session this is."""
    found: Lab = session.setdefault(key("state"), Lab(PAGE, session, Settings()))
    return found
