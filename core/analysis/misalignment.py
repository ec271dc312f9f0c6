"""The misalignment map: where each post's best context stands against the reference bank's.

The margin of a side is the scaled value of the post's own context, minus the largest in the bank.
Two thresholds cut the map into four parts with names.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.analysis.effects import EFFECTS, effects_by
from core.analysis.intervals import DRAWS, Estimate, mean, score_counts
from core.analysis.posts import UNKNOWN, counts, equals, errors, numbers

FITS_BOTH: Final = "fits both"
FITS_TEXT: Final = "fits the text only"
FITS_PHOTO: Final = "fits the photo only"
FITS_NEITHER: Final = "fits neither"
QUADRANTS: Final = (FITS_BOTH, FITS_TEXT, FITS_PHOTO, FITS_NEITHER)
DEFINITION: Final = (
    "A context fits a side when its margin there reaches the threshold: at 0, when no context of "
    "the reference bank is worth more. Posts without a game on both sides are unknown."
)


@dataclass(frozen=True)
class MisalignedShare:
    """How many posts have a misaligned context, by the model's own verdict.

    Attributes:
        share: Of the posts judged, with its interval.
        misaligned: Posts whose best context is misaligned.
        judged: Posts with a verdict.
        unknown: Posts for which no game was played.
    """

    share: Estimate
    misaligned: int
    judged: int
    unknown: int


def quadrants(
    table: pd.DataFrame, *, text_threshold: float = 0.0, image_threshold: float = 0.0
) -> "pd.Series[Any]":
    """Return for each post which part of the map it lies in: one of `QUADRANTS`, or "unknown".

    Args:
        table: The posts.
        text_threshold: Smallest text margin that fits.
        image_threshold: Smallest photo margin that fits.
    """
    text, image = numbers(table, "margin_text"), numbers(table, "margin_image")
    fits_text, fits_image = text >= text_threshold, image >= image_threshold
    names = np.select(
        [np.isnan(text) | np.isnan(image), fits_text & fits_image, fits_text, fits_image],
        [UNKNOWN, FITS_BOTH, FITS_TEXT, FITS_PHOTO],
        default=FITS_NEITHER,
    )
    return pd.Series(names, index=table.index, dtype=object)


def quadrant_table(
    table: pd.DataFrame,
    *,
    text_threshold: float = 0.0,
    image_threshold: float = 0.0,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what is in each part of the map.

    Returns:
        One row per part and one for "unknown"; columns posts, share (of all posts), f1 (an
        `Estimate`, unknown without gold answers), and the number of posts helped, no change, hurt
        and unknown.
    """
    parts = quadrants(table, text_threshold=text_threshold, image_threshold=image_threshold)
    names = [*QUADRANTS, UNKNOWN]
    effects = effects_by(table, parts).reindex(names, fill_value=0)
    posts = parts.value_counts().reindex(names, fill_value=0)
    scores = [_f1(table[equals(parts, name)], draws=draws, seed=seed) for name in names]
    return pd.DataFrame(
        {
            "posts": posts.to_numpy(),
            "share": posts.to_numpy() / max(len(table), 1),
            "f1": pd.Series(scores, dtype=object).to_numpy(),
            **{f"effect {effect}": effects[effect].to_numpy() for effect in EFFECTS},
        },
        index=pd.Index(names, name="part"),
    )


def misaligned_share(table: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> MisalignedShare:
    """Return the share of posts whose best context the model calls misaligned.

    The rule of that verdict is that of `core/explain/misalignment.py`.
    """
    judged = ~(equals(table["verdict"], UNKNOWN) | table["verdict"].isna().to_numpy(dtype=bool))
    is_misaligned = equals(table["verdict"], "misaligned")[judged]
    return MisalignedShare(
        share=mean(is_misaligned.astype(np.float64), draws=draws, seed=seed),
        misaligned=int(is_misaligned.sum()),
        judged=int(judged.sum()),
        unknown=int((~judged).sum()),
    )


def _f1(table: pd.DataFrame, *, draws: int, seed: int) -> Estimate:
    known = table[~np.isnan(errors(table))]
    if known.empty:
        return Estimate(None, None, None, posts=0)
    return score_counts(counts(known), name="", draws=draws, seed=seed).f1
