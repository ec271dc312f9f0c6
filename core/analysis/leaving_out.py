"""What if contexts that fit badly had been left out?

Every post was read with its contexts and without. So the score is known, with nothing computed
anew, of a reader who takes a post's contexts only where a measure of them reaches a threshold.
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from core.analysis.context_quality import comparable
from core.analysis.features import FEATURES
from core.analysis.intervals import DRAWS, interval, rates, resampled_sums
from core.analysis.posts import Flags, Floats, counts, numbers
from core.errors import InputError
from core.records import Frozen

End = Literal["lowest", "highest"]
DEFINITION: Final = (
    "Posts lose their contexts one after the other, by a measure of them. The best place to stop "
    "is found on the very posts it is scored on and looks better than it is; so it is also looked "
    "for on random halves of the posts and scored on the other halves."
)
_CUTS: Final = 20


class Cut(Frozen):
    """A reader who leaves out the contexts of some posts, against one who takes them all."""

    left_out: int = Field(description="posts read without contexts")
    last: float | None = Field(description="the measure of the last of them; None: there is none")
    f1: float
    difference: float = Field(description="F1 − F1 with all contexts")
    low: float
    high: float


class LeavingOut(Frozen):
    """What leaving out contexts by one measure would have done."""

    column: str
    label: str
    end: End = Field(description="of the measure whose posts lose their contexts first")
    posts: int
    unknown: int = Field(description="posts without the measure, which keep their contexts")
    cuts: tuple[Cut, ...] = Field(description="from no post to every post that has the measure")
    best: int = Field(description="the cut of the best F1; of equals, that with the fewest posts")
    held_out: float | None = Field(
        description="mean gain of the best cut on posts it was not found on; None: too few units"
    )
    held_out_low: float | None = Field(description="the middle 95 % of the halves")
    held_out_high: float | None


def leaving_out(
    table: pd.DataFrame, column: str, end: End = "lowest", *, draws: int = DRAWS, seed: int = 0
) -> LeavingOut:
    """Return how F1 changes as more and more posts are read without their contexts.

    Args:
        table: The posts; those that tell nothing of what contexts do are left out.
        column: Of the measure, such as "margin_text".
        end: Which of its posts lose their contexts first.
        draws: Datasets drawn for the intervals, and halves.
        seed: Of both.

    Raises:
        InputError: No post tells what its contexts did, there is nothing to score, or the measure
            is unknown or the same everywhere.
    """
    found, _ = comparable(table)
    measure = numbers(found, column)
    rising = measure if end == "lowest" else -measure
    borders = _borders(rising, FEATURES[column].label)  # (cuts,)
    is_out = rising[:, None] < borders  # (posts, cuts)
    without, with_all = counts(found, prefix="bare_"), counts(found)
    units = np.where(is_out[:, :, None], without[:, None], with_all[:, None])  # (posts, cuts, 3)
    f1 = _f1(units.sum(axis=0))
    if np.isnan(f1).any():
        raise InputError("these posts have no unit, marked or predicted, that could be scored")
    best = int(f1.argmax())
    held_out = _held_out(units, draws=draws, seed=seed)
    is_known = not np.isnan(held_out).all()
    low, high = interval(held_out) if is_known else (None, None)
    return LeavingOut(
        column=column,
        label=FEATURES[column].label,
        end=end,
        posts=len(found),
        unknown=int(np.isnan(measure).sum()),
        cuts=_cuts(is_out, rising, end, f1, _drawn(units, draws=draws, seed=seed)),
        best=best,
        held_out=float(np.nanmean(held_out)) if is_known else None,
        held_out_low=low,
        held_out_high=high,
    )


def _borders(rising: Floats, label: str) -> Floats:
    """Return borders with, as far as ties allow, equally many posts between them."""
    known = np.sort(rising[~np.isnan(rising)])
    if not len(known) or known[0] == known[-1]:
        raise InputError(f"{label} is the same for all posts that have it; choose another measure")
    places = len(known) * np.arange(1, _CUTS) // _CUTS
    inner = np.unique(known[places])
    return np.concatenate([[-np.inf], inner[inner > known[0]], [np.inf]])


def _cuts(is_out: Flags, rising: Floats, end: End, f1: Floats, drawn: Floats) -> tuple[Cut, ...]:
    sign = 1.0 if end == "lowest" else -1.0
    made = []
    for place, value in enumerate(f1):
        out = is_out[:, place]
        low, high = interval(drawn[:, place])
        made.append(
            Cut(
                left_out=int(out.sum()),
                last=sign * float(rising[out].max()) if out.any() else None,
                f1=float(value),
                difference=float(value - f1[0]),
                low=low,
                high=high,
            )
        )
    return tuple(made)


def _drawn(units: Floats, *, draws: int, seed: int) -> Floats:
    """Return F1 less that with all contexts in datasets drawn from the posts, (draws, cuts)."""
    flat = units.reshape(len(units), -1)
    sums = resampled_sums(flat, draws=draws, seed=seed).reshape(draws, *units.shape[1:])
    f1 = _f1(sums)
    return f1 - f1[:, :1]


def _held_out(units: Floats, *, draws: int, seed: int) -> Floats:
    """Return the gain, on the other half, of what is best on a random half of the posts, (draws,).

    NaN where a half has no unit, to choose by or to score.
    """
    halves = np.random.default_rng(seed).random((draws, len(units))) < 0.5  # (draws, posts)
    chosen = np.einsum("dp,pcu->dcu", halves.astype(np.float64), units, optimize=True)
    here, there = _f1(chosen), _f1(units.sum(axis=0) - chosen)  # (draws, cuts)
    best = np.where(np.isnan(here), -1.0, here).argmax(axis=1)
    gain: Floats = np.take_along_axis(there, best[:, None], axis=1)[:, 0] - there[:, 0]
    gain[np.isnan(here).all(axis=1)] = np.nan
    return gain


def _f1(units: Floats) -> Floats:
    return rates(units)[..., 2]
