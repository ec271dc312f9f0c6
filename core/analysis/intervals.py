"""Precision, recall, F1 and means, each with an interval that says how far to trust it.

Ours: percentile bootstrap over posts. A dataset of the same size is drawn from the posts, with
replacement, a thousand times; the interval is what the middle 95 % of the draws give. Posts are
drawn whole because the units of a post are not independent of one another.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.analysis.posts import Floats, counts, scored, type_counts

DRAWS: Final = 1000
LEVEL: Final = 0.95
OVERALL: Final = "overall"
DEFINITION: Final = (
    "Precision is the share of predicted units that are right, recall the share of gold units "
    "that were found, F1 = 2 · correct / (2 · correct + spurious + missed). The interval holds "
    "the middle 95 % of 1,000 datasets of the same size, drawn from these posts with replacement."
)
# Up to so many times fewer distinct rows than posts, drawing how often each row occurs is faster
# than drawing the posts.
_GROUPING_PAYS = 4


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: None when it is unknown, as the F1 of posts without any unit is.
        low: Lower end of the interval; None when it is unknown, as for a single post.
        high: Upper end, likewise.
        posts: How many posts it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    posts: int

    def __str__(self) -> str:
        """Return the number in words, such as "0.842 (0.820 to 0.861)"."""
        if self.value is None:
            return "unknown"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (interval unknown)"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Scores:
    """How well the units of one type, or all units, were found.

    Attributes:
        kind: "entity", "relation" or "label"; "" for all units together.
        name: The type, or "overall".
        precision: Share of predicted units that are right; 0 when nothing was predicted.
        recall: Share of gold units that were found; 0 when there are none.
        f1: Harmonic mean of the two.
        correct: Units found.
        spurious: Units predicted that are not right.
        missed: Gold units that were not found.
    """

    kind: str
    name: str
    precision: Estimate
    recall: Estimate
    f1: Estimate
    correct: int
    spurious: int
    missed: int

    @property
    def support(self) -> int:
        """Number of gold units."""
        return self.correct + self.missed


def micro_scores(
    table: pd.DataFrame, *, prefix: str = "", draws: int = DRAWS, seed: int = 0
) -> Scores:
    """Score all units of the posts with gold answers, with intervals.

    Args:
        table: The posts.
        prefix: "bare_" scores what was predicted without contexts.
        draws: Datasets drawn.
        seed: Of the draws.

    Raises:
        InputError: The table is empty, holds several tasks, or has nothing to score.
    """
    found = counts(scored(table), prefix=prefix)
    return score_counts(found, name=OVERALL, draws=draws, seed=seed)


def scores_by_type(
    table: pd.DataFrame, units: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0
) -> list[Scores]:
    """Score the units of each type by itself, the posts with gold answers drawn whole.

    Raises:
        InputError: The table is empty, holds several tasks, or has nothing to score.
    """
    return [
        score_counts(found, kind=kind, name=name, draws=draws, seed=seed)
        for (kind, name), found in type_counts(units, scored(table).index).items()
    ]


def score_counts(
    found: Floats, *, name: str, kind: str = "", draws: int = DRAWS, seed: int = 0
) -> Scores:
    """Score posts by what was counted in them.

    Args:
        found: Correct, spurious and missed units, shape (posts, 3).
        name: What the score is called.
        kind: Of the units.
        draws: Datasets drawn.
        seed: Of the draws.
    """
    values = rates(found.sum(axis=0))  # (3,)
    drawn = rates(resampled_sums(found, draws=draws, seed=seed))  # (draws, 3)
    precision, recall, f1 = (
        _estimate(float(value), column, posts=len(found))
        for value, column in zip(values, drawn.T, strict=True)
    )
    correct, spurious, missed = (int(total) for total in found.sum(axis=0))
    return Scores(kind, name, precision, recall, f1, correct, spurious, missed)


def mean(values: Floats, *, draws: int = DRAWS, seed: int = 0) -> Estimate:
    """Return the mean of one value a post, with its interval; posts without a value are left out.

    Args:
        values: Shape (posts,), NaN where a post has none.
        draws: Datasets drawn.
        seed: Of the draws.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Estimate(None, None, None, posts=0)
    sums = resampled_sums(known[:, None], draws=draws, seed=seed)[:, 0]
    return _estimate(float(known.mean()), sums / len(known), posts=len(known))


def rates(found: Floats) -> Floats:
    """Return precision, recall and F1 of counts: shape (..., 3) to (..., 3), NaN without any unit.

    A share of nothing is 0, as in the reports of `core/evaluation`, while there is any unit at all.
    """
    correct, spurious, missed = np.moveaxis(found, -1, 0)
    units = correct + spurious + missed
    denominators = np.stack([correct + spurious, correct + missed, units + correct], axis=-1)
    numerators = np.stack([correct, correct, 2 * correct], axis=-1)
    shares: Floats = np.zeros_like(numerators)
    np.divide(numerators, denominators, out=shares, where=denominators > 0)
    shares[units == 0] = np.nan
    return shares


def resampled_sums(values: Floats, *, draws: int, seed: int) -> Floats:
    """Return the column sums of datasets drawn from the posts with replacement.

    Posts with equal rows need not be told apart: how often their row is drawn is multinomial.

    Args:
        values: One row a post, shape (posts, k).
        draws: Datasets drawn, each of as many posts.
        seed: Of the draws.

    Returns:
        Shape (draws, k).
    """
    generator = np.random.default_rng(seed)
    posts = len(values)
    if not posts:
        return np.zeros((draws, values.shape[1]))
    frame = pd.DataFrame(values)
    sizes = frame.groupby(list(frame.columns)).size()  # sorted: the order of posts changes nothing
    if _GROUPING_PAYS * len(sizes) <= posts:
        rows = sizes.index.to_frame().to_numpy()  # (rows, k)
        weights = generator.multinomial(posts, sizes.to_numpy() / posts, size=draws)
        return np.asarray(weights.astype(np.float64) @ rows, dtype=np.float64)
    sums = np.empty((draws, values.shape[1]))
    for draw in range(draws):
        weights = np.bincount(generator.integers(posts, size=posts), minlength=posts)  # (posts,)
        sums[draw] = weights @ values
    return sums


def interval(drawn: Floats) -> tuple[float, float]:
    """Return the ends of the middle 95 % of the draws; draws without a value are left out."""
    low, high = np.quantile(drawn[~np.isnan(drawn)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _estimate(value: float, drawn: Floats, *, posts: int) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None, posts)
    if posts < 2:
        return Estimate(value, None, None, posts)
    return Estimate(value, *interval(drawn), posts)
