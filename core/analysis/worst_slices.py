"""Which posts cost the most: slices of one feature or two, ranked by what they take from F1.

Ours. Every bucket of every feature, and every pair of buckets of two features, is compared with
all other posts. Its p comes from the permutation test whose question is: if this many posts were
picked at random, how often would they do so badly? The test counts a post's surplus of errors over
what F1 of all posts leaves it to expect, 2·correct − F1·(2·correct + spurious + missed), whose sum
over a random pick has a known mean (0) and variance; a normal curve stands for its distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from core.analysis.comparison import holm
from core.analysis.features import FEATURES
from core.analysis.intervals import DRAWS, rates
from core.analysis.posts import UNKNOWN, Flags, Floats, counts, scored
from core.analysis.slices import Slice, SliceScores, buckets, members, score_slices, slice_of
from core.errors import InputError

MINIMUM: Final = 30
SHOWN: Final = 20
DEFINITION: Final = (
    "Gap: F1 of all other posts − F1 of the slice. Slices are ranked by gap × share of posts. "
    "p: how often as many posts picked at random would do as badly, times the number of slices "
    "not yet ruled out (Holm), because the worst of many slices looks bad by luck alone."
)


@dataclass(frozen=True)
class RankedSlice:
    """A slice that does worse than the rest.

    Attributes:
        result: The slice with its scores.
        gap: F1 of all other posts − F1 of the slice.
        weight: gap × share of posts: what ranks it.
        p: Of the gap, one-sided, of this slice alone.
        p_adjusted: The same after Holm, for the number of slices looked at.
    """

    result: SliceScores
    gap: float
    weight: float
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class WorstSlices:
    """The slices that cost most, and how many were looked at to find them.

    Attributes:
        slices: The costliest first.
        looked_at: Slices that were large enough to be compared.
        minimum: Fewest posts that were large enough.
    """

    slices: tuple[RankedSlice, ...]
    looked_at: int
    minimum: int

    @property
    def note(self) -> str:
        """What the search means, in words."""
        return (
            f"{self.looked_at:,} slices of at least {self.minimum} posts were looked at; p is "
            "adjusted for that many (Holm). A slice found here is a guess to be tried on other "
            "posts."
        )


@dataclass(frozen=True)
class _Candidates:
    """Single slices, then all pairs of slices of two features.

    Attributes:
        singles: The single slices.
        parents: What each candidate is made of, as places in `singles`, shape (candidates, 2);
            a single slice stands there twice.
        sums: Posts, correct, spurious and missed units of each candidate, shape (candidates, 4).
    """

    singles: list[Slice]
    parents: NDArray[np.intp]
    sums: Floats

    def slice(self, place: int) -> Slice:
        """Return a candidate as a slice."""
        first, second = (int(parent) for parent in self.parents[place])
        if first == second:
            return self.singles[first]
        return slice_of(*self.singles[first].ranges, *self.singles[second].ranges)


def find_worst(
    table: pd.DataFrame,
    *,
    minimum: int = MINIMUM,
    shown: int = SHOWN,
    columns: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> WorstSlices:
    """Return the slices of one or two features that take most from F1, with adjusted p.

    A slice without any gold unit is left out: where nothing is to be found, F1 says nothing. So are
    posts of which a feature says nothing: they have nothing in common. A pair is shown only where
    it does worse than either of its two features alone.

    Args:
        table: The posts.
        minimum: Fewest posts of a slice.
        shown: Most slices returned.
        columns: Features to search; None: all that are no result of the prediction.
        draws: Of the intervals.
        seed: Of the draws.

    Raises:
        InputError: The table cannot be scored or lacks a column, no feature is named, or the
            minimum is below 2.
    """
    if minimum < 2:
        raise InputError(f"a slice of {minimum} posts shows nothing; ask for at least 2")
    found = scored(table)
    units = counts(found)
    if columns is None:
        columns = [name for name, one in FEATURES.items() if not one.is_result and name in found]
    if not columns:
        raise InputError("there is no feature to search; choose at least one")
    candidates = _candidates(found, units, columns)
    posts, gold = candidates.sums[:, 0], candidates.sums[:, 1] + candidates.sums[:, 3]
    looked_at = (posts >= minimum) & (posts <= len(found) - minimum) & (gold > 0)
    gaps, p_values = _gaps(candidates.sums, units)
    adjusted = np.ones_like(p_values)
    adjusted[looked_at] = np.array(holm(p_values[looked_at].tolist()), dtype=np.float64)
    weights = gaps * posts / len(found)
    worse = looked_at & (gaps > 0) & _adds(candidates.parents, gaps)
    order = np.argsort(-weights, kind="stable")
    chosen = order[worse[order]][:shown]
    results = score_slices(
        found, [candidates.slice(place) for place in chosen.tolist()], draws=draws, seed=seed
    )
    numbers = np.stack([gaps, weights, p_values, adjusted], axis=1)[chosen].tolist()
    ranked = (RankedSlice(one, *row) for one, row in zip(results, numbers, strict=True))
    return WorstSlices(tuple(ranked), int(looked_at.sum()), minimum)


def _candidates(table: pd.DataFrame, units: Floats, columns: Sequence[str]) -> _Candidates:
    by_column = [
        [one for one in buckets(table, column) if one.ranges[0].value != UNKNOWN]
        for column in columns
    ]
    singles = [one for group in by_column for one in group]
    feature = np.repeat(np.arange(len(by_column)), [len(group) for group in by_column])  # (S,)
    flags = [members(table, one) for one in singles]
    inside = np.array(flags, dtype=float).reshape(len(singles), len(table)).T  # (posts, S)
    weighed = np.concatenate([np.ones((len(units), 1)), units], axis=1)  # (posts, 4)
    shared = np.stack([inside.T @ (inside * w[:, None]) for w in weighed.T], axis=-1)  # (S, S, 4)
    first, second = np.triu_indices(len(singles))
    kept = (first == second) | (feature[first] != feature[second])
    parents = np.stack([first[kept], second[kept]], axis=1)
    return _Candidates(singles, parents, shared[parents[:, 0], parents[:, 1]])


def _gaps(sums: Floats, units: Floats) -> tuple[Floats, Floats]:
    """Return F1 of the other posts − F1 of each slice, and its one-sided p; both (slices,)."""
    total = units.sum(axis=0)  # (3,)
    gaps = np.nan_to_num(rates(total - sums[:, 1:])[:, 2] - rates(sums[:, 1:])[:, 2])
    surplus = np.array([2 * (1 - rates(total)[2]), -rates(total)[2], -rates(total)[2]])  # (3,)
    posts, inside = len(units), sums[:, 0]
    spread = np.var(units @ surplus, ddof=1)
    variance = spread * inside * (posts - inside) / posts
    score = sums[:, 1:] @ surplus / np.sqrt(np.maximum(variance, np.finfo(float).tiny))
    return gaps, np.asarray(norm.cdf(score), dtype=np.float64)


def _adds(parents: NDArray[np.intp], gaps: Floats) -> Flags:
    """Return which candidates do worse than both their parents; single slices always count."""
    single = parents[:, 0] == parents[:, 1]
    alone = np.full(int(parents.max(initial=0)) + 1, np.inf)
    alone[parents[single, 0]] = gaps[single]
    return np.asarray(single | (gaps > alone[parents].max(axis=1)), dtype=bool)
