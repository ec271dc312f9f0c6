"""All the lab says about one game, as one typed object."""

import math
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import AllowInfNan, Field

from core.errors import InputError
from core.lab.axioms import check_axioms, rule_values
from core.lab.converge import converge
from core.lab.games import lab_game
from core.lab.photo import context_game
from core.lab.small_game import TEMPERATURE, LabGame, check_temperature, one_line
from core.records import Frozen
from core.shapley.interactions import pairwise_interactions, smallest_set

# A number that makes no game is refused where the game is made, in words.
Unchecked = Annotated[float, AllowInfNan(True)]


class LabRequest(Frozen):
    """What was asked: these fields reproduce every number of the report.

    Leave `values` and `similarities` None to play `game`; `values` are a typed game, and
    `similarities` (with `labels` and `temperature`) the contexts of a post.
    """

    game: str = "best_match"
    players: int = 5
    estimator: str = "antithetic"
    budget: int = Field(200, description="coalition values the estimator may ask for")
    seed: int = 7
    values: list[Unchecked] | None = Field(None, description="2^n, binary order")
    similarities: list[Unchecked] | None = None
    labels: list[str] | None = None
    temperature: Unchecked = TEMPERATURE


class AxiomReport(Frozen):
    """Whether the Shapley values keep an axiom in this game."""

    name: str
    holds: bool
    gap: float
    words: str


class EstimateReport(Frozen):
    """The sampled values beside the exact ones."""

    values: list[float]
    standard_error: list[float] | None
    evaluations: int
    method: str = Field(description="the estimator's name")
    rmse: float = Field(description="against the exact values, in units of the game")
    kendall_tau: float | None
    stopped: str


class SmallestSetReport(Frozen):
    """The fewest players, found greedily, that reach 95 % of v(N)."""

    members: list[int]
    values: list[float] = Field(description="after each member")
    grand: float
    reached: bool


class LabReport(Frozen):
    """Everything computed about one game; lists over players are in the order of `players`."""

    schema_version: Literal["1.0"] = "1.0"
    request: LabRequest
    title: str
    story: str
    unit: str
    players: list[str]
    values: list[float] = Field(description="2^n, binary order, the empty coalition first")
    shapley_values: list[float]
    banzhaf_values: list[float]
    leave_one_out: list[float]
    interactions: list[list[float]] = Field(description="pairwise Shapley interaction, n × n")
    smallest_set: SmallestSetReport
    axioms: list[AxiomReport]
    estimate: EstimateReport


def typed_numbers(text: str) -> list[float]:
    """Return the numbers of a comma-separated list such as "0, 1, 1, 4".

    Raises:
        InputError: A part of it is no finite number.
    """
    numbers = []
    for part in text.split(","):
        try:
            number = float(part)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise InputError(
                f"'{part.strip()}' in the list of values is no finite number; write for example "
                "0, 1, 1, 4"
            )
        numbers.append(number)
    return numbers


def requested_game(request: LabRequest) -> LabGame:
    """Return the game a request names, types or measures.

    Raises:
        InputError: The request asks for two games at once, or for none that can be played.
    """
    check_temperature(request.temperature)
    if request.similarities is None:
        if request.labels is not None:
            raise InputError("labels name similarities, and there are none; give both or neither")
        return lab_game(request.game, request.players, request.seed, request.values)
    if request.values is not None:
        raise InputError("values and similarities are two different games; give one of them")
    labels = request.labels or [f"context {i + 1}" for i in range(len(request.similarities))]
    return context_game(labels, request.similarities, request.temperature)


def lab_report(request: LabRequest) -> LabReport:
    """Return everything the lab says about the requested game.

    Raises:
        InputError: The request names something unknown or out of range.
    """
    game = requested_game(request)
    table = game.table.values  # (2^n, 1)
    *_, last = converge(game, [request.estimator], request.budget, request.seed)
    return LabReport(
        request=request,
        title=game.title,
        story=game.story,
        unit=game.unit,
        players=list(game.players),
        values=list(game.values),
        shapley_values=list(rule_values(game, "shapley")),
        banzhaf_values=list(rule_values(game, "banzhaf")),
        leave_one_out=list(rule_values(game, "leave_one_out")),
        interactions=pairwise_interactions(table).squeeze(2).tolist(),
        smallest_set=_smallest_set(game),
        axioms=[AxiomReport(**asdict(axiom)) for axiom in check_axioms(game, "shapley")],
        estimate=EstimateReport(
            values=list(last.values),
            standard_error=None if last.standard_error is None else list(last.standard_error),
            evaluations=last.evaluations,
            method=last.estimator,
            rmse=last.rmse,
            kendall_tau=last.kendall_tau,
            stopped=last.stopped,
        ),
    )


def lab_command(request: LabRequest) -> str:
    """Return the command line that makes the same report, equal to the last bit."""
    parts = ["python", "-m", "core", "lab"]
    if request.similarities is not None:
        parts += ["--similarities", _listed(request.similarities)]
        parts += ["--temperature", repr(request.temperature)]
        for label in request.labels or []:
            parts += ["--label", one_line(label)]
    elif request.values is not None:
        parts += ["--values", _listed(request.values)]
    else:
        parts += ["--game", request.game, "--players", str(request.players)]
    parts += ["--estimator", request.estimator, "--budget", str(request.budget)]
    parts += ["--seed", str(request.seed)]
    return shlex.join(parts)


def _listed(numbers: Sequence[float]) -> str:
    return ",".join(map(repr, numbers))


def _smallest_set(game: LabGame) -> SmallestSetReport:
    found = smallest_set(game.table)
    return SmallestSetReport(
        members=list(found.members),
        values=list(found.values),
        grand=found.grand,
        reached=found.reached,
    )
