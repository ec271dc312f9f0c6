"""What `bench shapley` found, as it is written to JSON and printed."""

from itertools import groupby
from operator import attrgetter
from typing import Literal

from rich.console import Console
from rich.table import Table

from benchmarks.machine import BUSY_LOAD, Machine, Rates
from benchmarks.shapley.methods import Family
from core.records import Frozen


class Row(Frozen):
    """One method on one problem.

    Attributes:
        table: Title of the table it stands in.
        temperature: None where the game has none.
        evaluations: Coalition values per target.
        nmse: Mean square error over the variance of the exact values.
        forward_seconds: Of all targets, without gradient.
        forward_ratio: To plain sampling of 64 orders, which has 1.
        both_seconds: With the gradient; None where the method has none.
        both_ratio: Likewise, to plain sampling with its gradient.
        bound_seconds: What this machine needs at least for the same torch operations; None where
            they are not torch's.
        bound_by: What takes most of that.
        targets_run: Of the n targets, those really run; time is multiplied to n.
    """

    table: str
    game: str
    players: int
    temperature: float | None
    method: str
    family: Family
    evaluations: int
    nmse: float
    forward_seconds: float
    forward_ratio: float
    both_seconds: float | None = None
    both_ratio: float | None = None
    bound_seconds: float | None = None
    bound_by: str | None = None
    targets_run: int


class ReferenceNote(Frozen):
    """What the errors of one problem were measured against."""

    game: str
    players: int
    temperature: float | None
    how: str
    nmse: float


class LargestError(Frozen):
    """Largest difference between the engine's exact method and enumeration.

    Attributes:
        game: Its name.
        dtype: Computed in; enumeration is always in float64.
        tolerance: Asked for.
        temperature: Of the game.
        by_players: Largest difference over all players and targets, by the number of players.
    """

    game: str
    dtype: str
    tolerance: float
    temperature: float
    by_players: dict[int, float]


class Outcome(Frozen):
    """Something the engine must reach.

    Attributes:
        measured: None when this run did not measure it.
    """

    what: str
    sense: Literal["at most", "at least"]
    wanted: float
    measured: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether it was reached; None when it was not measured."""
        if self.measured is None:
            return None
        if self.sense == "at most":
            return self.measured <= self.wanted
        return self.measured >= self.wanted


class ShapleyReport(Frozen):
    """All that one run measured, and where."""

    schema_version: Literal["1.0"] = "1.0"
    date: str
    machine: Machine
    rates: Rates
    permutations: int
    embeddings: str
    libraries: dict[str, str]
    missing: list[str]
    references: list[ReferenceNote]
    rows: list[Row]
    largest_errors: list[LargestError]
    outcomes: list[Outcome]


def print_report(report: ShapleyReport) -> None:
    """Print tables of rows, exactness and outcomes, and what a reader must know beside them."""
    console = Console(width=118, highlight=False)
    for line in _preface(report):
        console.print(line)
    for title, rows in groupby(report.rows, attrgetter("table")):
        console.print(_row_table(title, list(rows)))
    for note in report.references:
        if note.nmse:
            console.print(
                f"{note.game}, n = T = {note.players}: errors against the {note.how}, "
                f"itself of nMSE {note.nmse:.1e}"
            )
    console.print(_error_table(report.largest_errors))
    console.print(_outcome_table(report.outcomes))
    for sentence in report.missing:
        console.print(sentence)
    if report.machine.is_busy:
        console.print(
            f"note: the load average was {report.machine.load:.1f}, above {BUSY_LOAD}: something "
            "else was running, and times are doubtful"
        )


def _preface(report: ShapleyReport) -> list[str]:
    machine, rates = report.machine, report.rates
    small, large = rates.copies[1], rates.copies[-1]
    libraries = ", ".join(f"{name} {version}" for name, version in report.libraries.items())
    return [
        f"{report.date}, {machine.processor}, {machine.cores} cores, {machine.system}; "
        f"threads: {machine.threads}; load before: {machine.load:.2f}",
        f"Python {machine.python}, torch {machine.torch}, {libraries}",
        f"at best: copy {small.bytes_per_second / 1e9:.0f} GB/s ({small.bytes >> 10} KiB) to "
        f"{large.bytes_per_second / 1e9:.0f} GB/s ({large.bytes >> 20} MiB), matrix product "
        f"{rates.flops['float32'] / 1e9:.0f} GFLOP/s, {rates.exponentials['float32'] / 1e9:.1f} "
        f"billion exponentials/s (float32), {1e6 * rates.dispatch_seconds:.1f} us an operation",
        f"embeddings simulated: {report.embeddings}",
        f"time: ratio to plain sampling of {report.permutations} orders, median of rounds in which "
        "every row takes its turn, in inference mode; grad: with the gradient; values: of "
        "coalitions, per target; bound: what the row's torch operations need at best (without "
        "gradient)",
    ]


def _row_table(title: str, rows: list[Row]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("method", no_wrap=True)
    for head in ("values", "nMSE", "× time", "× grad", "ms", "ms grad", "bound ms"):
        table.add_column(head, justify="right")
    table.add_column("bound by")
    for row in rows:
        table.add_row(
            row.method,
            str(row.evaluations),
            f"{row.nmse:.1e}",
            f"{row.forward_ratio:.3g}",
            _optional(row.both_ratio, 1),
            f"{1e3 * row.forward_seconds:.3g}",
            _optional(row.both_seconds, 1e3),
            _optional(row.bound_seconds, 1e3),
            row.bound_by or "",
        )
    return table


def _error_table(errors: list[LargestError]) -> Table:
    table = Table(title="largest |exact method - enumeration|", title_justify="left")
    players = list(errors[0].by_players) if errors else []
    for head in ("game", "dtype", "tolerance", "temperature", *(f"n = {n}" for n in players)):
        table.add_column(head, justify="right")
    for error in errors:
        table.add_row(
            error.game,
            error.dtype,
            f"{error.tolerance:.0e}",
            f"{error.temperature:g}",
            *(f"{error.by_players[n]:.0e}" for n in players),
        )
    return table


def _outcome_table(outcomes: list[Outcome]) -> Table:
    table = Table("must reach", "wanted", "measured", "", title_justify="left")
    words = {True: "reached", False: "MISSED", None: "not measured"}
    for outcome in outcomes:
        table.add_row(
            outcome.what,
            f"{outcome.sense} {outcome.wanted:g}",
            _optional(outcome.measured, 1),
            words[outcome.is_met],
        )
    return table


def _optional(number: float | None, scale: float) -> str:
    return "" if number is None else f"{scale * number:.3g}"
