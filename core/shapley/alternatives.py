"""What the Shapley loss is compared with: losses over the similarities themselves.

They share its directions, its duplicates and its pairs, so that nothing but the score differs.
"""

from torch import Tensor

from core.shapley.pairs import LossSettings, Pairs, cross_entropy


def info_nce(pairs: Pairs, settings: LossSettings) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy of telling the true pair by its similarity, both directions.

    Args:
        pairs: At least one.
        settings: Reads `contrast_temperature`.

    References:
        van den Oord, Li, Vinyals (2018), Representation learning with contrastive predictive
        coding, arXiv:1807.03748.
    """
    there, back = (
        cross_entropy(side.similarity, side.is_duplicate, settings.contrast_temperature)
        for side in (pairs, pairs.reversed)
    )
    return there, back


def triplet(pairs: Pairs, settings: LossSettings) -> tuple[Tensor, Tensor]:
    """Return by how much negatives come within the margin of the true pair, both directions.

    Ours: all negatives of the batch, averaged. The hardest one alone is often no negative at all,
    since one description fits many photos, and it drives a side that starts at random, as the
    image's does, to map everything to one point.

    Args:
        pairs: At least one.
        settings: Reads `margin`.
    """
    there, back = (_hinge(side, settings.margin) for side in (pairs, pairs.reversed))
    return there, back


def _hinge(pairs: Pairs, margin: float) -> Tensor:
    """Return the mean over columns of the mean excess over their negatives."""
    excess = (margin + pairs.similarity - pairs.similarity.diagonal()).clamp(min=0)  # (K, K)
    is_negative = (~pairs.is_duplicate).fill_diagonal_(False)
    counted = excess.where(is_negative, 0.0).sum(dim=0)  # (K,)
    return (counted / is_negative.sum(dim=0).clamp(min=1)).mean()
