"""What every method returns: Shapley values, how far they may be off, and how they were found."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class ShapleyEstimate:
    """The Shapley values of all players towards all targets, and how they were found.

    Attributes:
        values: Shapley values, shape (n, T); a column sums to the value of the grand coalition.
        standard_error: Standard error of `values`, shape (n, T), infinite while it cannot be known;
            None when nothing was sampled.
        evaluations: Coalition values per target; 0 when a formula values no coalition.
        method: "closed_form", "quadrature", "operator", "enumeration", "permutation" or "kernel".
        samples: Independent samples behind the values; 0 when nothing was sampled.
        stopped: What ended the sampling: "budget", "standard error", "rank stable" or "time"; ""
            when nothing was sampled, or it has not ended.
        why: Why `shapley_values` took this method, in one sentence.
    """

    values: Tensor
    standard_error: Tensor | None
    evaluations: int
    method: str
    samples: int = 0
    stopped: str = ""
    why: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the values hold up to rounding, or the tolerance asked for."""
        return self.standard_error is None
