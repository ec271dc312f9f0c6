"""`python -m core bench shapley`: what every estimator costs, how exact it is, and what could be.

One process, one thread. On each problem all rows take their turn in many rounds; times are medians
and their ratios to plain sampling, so that they can be compared between machines. Other libraries
get as many coalition values as plain sampling.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import torch
from threadpoolctl import threadpool_limits

from benchmarks.machine import better_of, describe_machine, measure_rates
from benchmarks.shapley.bouts import FULL, Extent, bouts
from benchmarks.shapley.exactness import largest_errors
from benchmarks.shapley.measure import Measured, measure_bout
from benchmarks.shapley.methods import PERMUTATIONS
from benchmarks.shapley.outcomes import judge
from benchmarks.shapley.problems import Problem, Reference, find_reference
from benchmarks.shapley.report import ReferenceNote, ShapleyReport
from benchmarks.shapley.rivals import missing_rivals, rival_versions
from benchmarks.shapley.simulation import STATED

THREADS = 1


def run_benchmark(
    extent: Extent = FULL, *, progress: Callable[[str], None] = lambda _: None
) -> ShapleyReport:
    """Return everything measured on this machine; minutes for `FULL`, seconds for `QUICK`.

    Args:
        extent: How much is measured.
        progress: Told, in a few words, what is measured next.
    """
    with _threads(THREADS):
        machine = describe_machine()
        progress("what the machine can do")
        rates = measure_rates()
        measured: list[Measured] = []
        known: dict[Problem, Reference] = {}
        for bout in bouts(extent):
            progress(bout.title)
            for problem in bout.problems:
                known[problem] = known.get(problem) or find_reference(problem)
            measured += measure_bout(bout, known)
        progress("exactness against enumeration")
        errors = largest_errors(extent.exactness_players, extent.exactness_temperatures)
        rates = better_of(rates, measure_rates())
    rows = [one.as_row(rates) for one in measured]
    return ShapleyReport(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine,
        rates=rates,
        permutations=PERMUTATIONS,
        embeddings=STATED,
        libraries=rival_versions(),
        missing=missing_rivals(),
        references=[_note(problem, found) for problem, found in known.items()],
        rows=rows,
        largest_errors=errors,
        outcomes=judge(rows, errors),
    )


def _note(problem: Problem, reference: Reference) -> ReferenceNote:
    return ReferenceNote(
        game=problem.game,
        players=problem.players,
        temperature=problem.temperature,
        how=reference.how,
        nmse=reference.error,
    )


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Let torch and numpy use so many threads, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        with threadpool_limits(number):
            yield
    finally:
        torch.set_num_threads(before)
