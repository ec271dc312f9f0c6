"""Our methods as rows of the benchmark: what each is called, and how it is run."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from benchmarks.shapley.plain import plain_cosine_of_mean, plain_softmax_mean
from benchmarks.shapley.problems import Problem
from core.shapley.coalitions import PLAYER_LIMIT
from core.shapley.cosine import CosineMeanGame
from core.shapley.permutation import permutation_budget
from core.shapley.similarity_games import SoftmaxMeanGame
from core.shapley.solve import shapley_values

Family = Literal["plain", "sampled", "exact", "library"]

PERMUTATIONS = 64
TOLERANCES = (1e-3, 1e-4, 1e-6)
DEFAULT_SAMPLING = "antithetic, first place exact"
KERNEL = "kernel + control variate"
OPERATOR = "operator"


class Found(NamedTuple):
    """What a method returns.

    Attributes:
        values: Shapley values, shape (n, T), or of the first few targets only.
        evaluations: Coalition values per target.
    """

    values: Tensor
    evaluations: int


@dataclass(frozen=True)
class Method:
    """One row.

    Attributes:
        name: What it is called in tables.
        family: What it is compared as.
        solve: Finds the values of a problem; random orders come from the generator.
        targets: How many of the targets, the first ones, it is asked about; None: all.
    """

    name: str
    family: Family
    solve: Callable[[Problem, torch.Generator], Found]
    targets: int | None = None


def quadrature_name(tolerance: float) -> str:
    """Return what the row is called that asks for this tolerance."""
    return f"exact, {tolerance:.0e}".replace("e-0", "e-")


def our_methods(problem: Problem) -> list[Method]:
    """Return the rows of a problem, plain sampling first."""
    if problem.game == SoftmaxMeanGame.name:
        return [PLAIN, *_sampled(_SAMPLED, problem), *_exact(TOLERANCES)]
    operator = [_engine(OPERATOR, "exact", method="exact")]
    return [
        PLAIN,
        *_sampled(_COSINE_SAMPLED, problem),
        Method("kernel without control variate", "sampled", _without_proxy),
        *(operator if problem.players <= PLAYER_LIMIT else []),
    ]


def exact_methods() -> list[Method]:
    """Return plain sampling, to divide by, and quadrature, for where sampling is not looked at."""
    return [PLAIN, *_exact(TOLERANCES)]


def own_method(problem: Problem) -> Method:
    """Return the row of a game's own exact method, named after the game."""
    if problem.temperature is None:
        return _engine(f"{problem.game}, closed form", "exact", method="exact")
    name = f"{problem.game}, {quadrature_name(1e-4)}"
    return _engine(name, "exact", method="exact", tolerance=1e-4)


def _plain(problem: Problem, generator: torch.Generator) -> Found:
    evaluations = PERMUTATIONS * problem.players
    if problem.game == CosineMeanGame.name:
        contexts, targets = problem.numbers
        values = plain_cosine_of_mean(contexts, targets, PERMUTATIONS, generator)
        return Found(values, evaluations)
    (similarity,) = problem.numbers
    temperature = problem.temperature or 1.0
    values = plain_softmax_mean(similarity, temperature, PERMUTATIONS, generator)
    return Found(values, evaluations)


def _run(settings: dict[str, Any], problem: Problem, generator: torch.Generator) -> Found:
    if settings["method"] == "permutation":
        budget = permutation_budget(problem.players, PERMUTATIONS)
    else:
        budget = PERMUTATIONS * problem.players
    # Plain sampling says nothing of its error, so neither do the rows compared with it.
    settings = {"with_error": False, **settings}
    found = shapley_values(problem.play(), budget=budget, generator=generator, **settings)
    return Found(found.values, found.evaluations)


class _NoProxyGame(CosineMeanGame):
    """The cosine game that keeps its proxy to itself."""

    def proxy(self) -> None:
        return None


def _without_proxy(problem: Problem, generator: torch.Generator) -> Found:
    contexts, targets = problem.numbers
    found = shapley_values(
        _NoProxyGame.of(contexts, targets),
        method="kernel",
        budget=PERMUTATIONS * problem.players,
        with_error=False,
        generator=generator,
    )
    return Found(found.values, found.evaluations)


def _engine(name: str, family: Family, **settings: Any) -> Method:
    return Method(name, family, partial(_run, settings))


def _sampled(rows: dict[str, dict[str, Any]], problem: Problem) -> list[Method]:
    return [
        _engine(name, "sampled", **settings)
        for name, settings in rows.items()
        # A whole set of rotations is n orders.
        if settings.get("design") != "rotated" or problem.players <= PERMUTATIONS
    ]


def _exact(tolerances: tuple[float, ...]) -> list[Method]:
    return [
        _engine(quadrature_name(tolerance), "exact", method="exact", tolerance=tolerance)
        for tolerance in tolerances
    ]


PLAIN = Method("plain sampling", "plain", _plain)
_INDEPENDENT = {"method": "permutation", "design": "independent"}
_ANTITHETIC = {"method": "permutation", "design": "antithetic"}
_ROTATED = {"method": "permutation", "design": "rotated"}
_SAMPLED: dict[str, dict[str, Any]] = {
    "independent orders": {**_INDEPENDENT, "correction": "none"},
    "antithetic": {**_ANTITHETIC, "correction": "none"},
    "rotated": {**_ROTATED, "correction": "none"},
    "shift": {**_INDEPENDENT, "correction": "shift"},
    "first place exact": {**_INDEPENDENT, "correction": "exact_first"},
    DEFAULT_SAMPLING: {**_ANTITHETIC, "correction": "exact_first"},
    f"{DEFAULT_SAMPLING}, ±": {**_ANTITHETIC, "correction": "exact_first", "with_error": True},
    "rotated, first place exact": {**_ROTATED, "correction": "exact_first"},
    "kernel": {"method": "kernel"},
}
_COSINE_SAMPLED: dict[str, dict[str, Any]] = {
    "independent orders": {**_INDEPENDENT, "correction": "none"},
    "rotated": {**_ROTATED, "correction": "none"},
    DEFAULT_SAMPLING: {**_ANTITHETIC, "correction": "exact_first"},
    KERNEL: {"method": "kernel"},
}
