"""Where two systems on the same posts differ: by type of unit, and in how they value contexts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from core.analysis.comparison import PairedDifference, holm, paired_bootstrap
from core.analysis.intervals import DRAWS, Estimate, mean
from core.analysis.pairing import Pairing
from core.analysis.posts import Floats, numbers, type_counts
from core.records import Side

AGREEMENT: Final = (
    "Kendall's τ asks whether A and B put the posts in the same order by φ: 1 the same order, "
    "0 no relation, −1 the reverse. Beside it, the mean of φ(B) − φ(A) over the posts."
)


@dataclass(frozen=True)
class TypeDifference:
    """How much better B finds the units of one type; one line of a dumbbell plot.

    Attributes:
        kind: "entity", "relation" or "label".
        name: The type.
        support: Gold units.
        difference: With its own p, of this type alone.
        p_adjusted: The same after Holm, for the number of types looked at; None: unknown.
    """

    kind: str
    name: str
    support: int
    difference: PairedDifference
    p_adjusted: float | None


@dataclass(frozen=True)
class PhiAgreement:
    """Whether two systems value the contexts of the same posts alike.

    Attributes:
        side: Of the game.
        kendall_tau: Over posts; None: undefined, as when all values of a system are equal.
        difference: Mean of φ(B) − φ(A).
        posts: Columns id, row_a, row_b, a, b, difference; posts where both played.
    """

    side: Side
    kendall_tau: float | None
    difference: Estimate
    posts: pd.DataFrame


def type_differences(
    pairing: Pairing,
    units_a: pd.DataFrame,
    units_b: pd.DataFrame,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[TypeDifference]:
    """Return for every type how much better B finds it, with p adjusted for how many there are.

    Args:
        pairing: Of the two tables.
        units_a: Units table of the first.
        units_b: Units table of the second.
        draws: Datasets drawn.
        seed: Of the draws.

    Raises:
        InputError: No shared post has gold answers.
    """
    both = pairing.scored()
    by_a, by_b = type_counts(units_a, both.a.index), type_counts(units_b, both.b.index)
    nothing = np.zeros((len(both.a), 3))
    keys = sorted(by_a.keys() | by_b.keys())
    of_a, of_b = ([found.get(key, nothing) for key in keys] for found in (by_a, by_b))
    found = [
        paired_bootstrap(one, other, draws=draws, seed=seed)
        for one, other in zip(of_a, of_b, strict=True)
    ]
    adjusted = holm([one.p for one in found])
    return [
        TypeDifference(*key, int(units[:, [0, 2]].sum()), one, p)
        for key, units, one, p in zip(keys, of_a, found, adjusted, strict=True)
    ]


def phi_agreement(
    pairing: Pairing, side: Side, *, draws: int = DRAWS, seed: int = 0
) -> PhiAgreement:
    """Return whether both systems value the posts' contexts alike, over posts where both played."""
    a, b = numbers(pairing.a, f"phi_{side}"), numbers(pairing.b, f"phi_{side}")
    played = ~np.isnan(a) & ~np.isnan(b)
    rows = {"row_a": pairing.a.index.to_numpy(), "row_b": pairing.b.index.to_numpy()}
    columns = {"id": pairing.a["id"].to_numpy(), **rows, "a": a, "b": b, "difference": b - a}
    frame = pd.DataFrame(columns)[played].reset_index(drop=True)
    return PhiAgreement(
        side,
        _kendall_tau(a[played], b[played]),
        mean((b - a)[played], draws=draws, seed=seed),
        frame,
    )


def _kendall_tau(a: Floats, b: Floats) -> float | None:
    if len(a) < 2 or len(set(a)) < 2 or len(set(b)) < 2:
        return None
    return float(kendalltau(a, b).statistic)
