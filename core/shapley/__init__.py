"""Shapley alignment: exact and sampled values of contrastive games, and the loss built on them.

Read in this order: `games` (what a coalition of contexts is worth), `enumeration` (the definition),
`quadrature` and `nodes` (the same numbers without enumerating), `permutation` (the sampled
estimate), `estimate` (the one way in) and `contrastive` (the loss).
"""

from core.shapley.contrastive import (
    AlignmentLoss,
    AlignmentSettings,
    FourDirectionLoss,
    alignment_loss,
    four_direction_loss,
)
from core.shapley.estimate import ShapleyEstimate, shapley_values

__all__ = [
    "AlignmentLoss",
    "AlignmentSettings",
    "FourDirectionLoss",
    "ShapleyEstimate",
    "alignment_loss",
    "four_direction_loss",
    "shapley_values",
]
