"""Which rows take turns with one another, on which problems, and how often each runs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.shapley.exactness import PLAYERS, TEMPERATURES
from benchmarks.shapley.methods import PLAIN, Method, exact_methods, our_methods, own_method
from benchmarks.shapley.problems import Problem, simulate
from benchmarks.shapley.rivals import installed_rivals
from core.shapley.cosine import CosineMeanGame
from core.shapley.similarity_games import (
    LogSumExpGame,
    MaxGame,
    MeanGame,
    SoftmaxMeanGame,
    SumGame,
)

RIVAL_PLAYERS, RIVAL_TEMPERATURE = 32, 0.1


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        players: Sizes at which every method runs.
        exact_players: Sizes at which only exact methods run, at one temperature.
        rounds: Times each row is timed with few players; fewer with many.
        rival_rounds: Times each library is timed.
        draws: Random runs that an error is the mean of, with few players; fewer with many.
        exactness_players: Sizes at which quadrature is compared with enumeration.
        exactness_temperatures: Temperatures at which it is.
    """

    players: tuple[int, ...] = (8, 16, 32, 64, 128)
    exact_players: tuple[int, ...] = (512,)
    temperatures: tuple[float, ...] = (0.1, 1.0)
    rounds: int = 25
    rival_rounds: int = 7
    draws: int = 256
    exactness_players: tuple[int, ...] = PLAYERS
    exactness_temperatures: tuple[float, ...] = TEMPERATURES

    def rounds_of(self, players: int) -> int:
        """Return the rounds for so many players."""
        return max(3, min(self.rounds, self.rounds * 64 // players))

    def draws_of(self, players: int) -> int:
        """Return the random runs for so many players, whose n x T values average as well."""
        return max(4, self.draws * 8 // players)


FULL = Extent()
QUICK = Extent(
    players=(8, 32),
    exact_players=(),
    temperatures=(0.1,),
    rounds=5,
    rival_rounds=2,
    draws=64,
    exactness_players=(4, 8),
    exactness_temperatures=(0.1, 1.0),
)


@dataclass(frozen=True)
class Bout:
    """Rows that take turns with one another, the first of which is plain sampling.

    Attributes:
        title: Of the table they make.
        rows: What is run on what.
        rounds: How often each is timed.
        draws: Random runs that an error is the mean of.
        is_base_shown: Whether plain sampling stands in the table as well.
    """

    title: str
    rows: tuple[tuple[Problem, Method], ...]
    rounds: int
    draws: int
    is_base_shown: bool = True

    @property
    def problems(self) -> list[Problem]:
        """Those that the rows are about, each once; not that of a base that is not shown."""
        shown = self.rows if self.is_base_shown else self.rows[1:]
        return list(dict.fromkeys(problem for problem, _ in shown))


def bouts(extent: Extent) -> Iterator[Bout]:
    """Yield what is measured, problem by problem."""
    for temperature in extent.temperatures:
        for players in extent.players:
            problem = simulate(SoftmaxMeanGame.name, players, temperature)
            yield _bout(problem, our_methods(problem), extent)
            if (players, temperature) == (RIVAL_PLAYERS, RIVAL_TEMPERATURE):
                yield _rival_bout(problem, extent)
    for players in extent.exact_players:
        problem = simulate(SoftmaxMeanGame.name, players, RIVAL_TEMPERATURE)
        yield _bout(problem, exact_methods(), extent)
    for players in extent.players:
        problem = simulate(CosineMeanGame.name, players)
        yield _bout(problem, our_methods(problem), extent)
    for players in extent.players:
        yield _other_games(players, extent)


def _bout(problem: Problem, methods: list[Method], extent: Extent) -> Bout:
    warmth = "" if problem.temperature is None else f", temperature {problem.temperature:g}"
    return Bout(
        f"{problem.game}, n = T = {problem.players}{warmth}",
        tuple((problem, method) for method in methods),
        extent.rounds_of(problem.players),
        extent.draws_of(problem.players),
    )


def _rival_bout(problem: Problem, extent: Extent) -> Bout:
    bout = _bout(problem, [PLAIN, *installed_rivals()], extent)
    return replace(bout, rounds=extent.rival_rounds, draws=extent.rival_rounds, is_base_shown=False)


def _other_games(players: int, extent: Extent) -> Bout:
    base = simulate(SoftmaxMeanGame.name, players, RIVAL_TEMPERATURE)
    others = [simulate(kind.name, players) for kind in (SumGame, MeanGame, MaxGame)]
    others.append(simulate(LogSumExpGame.name, players, RIVAL_TEMPERATURE))
    return Bout(
        f"other games, n = T = {players} (time: ratio to plain sampling of {base.game})",
        ((base, PLAIN), *((problem, own_method(problem)) for problem in others)),
        extent.rounds_of(players),
        draws=1,
        is_base_shown=False,
    )
