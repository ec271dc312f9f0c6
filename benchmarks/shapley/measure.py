"""Times, errors and operations of the rows of one bout."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from benchmarks.machine import Rates
from benchmarks.shapley.bounds import Operation, least_time, record_operations
from benchmarks.shapley.bouts import Bout
from benchmarks.shapley.methods import Method
from benchmarks.shapley.problems import Problem, Reference, normalised_error
from benchmarks.shapley.report import Row
from benchmarks.shapley.timing import Timing, summarise, time_in_turn


@dataclass(frozen=True)
class Measured:
    """All that is known of a row but the machine's rates."""

    title: str
    problem: Problem
    method: Method
    evaluations: int
    nmse: float
    forward: Timing
    both: Timing | None
    operations: list[Operation]

    def as_row(self, rates: Rates) -> Row:
        """Return the row, with the bound that such rates put on it."""
        players = self.problem.players
        targets = self.method.targets or players
        bound = least_time(self.operations, rates) if self.operations else None
        scale = players / targets
        return Row(
            table=self.title,
            game=self.problem.game,
            players=players,
            temperature=self.problem.temperature,
            method=self.method.name,
            family=self.method.family,
            evaluations=self.evaluations,
            nmse=self.nmse,
            forward_seconds=scale * self.forward.seconds,
            forward_ratio=scale * self.forward.ratio,
            both_seconds=self.both.seconds if self.both else None,
            both_ratio=self.both.ratio if self.both else None,
            bound_seconds=bound.seconds if bound else None,
            bound_by=bound.by if bound else None,
            targets_run=targets,
        )


def measure_bout(bout: Bout, references: Mapping[Problem, Reference]) -> list[Measured]:
    """Return what is known of every row of a bout.

    Args:
        bout: The rows.
        references: What the errors on each of its problems are measured against.
    """
    named = {f"{problem.game}: {method.name}": (problem, method) for problem, method in bout.rows}
    base = next(iter(named))
    generator = torch.Generator().manual_seed(0)
    forward = time_in_turn(
        {name: partial(_solve, *row, generator) for name, row in named.items()},
        rounds=bout.rounds,
    )
    both = time_in_turn(
        {
            name: partial(_differentiate, problem.with_leaves(), method, generator)
            for name, (problem, method) in named.items()
            if method.family != "library"
        },
        rounds=bout.rounds,
    )
    forward_timings, both_timings = summarise(forward, base), summarise(both, base)
    measured = []
    for name, (problem, method) in named.items():
        if name == base and not bout.is_base_shown:
            continue
        evaluations, nmse = _errors(problem, method, references[problem].values, bout.draws)
        measured.append(
            Measured(
                title=bout.title,
                problem=problem,
                method=method,
                evaluations=evaluations,
                nmse=nmse,
                forward=forward_timings[name],
                both=both_timings.get(name),
                operations=_operations(problem, method, generator),
            )
        )
    return measured


def _solve(problem: Problem, method: Method, generator: torch.Generator) -> Tensor:
    with torch.inference_mode():
        return method.solve(problem, generator).values


def _differentiate(
    problem: Problem, method: Method, generator: torch.Generator
) -> tuple[Tensor, ...]:
    values = method.solve(problem, generator).values
    return torch.autograd.grad(values, problem.numbers, problem.upstream)


def _errors(problem: Problem, method: Method, exact: Tensor, draws: int) -> tuple[int, float]:
    """Return coalition values per target, and the mean nMSE over the draws."""
    errors = []
    with torch.inference_mode():
        for seed in range(1 if method.family == "exact" else draws):
            found = method.solve(problem, torch.Generator().manual_seed(seed))
            errors.append(normalised_error(found.values, exact[:, : method.targets]))
    return found.evaluations, sum(errors) / len(errors)


def _operations(problem: Problem, method: Method, generator: torch.Generator) -> list[Operation]:
    """Return the torch operations of one run; none where another library makes them."""
    if method.family == "library":
        return []
    return record_operations(partial(_solve, problem, method, generator))
