"""What is taken for what: gold types against predicted ones, with *none* on both sides."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.analysis.posts import equals
from core.errors import InputError

NONE: Final = "(none)"
DEFINITION: Final = (
    "Each unit counts in the row of its gold type and the column of its predicted type. A unit "
    "that is missed stands in the last column, one that nobody marked in the last row; one with "
    "wrong boundaries stands in both, so that the diagonal holds what is right and nothing else."
)


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix.

    Attributes:
        kind: "entity", "relation" or "label".
        counts: Gold types down, predicted types across, "(none)" last on both.
    """

    kind: str
    counts: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """The types in the order of both axes, "(none)" last."""
        return [str(name) for name in self.counts.index]


def confusion(units: pd.DataFrame, kind: str) -> Confusion:
    """Return how often each gold type was predicted as each type.

    Args:
        units: Units table of the posts that are looked at.
        kind: "entity", "relation" or "label".

    Raises:
        InputError: There is no unit of this kind.
    """
    cells = _cells(units, kind)
    if cells.empty:
        raise InputError(
            f"these posts have no {kind} to confuse with another; choose posts with gold answers"
        )
    names = [*sorted({*cells["gold"], *cells["predicted"]} - {NONE}), NONE]
    found = pd.crosstab(cells["gold"], cells["predicted"])
    return Confusion(kind, found.reindex(index=names, columns=names, fill_value=0))


def cell_rows(units: pd.DataFrame, kind: str, gold: str, predicted: str) -> list[int]:
    """Return the posts behind a cell of the matrix, by their row, each once, in their order."""
    cells = _cells(units, kind)
    inside = equals(cells["gold"], gold) & equals(cells["predicted"], predicted)
    return [int(row) for row in np.unique(cells["row"][inside])]


def _cells(units: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return row, gold and predicted of all that is counted; a wrong boundary is two of them."""
    of_kind = units[equals(units["kind"], kind)]
    cells = pd.DataFrame({"row": of_kind["row"].to_numpy()})
    for side in ("gold", "predicted"):
        cells[side] = [NONE if pd.isna(name) else str(name) for name in of_kind[side]]
    error = of_kind["error"].reset_index(drop=True)
    # A relation of the right name between wrong types is as wrong as one of wrong boundaries.
    alike = (cells["gold"] == cells["predicted"]).to_numpy(dtype=bool)
    split = equals(error, "boundary") | (alike & ~equals(error, "correct"))
    halves = [cells[split].assign(**{side: NONE}) for side in ("predicted", "gold")]
    return pd.concat([cells[~split], *halves], ignore_index=True)
