"""Which kind of context helps? What contexts are like, against what they did to each post.

The change of a post is how many units its contexts repaired: units spurious or missed without
contexts, less those with them. Every measure is correlated with it, over the posts where both are
known, and cut into thirds.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from pydantic import Field

from core.analysis.comparison import PairedDifference, holm
from core.analysis.effects import context_gain
from core.analysis.features import FEATURES
from core.analysis.intervals import DRAWS, Estimate, mean, rates
from core.analysis.posts import Floats, counts, errors, numbers, the_task
from core.analysis.rank_correlation import MINIMUM, RankCorrelation, rank_correlations
from core.analysis.slices import Range, members, slice_of
from core.errors import InputError
from core.records import Frozen

MEASURES: Final = (
    "contexts",
    "context_words",
    "specificity",
    "name_overlap",
    "copy_rate",
    "made_up",
    "left_out",
    "agreement",
    "log_likelihood",
    "phi_text",
    "margin_text",
    "gate_text",
    "phi_image",
    "margin_image",
    "gate_image",
)
DEFINITION: Final = (
    "Spearman's ρ asks whether posts with more of a measure gained more from their contexts: above "
    "0 they did, below 0 they gained less. What a post gained is its units spurious or missed "
    "without contexts, less those with them."
)
_SMALLEST_PART = 1 / 6  # of the posts: half a third


class LeftOut(Frozen):
    """Posts that say nothing of what contexts do, each counted once, and why."""

    without_gold: int
    without_contexts: int
    not_asked: int = Field(description="what is predicted without contexts is unknown")
    not_shared: int = Field(0, description="another run beside this one does not have them")

    def __str__(self) -> str:
        """Return the counts in words, "" when no post is left out."""
        parts = {
            "without gold answers": self.without_gold,
            "without contexts": self.without_contexts,
            "not predicted without contexts": self.not_asked,
            "not in every run": self.not_shared,
        }
        return ", ".join(f"{count:,} {why}" for why, count in parts.items() if count)


class Third(Frozen):
    """About a third of the posts, by one measure; fewer and larger parts where many are equal."""

    range: Range
    posts: int
    change: float = Field(description="mean of units repaired")
    f1_without: float | None = Field(description="None: there is no unit to count")
    f1_with: float | None
    gain: float | None = Field(description="F1 with contexts − F1 without")


class Association(Frozen):
    """One measure of the contexts, against how many units they repaired."""

    column: str
    label: str
    mean: float | None = Field(description="None: no post has it")
    rho: Estimate
    p: float | None = Field(description="two-sided, by permutation")
    p_adjusted: float | None = Field(description="after Holm, for the measures with a p")
    note: str = Field(description='why ρ is unknown; "" when it is known')
    thirds: tuple[Third, ...] = Field(description="from the least of the measure to the most")


class ContextQuality(Frozen):
    """Which kind of context helps, over the posts of one table."""

    posts: int
    left_out: LeftOut
    change: Estimate = Field(description="mean of units repaired in a post")
    gain: PairedDifference = Field(description="of F1: without contexts (A), with them (B)")
    associations: tuple[Association, ...] = Field(description="one a measure, as in `MEASURES`")

    @property
    def note(self) -> str:
        """What the search means, in words."""
        known = sum(one.p is not None for one in self.associations)
        return (
            f"{known} measures were looked at; p is adjusted for that many (Holm). An association "
            "is no cause: posts that need help may get other contexts."
        )


def comparable(table: pd.DataFrame) -> tuple[pd.DataFrame, LeftOut]:
    """Return the posts with contexts, gold and a prediction without contexts, and the others.

    Raises:
        InputError: The table is empty, holds several tasks, or no post is left.
    """
    the_task(table)
    no_gold = ~table["has_gold"].to_numpy(dtype=bool) | np.isnan(errors(table))
    no_contexts = ~no_gold & (numbers(table, "contexts") == 0)
    not_asked = ~no_gold & ~no_contexts & np.isnan(errors(table, prefix="bare_"))
    left_out = LeftOut(
        without_gold=int(no_gold.sum()),
        without_contexts=int(no_contexts.sum()),
        not_asked=int(not_asked.sum()),
    )
    found = table[~(no_gold | no_contexts | not_asked)]
    if found.empty:
        raise InputError(
            f"no post tells what its contexts did ({left_out}); annotate posts that have "
            "contexts and gold answers"
        )
    return found, left_out


def context_quality(table: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> ContextQuality:
    """Return how each measure of the contexts goes with what they did to the posts.

    Args:
        table: The posts; those that tell nothing are left out and counted.
        draws: Datasets drawn, and permutations.
        seed: Of both.

    Raises:
        InputError: The table is empty, holds several tasks, or no post tells anything.
    """
    found, left_out = comparable(table)
    units = np.concatenate([counts(found, prefix="bare_"), counts(found)], axis=1)  # (posts, 6)
    change = _errors(units[:, :3]) - _errors(units[:, 3:])  # (posts,)
    measures = np.stack([numbers(found, column) for column in MEASURES], axis=1)  # (posts, m)
    correlations = rank_correlations(measures, change, draws=draws, seed=seed)
    adjusted = holm([one.p for one in correlations])
    read = found[list(MEASURES)]
    return ContextQuality(
        posts=len(found),
        left_out=left_out,
        change=mean(change, draws=draws, seed=seed),
        gain=context_gain(found, draws=draws, seed=seed),
        associations=tuple(
            _association(read, column, units, one, p)
            for column, one, p in zip(MEASURES, correlations, adjusted, strict=True)
        ),
    )


def _association(
    table: pd.DataFrame,
    column: str,
    units: Floats,
    found: RankCorrelation,
    p_adjusted: float | None,
) -> Association:
    values = numbers(table, column)
    known = values[~np.isnan(values)]
    return Association(
        column=column,
        label=FEATURES[column].label,
        mean=float(known.mean()) if len(known) else None,
        rho=found.rho,
        p=found.p,
        p_adjusted=p_adjusted,
        note="" if found.rho.value is not None else _why_unknown(known),
        thirds=tuple(
            _third(part, units[members(table, slice_of(part))]) for part in _thirds(column, known)
        ),
    )


def _why_unknown(known: Floats) -> str:
    if not len(known):
        return "no post has it"
    if len(known) < MINIMUM:
        return f"only {len(known)} posts have it, at least {MINIMUM} are needed"
    if known.min() == known.max():
        return f"it is the same for all {len(known):,} posts"
    return f"the contexts did the same to all {len(known):,} posts"


def _thirds(column: str, known: Floats) -> list[Range]:
    """Return the ranges of a measure, cut between unlike posts, as near to thirds as ties allow."""
    levels, sizes = np.unique(known, return_counts=True)
    below = np.cumsum(sizes)[:-1] / len(known)  # share of the posts below each level but the first
    borders, last = [], 0.0
    for share in (1 / 3, 2 / 3) if len(known) >= MINIMUM and len(below) else ():
        place = int(np.abs(below - share).argmin())
        if min(below[place] - last, 1 - below[place]) >= _SMALLEST_PART:
            borders.append(_border(float(levels[place]), float(levels[place + 1])))
            last = below[place]
    ends = [None, *borders, None] if borders else []
    return [Range(column=column, low=low, high=high) for low, high in pairwise(ends)]


def _border(below: float, level: float) -> float:
    """Return the shortest number above one level and up to the next: people have to read it."""
    rounded = (float(f"{level:.{digits}g}") for digits in range(2, 18))
    return next(number for number in rounded if below < number <= level)


def _third(part: Range, units: Floats) -> Third:
    total = units.sum(axis=0)  # (6,)
    without, with_all = (_f1(own) for own in (total[:3], total[3:]))
    return Third(
        range=part,
        posts=len(units),
        change=float(_errors(total[:3]) - _errors(total[3:])) / len(units),
        f1_without=without,
        f1_with=with_all,
        gain=None if without is None or with_all is None else with_all - without,
    )


def _errors(found: Floats) -> Floats:
    """Return spurious and missed units together: shape (..., 3) to (...,)."""
    return np.asarray(found[..., 1:].sum(axis=-1))


def _f1(total: Floats) -> float | None:
    value = float(rates(total)[2])
    return None if np.isnan(value) else value
