"""Which posts are listed, and in what order: the selection, narrowed by facets and words."""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.errors.runs import Run
from dashboard.errors.search import search
from dashboard.errors.selection import Selection
from dashboard.errors.settings import Order, Settings

Facet = Literal["outcome", "effect", "verdict"]
FACETS: dict[Facet, tuple[str, ...]] = {
    "outcome": ("right", "partly", "wrong", "empty", "no gold"),
    "effect": ("helped", "no change", "hurt", "unknown"),
    "verdict": ("aligned", "uncertain", "misaligned", "unknown"),
}
_SORTED_BY: dict[Order, str] = {
    "confidence": "confidence",
    "misaligned": "margin_text",
    "gate": "gate_text",
    "id": "id",
}


class Listing(NamedTuple):
    """Posts in their order.

    Attributes:
        rows: Their places in the run.
        instead: What was looked for instead of words that occur nowhere, "" when all occur.
    """

    rows: NDArray[np.intp]
    instead: str


def listing(run: Run, selected: Selection, settings: Settings) -> Listing:
    """Return the posts of a selection that the facets and the search leave, in the order asked for.

    Args:
        run: That is open.
        selected: Whose posts are listed.
        settings: With facets, words to search for, and order.
    """
    keep = _kept(run, selected, settings)
    order = selected.rows if settings.order == "given" else sorted_rows(run, settings.order)
    return Listing(order[keep[order]], search(run, settings.search).instead)


def facet_counts(run: Run, selected: Selection, settings: Settings, facet: Facet) -> dict[str, int]:
    """Return how many posts each value of a facet would list, of the values that the run has.

    The search and the other facets count, its own choice does not: it is what may be changed.
    """
    counts = run.table[facet][_kept(run, selected, settings, aside=facet)].value_counts()
    there = set(run.table[facet].unique())
    return {value: int(counts.get(value, 0)) for value in FACETS[facet] if value in there}


def _kept(
    run: Run, selected: Selection, settings: Settings, *, aside: Facet | None = None
) -> NDArray[np.bool_]:
    """Return which posts the search and the facets, but for the one left aside, keep."""
    keep = selected.chosen & search(run, settings.search).matches
    wanted = (settings.outcomes, settings.effects, settings.verdicts)
    for facet, values in zip(FACETS, wanted, strict=True):
        kept = np.asarray(run.table[facet].isin(values), bool)
        # A value that the whole run lacks is not offered, so nobody could take it away.
        if facet != aside and kept.any():
            keep = keep & kept
    return keep


@lru_cache(maxsize=16)
def sorted_rows(run: Run, order: Order) -> NDArray[np.intp]:
    """Return the places of all posts, smallest first; posts without a value come last."""
    column = run.table[_SORTED_BY[order]].reset_index(drop=True)
    return column.sort_values(kind="stable").index.to_numpy(np.intp)
