"""Times that bear comparison on a busy machine: runs in turn, medians, ratios within rounds.

Seconds are those that the process spends on the processor. With one thread they are the seconds
that pass while nothing else runs, and they do not count the time in which something else does.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

_SHORTEST_SAMPLE = 2e-3
_SHORTEST_RUN = 1e-7  # a coarse clock may have seen none pass


class Timing(NamedTuple):
    """What one run takes.

    Attributes:
        seconds: Median.
        ratio: Median, over the rounds, of its seconds divided by those of the base.
    """

    seconds: float
    ratio: float


def time_in_turn(
    runs: Mapping[str, Callable[[], object]], *, rounds: int, seed: int = 0
) -> dict[str, list[float]]:
    """Return the processor's seconds of each run in every round.

    A round takes every run once, in an order of its own, so that what disturbs the machine disturbs
    all alike. A run that is over too soon is repeated within the round, and its mean taken.

    Args:
        runs: What to time, by name.
        rounds: How often.
        seed: Of the orders.
    """
    repeats = {name: _repeats(run) for name, run in runs.items()}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    shuffle = random.Random(seed).shuffle
    for _ in range(rounds):
        names = list(runs)
        shuffle(names)
        for name in names:
            taken[name].append(_seconds(runs[name], repeats[name]))
    return taken


def summarise(taken: Mapping[str, Sequence[float]], base: str) -> dict[str, Timing]:
    """Return median and ratio of every run.

    Args:
        taken: Seconds per round, by name; as many rounds for each.
        base: The name whose ratio is 1.
    """
    return {
        name: Timing(
            statistics.median(seconds),
            statistics.median(own / by for own, by in zip(seconds, taken[base], strict=True)),
        )
        for name, seconds in taken.items()
    }


def _repeats(run: Callable[[], object]) -> int:
    run()  # the first call of all also loads and allocates
    return max(1, round(_SHORTEST_SAMPLE / max(_seconds(run, 1), _SHORTEST_RUN)))


def _seconds(run: Callable[[], object], repeats: int) -> float:
    started = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - started) / repeats
