"""When sampling may stop before its budget is spent.

A rule looks at an estimate that is still being sampled. None of them may fire on an empty result:
before `at_least` independent samples there is nothing whose error could be known, and an infinite
standard error is below no bound.
"""

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError
from core.shapley.estimate import ShapleyEstimate


@dataclass(frozen=True)
class StopRule:
    """When to stop; the first of the rules given that fires, or else the budget.

    Attributes:
        standard_error: Stop when no value's standard error is larger; None: no such rule.
        stable_checks: Stop when the players' ranking did not change over so many estimates in a
            row, for any target; None: no such rule.
        seconds: Stop after so long; None: no such rule.
        at_least: Independent samples before the first two rules may fire.
    """

    standard_error: float | None = None
    stable_checks: int | None = None
    seconds: float | None = None
    at_least: int = 8

    def __post_init__(self) -> None:
        for name in ("standard_error", "stable_checks", "seconds"):
            bound = getattr(self, name)
            if bound is not None and not bound > 0:
                raise InputError(f"{name} must be positive, got {bound}; leave it out for no rule")
        if self.at_least < 2:
            raise InputError(
                f"at_least must be 2 or more, got {self.at_least}: a single sample has no error"
            )


class Watch:
    """Applies a rule to one estimate as it grows."""

    def __init__(self, rule: StopRule) -> None:
        self.rule = rule
        self._started = time.monotonic()
        self._ranking: Tensor | None = None
        self._unchanged = 0

    def fired(self, estimate: ShapleyEstimate) -> str:
        """Return the name of the rule that the newest estimate fires, "" when none does."""
        rule = self.rule
        stable = self._count_unchanged(estimate.values)
        has_error = estimate.samples >= rule.at_least and estimate.standard_error is not None
        if has_error and rule.standard_error is not None:
            largest = float(torch.as_tensor(estimate.standard_error).amax())
            if largest <= rule.standard_error:
                return "standard error"
        if has_error and rule.stable_checks is not None and stable >= rule.stable_checks:
            return "rank stable"
        if rule.seconds is not None and time.monotonic() - self._started >= rule.seconds:
            return "time"
        return ""

    def _count_unchanged(self, values: Tensor) -> int:
        """Return how many estimates in a row ranked the players as the one before did."""
        ranking = values.detach().argsort(dim=0, descending=True, stable=True)
        same = self._ranking is not None and torch.equal(ranking, self._ranking)
        self._ranking, self._unchanged = ranking, self._unchanged + 1 if same else 0
        return self._unchanged
