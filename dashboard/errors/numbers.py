"""What the error page computes: asked of `core.analysis`, once for each run and selection.

The analysis loads slowly, so it is imported when the first number is asked for.
"""

import contextlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import InputError
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, Thresholds

if TYPE_CHECKING:
    import pandas as pd

    from core.analysis.calibration import Reliability, RiskCoverage
    from core.analysis.comparison import PairedDifference
    from core.analysis.confusion import Confusion
    from core.analysis.context_quality import ContextQuality, Third
    from core.analysis.features import Feature
    from core.analysis.intervals import Scores
    from core.analysis.leaving_out import End, LeavingOut
    from core.analysis.misalignment import MisalignedShare
    from core.analysis.slices import SliceScores
    from core.analysis.worst_slices import WorstSlices

PAGE_DRAWS = 400  # datasets drawn where many intervals are shown at once


@lru_cache(maxsize=64)
def scores(run: Run, selected: Selection, *, without_contexts: bool = False) -> "Scores | None":
    """Return precision, recall and F1 of a selection; None where no post of it has gold.

    Args:
        run: That is open.
        selected: Whose posts count.
        without_contexts: Of what is predicted when no context is given.
    """
    from core.analysis.intervals import micro_scores

    table = run.table[selected.chosen & run.scored(without_contexts=without_contexts)]
    if table.empty:
        return None
    return micro_scores(table, prefix="bare_" if without_contexts else "")


@lru_cache(maxsize=64)
def scores_by_type(run: Run, selected: Selection) -> "tuple[Scores, ...]":
    """Return the scores of each type, most frequent first; nothing without gold."""
    from core.analysis.intervals import scores_by_type as by_type

    table = run.table[selected.chosen & run.scored()]
    if table.empty:
        return ()
    found = by_type(table, run.units, draws=PAGE_DRAWS)
    return tuple(sorted(found, key=lambda one: (one.kind, -one.support, one.name)))


def counts(run: Run, column: str, selections: Sequence[Selection]) -> dict[str, tuple[int, ...]]:
    """Return how many posts of each selection have each value of a column."""
    found = [run.table[column][one.chosen].value_counts() for one in selections]
    values = dict.fromkeys(str(value) for one in found for value in one.index)
    return {value: tuple(int(one.get(value, 0)) for one in found) for value in values}


def features() -> "dict[str, Feature]":
    """Return what posts can be sliced by, by column."""
    from core.analysis.features import FEATURES

    return dict(FEATURES)


@lru_cache(maxsize=64)
def slices(run: Run, feature: str) -> "tuple[SliceScores, ...]":
    """Return the buckets of a feature with their scores.

    Raises:
        InputError: There is no gold, or posts are not sliced by this.
    """
    from core.analysis.slices import buckets, score_slices

    return tuple(score_slices(run.typed_table, buckets(run.typed_table, feature)))


@lru_cache(maxsize=8)
def worst(run: Run) -> "WorstSlices":
    """Return the slices that cost most.

    Raises:
        InputError: There is no gold.
    """
    from core.analysis.worst_slices import find_worst

    return find_worst(run.table, draws=PAGE_DRAWS)


def slice_link(found: "SliceScores") -> str:
    """Return what selects the posts of a slice."""
    from core.analysis.slice_links import slice_to_link

    return slice_to_link(found.slice)


@lru_cache(maxsize=32)
def context_quality(run: Run, selected: Selection) -> "ContextQuality":
    """Return which kind of context helps the posts of a selection.

    Raises:
        InputError: No post of it tells what its contexts did.
    """
    from core.analysis.context_quality import context_quality as quality

    return quality(run.table[selected.chosen], draws=PAGE_DRAWS)


@lru_cache(maxsize=32)
def leaving_out(run: Run, selected: Selection, column: str, end: "End") -> "LeavingOut":
    """Return what leaving out contexts by one measure would have done to a selection.

    Raises:
        InputError: No post of it tells what its contexts did, or the measure cannot be cut.
    """
    from core.analysis.leaving_out import leaving_out as leave_out

    return leave_out(run.table[selected.chosen], column, end, draws=PAGE_DRAWS)


def third_link(found: "Third") -> str:
    """Return what selects the posts of a third by a measure of contexts."""
    from core.analysis.slice_links import slice_to_link
    from core.analysis.slices import slice_of

    return slice_to_link(slice_of(found.range))


@lru_cache(maxsize=64)
def quadrants(run: Run, thresholds: Thresholds) -> "pd.DataFrame":
    """Return what is in each part of the misalignment map, one row a part."""
    from core.analysis.misalignment import quadrant_table

    text, image = thresholds
    return quadrant_table(run.table, text_threshold=text, image_threshold=image, draws=PAGE_DRAWS)


@lru_cache(maxsize=64)
def misaligned(run: Run, selected: Selection) -> "MisalignedShare":
    """Return the share of a selection whose context is misaligned, with its interval."""
    from core.analysis.misalignment import misaligned_share

    return misaligned_share(run.table[selected.chosen])


@lru_cache(maxsize=64)
def gain(run: Run, selected: Selection) -> "PairedDifference | None":
    """Return F1 with contexts minus F1 without; None where it cannot be known."""
    from core.analysis.effects import context_gain

    table = run.table[selected.chosen & run.scored() & run.scored(without_contexts=True)]
    return None if table.empty else context_gain(table)


def kinds(run: Run) -> tuple[str, ...]:
    """Return what kinds of units people and the model name in a run."""
    there = {str(kind) for kind in run.units["kind"].unique()}
    return tuple(kind for kind in ("entity", "relation", "label") if kind in there)


@lru_cache(maxsize=64)
def confusion(run: Run, selected: Selection, kind: str) -> "Confusion":
    """Return what is taken for what in a selection.

    Raises:
        InputError: There is no unit of this kind.
    """
    from core.analysis.confusion import confusion as matrix

    return matrix(units_of(run, selected), kind)


@lru_cache(maxsize=16)
def units_of(run: Run, selected: Selection) -> "pd.DataFrame":
    """Return the units of a selection, one a row."""
    return run.units[selected.chosen[run.units["row"]]]


@lru_cache(maxsize=32)
def reliability(run: Run, selected: Selection, kind: str) -> "Reliability":
    """Return whether confidence can be believed in a selection.

    Raises:
        InputError: No predicted unit has a score.
    """
    from core.analysis.calibration import reliability as bins

    return bins(units_of(run, selected), kind=kind)


@lru_cache(maxsize=64)
def risk_coverage(run: Run, selected: Selection, by: str) -> "RiskCoverage | None":
    """Return what is left wrong when posts are rejected by a score; None where none has it."""
    from core.analysis.calibration import risk_coverage as curve

    with contextlib.suppress(InputError):
        return curve(run.table[selected.chosen], by)
    return None
