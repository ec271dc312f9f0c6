"""The page's only door to the lab's numbers: each is computed once, and torch loads when asked."""

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import InputError
from core.records import Game, Record, Side
from dashboard.figures.drawing import shorten
from dashboard.jobs import Unwanted, Work
from dashboard.lab.settings import CONTEXTS, TYPED, Settings
from dashboard.memory import settle

# Spinning OpenMP threads make a busy machine many times slower; read when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if TYPE_CHECKING:
    from core.lab.axioms import Axiom
    from core.lab.converge import Point
    from core.lab.count import CountRow, Timing
    from core.lab.games import LabGame
    from core.lab.questions import Card
    from core.lab.report import LabReport, LabRequest
    from core.lab.walk import Step

LABEL_CHARACTERS = 40
FRUGAL = "permutation"  # one sample takes n - 1 values
COUNTED = (2, 4, 8, 16, 32)  # players, beside those of the game


def request(settings: Settings, record: Record | None = None) -> "LabRequest":
    """Return what the command line would be asked for the same numbers.

    Args:
        settings: Of the page.
        record: The post whose contexts play, when they do.

    Raises:
        InputError: That side of the post has no game.
    """
    from core.lab.report import LabRequest

    asked: dict[str, object] = {
        "game": settings.game,
        "players": settings.players,
        "estimator": settings.estimators[0] if settings.estimators else "antithetic",
        "budget": settings.budget,
        "seed": settings.seed,
    }
    if settings.game == TYPED:
        asked |= {"game": "additive", "values": list(settings.values)}
    if settings.game == CONTEXTS and record:
        asked |= {"game": "additive", **_similarities(record, settings.side)}
    return LabRequest.model_validate(asked)


def _similarities(record: Record, side: Side) -> dict[str, object]:
    game = record.games.text if side == "text" else record.games.image
    if not isinstance(game, Game):
        raise InputError(f"{game.reason} Choose the other side or another post.")
    own = [place for place, player in enumerate(game.players) if player.context is not None]
    return {
        "similarities": [game.similarities[place] for place in own],
        "labels": [shorten(game.players[place].text, LABEL_CHARACTERS) for place in own],
        "temperature": game.temperature,
    }


@lru_cache(maxsize=64)
def _report(asked: str) -> "LabReport":
    _load()
    from core.lab.report import LabRequest, lab_report

    return lab_report(LabRequest.model_validate_json(asked))


@lru_cache(maxsize=1)
def _load() -> None:
    """Load the engine, once."""
    import core.lab.report  # noqa: F401, for torch and all that comes with it

    settle()


def report(asked: "LabRequest") -> "tuple[LabReport, str]":
    """Return everything the lab says about a request, and why it samples otherwise than asked.

    The budget may be too small for one sample of the estimator; all else is the game's alone, so
    then the report is that of an estimator that gets along with little.

    Raises:
        InputError: The game cannot be played.
    """
    try:
        return _report(asked.model_dump_json()), ""
    except InputError as error:
        frugal = asked.model_copy(update={"estimator": FRUGAL})
        return _report(frugal.model_dump_json()), str(error)


@lru_cache(maxsize=64)
def _game(asked: str) -> "LabGame":
    from core.lab.report import LabRequest, requested_game

    return requested_game(LabRequest.model_validate_json(asked))


def game(asked: "LabRequest") -> "LabGame":
    """Return the game of a request.

    Raises:
        InputError: The request cannot be played.
    """
    return _game(asked.model_dump_json())


@lru_cache(maxsize=512)
def steps(game: "LabGame", seed: int, number: int) -> "tuple[Step, ...]":
    """Return the steps of one order of arrival."""
    from core.lab.walk import arrival_order, walk

    return tuple(walk(game, arrival_order(game, seed, number)))


@lru_cache(maxsize=256)
def means(game: "LabGame", seed: int, orders: int) -> tuple[tuple[float, ...], ...]:
    """Return each player's mean marginal after 1, 2, ... orders, shape (orders, n)."""
    from core.lab.walk import arrival_order, running_means

    return tuple(
        running_means(game, [arrival_order(game, seed, number) for number in range(orders)])
    )


@lru_cache(maxsize=512)
def rule_values(game: "LabGame", rule: str, share: float, seed: int) -> tuple[float, ...]:
    """Return what each player gets from a mixture of the Shapley values and a rule."""
    from core.lab import axioms

    return axioms.rule_values(game, rule, share, seed)


@lru_cache(maxsize=512)
def check_axioms(game: "LabGame", rule: str, share: float, seed: int) -> "tuple[Axiom, ...]":
    """Return whether the mixture keeps each axiom."""
    from core.lab import axioms

    return tuple(axioms.check_axioms(game, rule, share, seed))


def rule_words(rule: str) -> str:
    """Return a rule in one sentence."""
    from core.lab.axioms import RULES

    return RULES[rule]


@lru_cache(maxsize=8)
def counts(players: int) -> "tuple[CountRow, ...]":
    """Return the sizes of this game and of some others."""
    from core.lab.count import count

    rows = count(max(COUNTED))
    return tuple(row for row in rows if row.players in {*COUNTED, players})


@lru_cache(maxsize=8)
def timings(players: int) -> "tuple[Timing, ...]":
    """Return how long each way took here, measured once for each number of players."""
    from core.lab.count import measure

    return tuple(measure(players))


@lru_cache(maxsize=8)
def cards(seed: int) -> "tuple[Card, ...]":
    """Return the questions with their computed answers."""
    from core.lab import questions

    return tuple(questions.cards(seed))


def worksheet(report: "LabReport", seed: int) -> str:
    """Return the worksheet of a report as Markdown."""
    from core.lab import worksheet

    return worksheet.worksheet(report, cards(seed))


def smallest_set_words(report: "LabReport") -> str:
    """Return how few players reach nearly everything, in a sentence."""
    from core.lab.tables import smallest_set_words

    return smallest_set_words(report)


def command(report: "LabReport") -> str:
    """Return the command that writes the same report."""
    from core.lab.report import lab_command

    return lab_command(report.request)


def sampling(game: "LabGame", settings: Settings) -> "Work[Point]":
    """Return the work that samples a game as the settings say."""

    def work(unwanted: Unwanted) -> "Iterator[Point]":
        from core.lab.converge import converge
        from core.shapley.stopping import StopRule

        stop = StopRule(
            standard_error=settings.error or None,
            stable_checks=settings.checks or None,
            seconds=settings.seconds or None,
        )
        return converge(
            game,
            settings.estimators,
            settings.budget,
            settings.seed,
            settings.repeats,
            stop if settings.error or settings.checks or settings.seconds else None,
            unwanted,
        )

    return work
