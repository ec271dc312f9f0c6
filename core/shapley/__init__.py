"""Shapley values of contrastive games, exact and sampled, and the losses built on them.

Read in this order: `games`, `given_games`, `similarity_games` and `cosine` (what a coalition is
worth), `coalitions` and `enumeration` (the definition), `closed_form`, `nodes`, `quadrature`,
`softmax_mean` and `log_sum_exp` (the same numbers without enumerating), `running_sums` and
`permutation`, `kernel_design` and `kernel` (sampled), `estimate`, `stopping` and `sampling` (until
when), `solve` (the one way in), `interactions` (pairs of players); then `pairs` (what losses are
made of), `contrastive` (the Shapley loss), `alternatives` (what it is compared with), `gather`
(several processes) and `alignment` (the loss of a batch).
"""

from core.shapley.alignment import AlignmentLoss, alignment_loss
from core.shapley.cosine import CosineMeanGame
from core.shapley.estimate import ShapleyEstimate
from core.shapley.games import Game
from core.shapley.given_games import FunctionGame, TableGame
from core.shapley.pairs import LossSettings, PostFeatures
from core.shapley.sampling import running_estimates
from core.shapley.similarity_games import (
    SIMILARITY_GAMES,
    LogSumExpGame,
    MaxGame,
    MeanGame,
    SoftmaxMeanGame,
    SumGame,
)
from core.shapley.solve import shapley_values
from core.shapley.stopping import StopRule

__all__ = [
    "SIMILARITY_GAMES",
    "AlignmentLoss",
    "CosineMeanGame",
    "FunctionGame",
    "Game",
    "LogSumExpGame",
    "LossSettings",
    "MaxGame",
    "MeanGame",
    "PostFeatures",
    "ShapleyEstimate",
    "SoftmaxMeanGame",
    "StopRule",
    "SumGame",
    "TableGame",
    "alignment_loss",
    "running_estimates",
    "shapley_values",
]
