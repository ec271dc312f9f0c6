"""Is system B better than system A on the same posts, or was it luck?

Numbers only, no tables: `core/analysis/pairing.py` brings two tables over the same posts together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import binomtest

from core.analysis.intervals import DRAWS, interval, rates, resampled_sums
from core.analysis.posts import Flags, Floats
from core.errors import InputError

BOOTSTRAP: Final = (
    "Both systems are scored on 1,000 datasets of the same size, drawn from the shared posts with "
    "replacement; the interval holds the middle 95 % of F1(B) − F1(A), and p is twice the share "
    "of draws that contradict the sign. A draw without any unit to find or found shows no "
    "difference."
)
MCNEMAR: Final = (
    "Of the posts that exactly one system has wholly right, how many are B's? p is the chance of a "
    "split at least as uneven if each were the toss of a fair coin (exact binomial, two-sided)."
)


@dataclass(frozen=True)
class PairedDifference:
    """How much better B is than A.

    Attributes:
        f1_a: Micro F1 of A; None: unknown, there is no unit to count.
        f1_b: Micro F1 of B, likewise.
        difference: F1(B) − F1(A); None: unknown.
        low: Lower end of its interval; None: unknown.
        high: Upper end, likewise.
        p: Two-sided, of no difference; at least 2 / (draws + 1). None: unknown.
        posts: Posts both were scored on.
        draws: Datasets drawn.
        seed: Of the draws.
    """

    f1_a: float | None
    f1_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    posts: int
    draws: int
    seed: int


@dataclass(frozen=True)
class McNemar:
    """On which posts exactly one of two systems is wholly right.

    Attributes:
        both: Posts both have right.
        only_a: Posts only A has right: broken on the way from A to B.
        only_b: Posts only B has right: fixed on the way from A to B.
        neither: Posts neither has right.
        p: Two-sided, of an even split; 1 when there is nothing to split.
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    p: float


@dataclass(frozen=True)
class SeedSummary:
    """One score over several trainings that differ in nothing but the seed.

    Attributes:
        mean: Of the scores.
        deviation: Their standard deviation (of a sample); None for a single seed.
        seeds: How many.
    """

    mean: float
    deviation: float | None
    seeds: int

    def __str__(self) -> str:
        """Return the summary in words, such as "0.853 ± 0.004 (3 seeds)"."""
        if self.deviation is None:
            return f"{self.mean:.3f} (1 seed)"
        return f"{self.mean:.3f} ± {self.deviation:.3f} ({self.seeds} seeds)"


def paired_bootstrap(
    counts_a: Floats, counts_b: Floats, *, draws: int = DRAWS, seed: int = 0
) -> PairedDifference:
    """Return F1(B) − F1(A) with its interval and p; both are drawn on the same posts.

    Args:
        counts_a: Correct, spurious and missed units of A in each post, shape (posts, 3). Several
            seeds of a system: the sum over its seeds, whose F1 pools them.
        counts_b: The same of B, post by post.
        draws: Datasets drawn.
        seed: Of the draws.

    Raises:
        InputError: There are no posts.
        ValueError: The shapes differ.
    """
    if counts_a.shape != counts_b.shape or counts_a.shape[1:] != (3,):
        raise ValueError(f"counts of the same posts needed, got {counts_a.shape}, {counts_b.shape}")
    if not len(counts_a):
        raise InputError("the two runs share no post that can be scored; choose runs that do")
    both = np.concatenate([counts_a, counts_b], axis=1).astype(np.float64)  # (posts, 6)
    a, b = (_f1(both.sum(axis=0)[part]) for part in (slice(0, 3), slice(3, 6)))
    if a is None or b is None:
        return PairedDifference(a, b, None, None, None, None, len(both), draws, seed)
    sums = resampled_sums(both, draws=draws, seed=seed)  # (draws, 6)
    drawn = rates(sums[:, 3:])[:, 2] - rates(sums[:, :3])[:, 2]  # (draws,)
    # Left out, draws that missed the few posts with a unit would let these few look certain.
    drawn = np.nan_to_num(drawn, nan=0.0)
    if len(both) < 2:  # every draw is the same
        return PairedDifference(a, b, b - a, None, None, None, len(both), draws, seed)
    against = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p = min(1.0, 2 * (against + 1) / (len(drawn) + 1))
    low, high = interval(drawn)
    return PairedDifference(a, b, b - a, low, high, p, len(both), draws, seed)


def mcnemar(right_a: Flags, right_b: Flags) -> McNemar:
    """Return how often exactly one system has a post wholly right, and how surprising the split is.

    Args:
        right_a: Whether A has each post right, shape (posts,).
        right_b: The same of B, post by post.

    Raises:
        ValueError: The shapes differ.
    """
    if right_a.shape != right_b.shape:
        raise ValueError(f"the same posts needed, got {right_a.shape}, {right_b.shape}")
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    uneven = only_a + only_b
    return McNemar(
        both=int((right_a & right_b).sum()),
        only_a=only_a,
        only_b=only_b,
        neither=int((~right_a & ~right_b).sum()),
        p=float(binomtest(only_b, uneven, 0.5).pvalue) if uneven else 1.0,
    )


def summarise_seeds(scores: Sequence[float]) -> SeedSummary:
    """Return the mean and standard deviation of one score over several seeds.

    Raises:
        InputError: There are no scores.
    """
    if not scores:
        raise InputError("there is no score to summarise; give at least one run")
    deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    return SeedSummary(float(np.mean(scores)), deviation, len(scores))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted for how many were looked at, after Holm (1979).

    The chance that any true null hypothesis falls below a threshold is at most that threshold.

    Args:
        p_values: Of all tests; None: nothing was tested.

    Returns:
        In the same order, never smaller than what was given; None where that was given.
    """
    known = np.array([p for p in p_values if p is not None], dtype=np.float64)
    order = np.argsort(known)
    steps = known[order] * np.arange(len(known), 0, -1)
    adjusted = np.empty_like(steps)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    values = iter(adjusted.tolist())
    return [None if p is None else next(values) for p in p_values]


def _f1(total: Floats) -> float | None:
    value = float(rates(total)[2])
    return None if np.isnan(value) else value
