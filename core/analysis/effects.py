"""What the contexts did to the predictions: helped, changed nothing, or hurt."""

from typing import Any, Final

import numpy as np
import pandas as pd

from core.analysis.comparison import PairedDifference, paired_bootstrap
from core.analysis.intervals import DRAWS
from core.analysis.posts import UNKNOWN, counts, errors, scored
from core.errors import InputError

EFFECTS: Final = ("helped", "no change", "hurt", UNKNOWN)
DEFINITION: Final = (
    "A post is helped when fewer of its units are wrong (spurious or missed) with all contexts "
    "than with none, hurt when more are; unknown without gold answers, without contexts, or when "
    "nobody asked what is predicted without them."
)


def effects_by(table: pd.DataFrame, groups: "pd.Series[Any]") -> pd.DataFrame:
    """Return the number of posts with each effect in each group.

    Args:
        table: The posts.
        groups: The group of each post, such as its quadrant or verdict, in the order of the table.

    Returns:
        Groups down, in alphabetical order; the four effects across.
    """
    found = pd.crosstab(groups.to_numpy(), table["effect"].to_numpy(), rownames=["group"])
    return found.reindex(columns=list(EFFECTS), fill_value=0).rename_axis(columns=None)


def context_gain(table: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> PairedDifference:
    """Return F1 with all contexts − F1 with none, over posts scored both ways.

    Args:
        table: The posts.
        draws: Datasets drawn.
        seed: Of the draws.

    Raises:
        InputError: The table cannot be scored, or nothing is known without contexts.
    """
    found = scored(table)
    both = found[~np.isnan(errors(found, prefix="bare_"))]
    if both.empty:
        raise InputError(
            "it is not known what is predicted for these posts without contexts; choose posts "
            "that have contexts, or annotate them again"
        )
    return paired_bootstrap(counts(both, prefix="bare_"), counts(both), draws=draws, seed=seed)
