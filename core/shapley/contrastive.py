"""The Shapley loss: make the true context the most useful player, in both directions.

Paper: contexts play for each target and targets for each context; the loss raises what the true
pair contributes and lowers what the others do. Ours: the formulas, the treatment of duplicates, and
all constants.
"""

import torch
from torch import Tensor

from core.shapley.pairs import LossSettings, Pairs, cross_entropy
from core.shapley.permutation import permutation_budget
from core.shapley.similarity_games import SoftmaxMeanGame
from core.shapley.solve import shapley_values


def shapley_contrast(pairs: Pairs, settings: LossSettings) -> tuple[Tensor, Tensor]:
    """Return the loss over Shapley values of both directions, scalars.

    In the first direction the rows play, one game per column; in the second the columns play. Form
    "softmax" is the cross-entropy of telling the true player of each game by its Shapley value.
    Form "difference" is what all other players contribute minus what the true one does. Both are
    averaged over the games. Duplicates play, but are no negatives: the softmax's denominator and
    the difference leave them out.

    Args:
        pairs: At least one.
        settings: Reads `form`, `temperature`, `contrast_temperature` and how values are found.

    Raises:
        InputError: The engine cannot play the game as told; see `shapley_values`.
    """
    similarity, is_duplicate = pairs
    count = len(similarity)
    # Both directions are games of K players, so one call plays all 2 K of them.
    game = SoftmaxMeanGame(torch.cat((similarity, similarity.T), dim=1), settings.temperature)
    estimate = shapley_values(
        game,
        method=settings.method,
        tolerance=settings.tolerance,
        budget=permutation_budget(count, settings.permutations),
        with_error=False,
        generator=settings.generator,
    )
    there, back = (
        _contrast(values, is_duplicate, settings) for values in estimate.values.split(count, dim=1)
    )
    return there, back


def _contrast(values: Tensor, is_duplicate: Tensor, settings: LossSettings) -> Tensor:
    """Return the mean loss over games, the columns of `values` (K, K)."""
    if settings.form == "difference":
        # All players' values, less the true one's twice: once as no negative, once as the gain.
        counted = values.masked_fill(is_duplicate, 0.0).sum(dim=0)  # (K,)
        return (counted - 2 * values.diagonal()).mean()
    return cross_entropy(values, is_duplicate, settings.contrast_temperature)
