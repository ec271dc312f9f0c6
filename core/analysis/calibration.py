"""Whether the model knows when it is wrong: its confidence against how often it is right."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from core.analysis.intervals import LEVEL, rates
from core.analysis.posts import Flags, Floats, counts, equals, numbers, scored
from core.errors import InputError

BINS: Final = 10
RELIABILITY: Final = (
    "Predicted units are put into ten bins by their score. In a calibrated model as many of a bin "
    "are right as its mean score says. Expected calibration error: the mean distance of the two, "
    "each bin weighed by its units."
)
RISK: Final = (
    "Posts are rejected from the lowest score up. Coverage is the share of posts kept, risk is "
    "1 − F1 of those. A score that tells good posts from bad lowers the risk as coverage falls; "
    "rejecting at random leaves it as it is."
)


@dataclass(frozen=True)
class Bin:
    """Predicted units whose scores lie close together.

    Attributes:
        low: Smallest score that belongs here.
        high: First score that does not; the last bin holds 1 too.
        units: How many lie here.
        score: Mean score; None when the bin is empty.
        right: Share that is right, likewise.
        right_low: Lower end of its 95 % interval (Wilson), likewise.
        right_high: Upper end, likewise.
    """

    low: float
    high: float
    units: int
    score: float | None = None
    right: float | None = None
    right_low: float | None = None
    right_high: float | None = None


@dataclass(frozen=True)
class Reliability:
    """Scores of predicted units against how often they are right.

    Attributes:
        bins: Of equal width, from 0 to 1.
        error: Expected calibration error.
        units: Predicted units with a score.
    """

    bins: tuple[Bin, ...]
    error: float
    units: int


@dataclass(frozen=True)
class RiskCoverage:
    """What is left wrong when posts with a low score are rejected.

    Attributes:
        by: Column of the score.
        curve: Columns threshold (posts with at least this score are kept), posts, coverage, risk;
            from the strictest threshold to none.
        area: Mean risk over the coverages of the curve; less is better.
        risk: Of all posts with a score: the area that rejecting at random has.
        unknown: Posts without a score; they take no part.
    """

    by: str
    curve: pd.DataFrame
    area: float
    risk: float
    unknown: int


def reliability(units: pd.DataFrame, *, kind: str | None = None, bins: int = BINS) -> Reliability:
    """Return the bins of a reliability plot and the expected calibration error.

    Args:
        units: Units table; units that nobody predicted, or without a score, are left out.
        kind: "entity", "relation" or "label"; None: all units.
        bins: How many.

    Raises:
        InputError: No predicted unit has a score.
    """
    scores = numbers(units, "score")
    kept = units["predicted"].notna().to_numpy(dtype=bool) & ~np.isnan(scores)
    if kind is not None:
        kept &= equals(units["kind"], kind)
    if not kept.any():
        raise InputError(
            "no predicted unit of these posts has a score, so there is nothing to calibrate; "
            "choose posts with predictions and gold answers"
        )
    right, scores = equals(units["error"], "correct")[kept], scores[kept]
    places = np.minimum((scores * bins).astype(int), bins - 1)
    made = tuple(
        _bin(place / bins, (place + 1) / bins, scores[places == place], right[places == place])
        for place in range(bins)
    )
    error = sum(
        one.units * abs(one.score - one.right)
        for one in made
        if one.score is not None and one.right is not None
    )
    return Reliability(made, error / len(scores), len(scores))


def risk_coverage(table: pd.DataFrame, by: str) -> RiskCoverage:
    """Return how much is wrong among the posts kept, for every threshold of a score.

    Args:
        table: The posts; those without gold answers are left out.
        by: Column of the score, such as "margin_text" or "confidence"; more is better.

    Raises:
        InputError: The table cannot be scored, or no scored post with a unit has this score.
    """
    found = scored(table)
    scores, units = numbers(found, by), counts(found)
    known = ~np.isnan(scores)
    thresholds, posts, sums = _kept(scores[known], units[known])
    risk = 1 - rates(sums)[:, 2]  # (thresholds,)
    defined = ~np.isnan(risk)
    if not defined.any():
        raise InputError(f"none of these posts has both units and {by}; reject by another score")
    curve = pd.DataFrame(
        {
            "threshold": thresholds,
            "posts": posts,
            "coverage": posts / int(known.sum()),
            "risk": risk,
        }
    )[defined].reset_index(drop=True)
    # Each threshold's risk stands for the posts that it adds to those of the stricter one.
    added = np.diff(curve["posts"].to_numpy(), prepend=0)
    area = float(np.average(curve["risk"].to_numpy(), weights=added))
    return RiskCoverage(by, curve, area, float(risk[-1]), int((~known).sum()))


def _bin(low: float, high: float, scores: Floats, right: Flags) -> Bin:
    if not len(scores):
        return Bin(low, high, 0)
    hits = int(right.sum())
    ends = binomtest(hits, len(scores)).proportion_ci(LEVEL, method="wilson")
    return Bin(
        low,
        high,
        len(scores),
        score=float(scores.mean()),
        right=hits / len(scores),
        right_low=float(ends.low),
        right_high=float(ends.high),
    )


def _kept(scores: Floats, units: Floats) -> tuple[Floats, Floats, Floats]:
    """Return thresholds from the strictest, posts kept by each, and the sums of their counts."""
    order = np.argsort(-scores, kind="stable")
    scores, sums = scores[order], np.cumsum(units[order], axis=0)
    last = np.append(scores[1:] != scores[:-1], True)[: len(scores)]  # equal scores go together
    places = np.flatnonzero(last)
    return scores[places], (places + 1).astype(np.float64), sums[places]
