"""Where values, gates and predictions contradict one another: three lists of what to repair."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.analysis.posts import Flags, Floats, equals, errors, numbers
from core.records import Side

_TOP: Final = 0.75  # quantile that counts as high when nothing else is asked for
_SIDES: Final[dict[Side, str]] = {"text": "sentence", "image": "photo"}


@dataclass(frozen=True)
class Disagreement:
    """Posts that contradict themselves in one way.

    Attributes:
        name: Of the list.
        definition: Which posts are in it and how they are ordered, in words and numbers.
        rows: Their rows in the table, the worst first.
    """

    name: str
    definition: str
    rows: list[int]


def trusted_without_value(
    table: pd.DataFrame, side: Side = "text", *, let_in: float | None = None
) -> Disagreement:
    """Return posts whose gate lets the contexts in although they are worth nothing or less.

    A gate is how far a modality keeps its own voice, so 1 − gate is how far contexts are let in.

    Args:
        table: The posts.
        side: Of the gate and the value.
        let_in: Smallest 1 − gate that counts as trust; None: that of the top quarter of the table.
    """
    trust, phi = 1 - numbers(table, f"gate_{side}"), numbers(table, f"phi_{side}")
    let_in = _high(trust) if let_in is None else let_in
    return Disagreement(
        name="let in, but φ ≤ 0",
        definition=f"The gate on the side of the {_SIDES[side]} lets the contexts in (1 − gate ≥ "
        f"{let_in:.2f}) although φ ≤ 0; the more is let in, the sooner in the list.",
        rows=_rows(table, (trust >= let_in) & (phi <= 0), trust, -phi),
    )


def valued_but_wrong(
    table: pd.DataFrame, side: Side = "text", *, phi: float | None = None
) -> Disagreement:
    """Return posts whose context is worth much although units are still wrong.

    Args:
        table: The posts; those without gold answers are left out.
        side: Of the value.
        phi: Smallest scaled value that counts as much; None: that of the top quarter of the table.
    """
    values, wrong = numbers(table, f"phi_{side}"), errors(table)
    phi = _high(values) if phi is None else phi
    return Disagreement(
        name="φ high, still wrong",
        definition=f"The best context is worth much to the {_SIDES[side]} (φ ≥ {phi:.2f}), yet "
        "units are spurious or missed; the more of them, the sooner in the list.",
        rows=_rows(table, (values >= phi) & (wrong > 0), wrong, values),
    )


def fixed_by_removal(table: pd.DataFrame) -> Disagreement:
    """Return posts with more wrong when contexts are given than without them."""
    harm = errors(table) - errors(table, prefix="bare_")
    return Disagreement(
        name="better without contexts",
        definition="More units are spurious or missed with all contexts than with none; the more, "
        "the sooner in the list.",
        rows=_rows(table, equals(table["effect"], "hurt"), harm, errors(table)),
    )


def _high(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, _TOP)) if len(known) else 0.0


def _rows(table: pd.DataFrame, chosen: Flags, severity: Floats, then: Floats) -> list[int]:
    """Return the chosen rows, larger severity first, then larger of the second."""
    order = np.lexsort((-then[chosen], -severity[chosen]))
    return [int(row) for row in table.index[chosen][order]]
