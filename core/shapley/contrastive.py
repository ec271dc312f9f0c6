"""The alignment loss: make the true context the most useful player, in both directions.

Paper: four directions (context to text, text to context, context to image, image to context); each
raises what the true pair contributes and lowers what the others do. Ours: the formulas, the
treatment of duplicates, and all constants.
"""

from dataclasses import dataclass
from typing import TypedDict, Unpack

import torch
from torch import Tensor
from torch.nn import functional

from core.errors import InputError
from core.shapley.estimate import shapley_values

FORMS = ("softmax", "difference")


class AlignmentSettings(TypedDict, total=False):
    """The settings of `alignment_loss`, all optional, as they are passed on to it."""

    form: str
    temperature: float
    contrast_temperature: float
    method: str
    tolerance: float
    permutations: int
    generator: torch.Generator | None


@dataclass(frozen=True)
class AlignmentLoss:
    """The loss between contexts and one kind of target, both directions, scalars.

    Attributes:
        context_to_target: Contexts play, one game per target.
        target_to_context: Targets play, one game per context.
    """

    context_to_target: Tensor
    target_to_context: Tensor

    @property
    def mean(self) -> Tensor:
        """The mean of the two directions."""
        return (self.context_to_target + self.target_to_context) / 2


@dataclass(frozen=True)
class FourDirectionLoss:
    """The loss of one batch, scalars.

    Attributes:
        parts: Unweighted, by name: "context_to_text", "text_to_context", "context_to_image",
            "image_to_context".
        total: `text_weight` times the mean of the text parts plus `image_weight` times that of the
            image parts.
    """

    parts: dict[str, Tensor]
    total: Tensor


def alignment_loss(
    similarity: Tensor,
    *,
    groups: Tensor | None = None,
    form: str = "softmax",
    temperature: float = 0.1,
    contrast_temperature: float = 0.1,
    method: str = "quadrature",
    tolerance: float = 1e-3,
    permutations: int = 16,
    generator: torch.Generator | None = None,
) -> AlignmentLoss:
    """Return the contrastive loss over the Shapley values of K true context-target pairs.

    Form "softmax" is the cross-entropy of telling the true player of each game by its Shapley
    value. Form "difference" is what all other players contribute minus what the true one does. Both
    are averaged over the games.

    Args:
        similarity: Contexts in rows, targets in columns, true pairs on the diagonal, shape (K, K).
        groups: Integer id of every pair's image, shape (K,). Pairs of one group tell of the same
            thing: they play, but are no negatives of one another, so the softmax's denominator and
            the difference leave them out. None: no two pairs belong together.
        form: "softmax" or "difference".
        temperature: Softmax temperature of the game, in units of similarity.
        contrast_temperature: Temperature of form "softmax", in units of Shapley value.
        method: How Shapley values are found; see `shapley_values`.
        tolerance: Largest error of a value by quadrature; training needs less than a figure shown.
        permutations: Number of orders of the permutation method.
        generator: Source of the orders; None: torch's default generator.

    Returns:
        Both directions; zero, and still part of the graph, for fewer than two pairs.

    Raises:
        InputError: The matrix is not square, or a setting has no meaning.
    """
    _check_pairs(similarity, groups, form, contrast_temperature)
    pairs = similarity.shape[0]
    if pairs < 2:
        nothing = similarity.sum() * 0.0
        return AlignmentLoss(nothing, nothing)
    # Both directions are games of K players, so one call plays all 2 K of them.
    estimate = shapley_values(
        torch.cat((similarity, similarity.T), dim=1),  # (K, 2 K)
        temperature=temperature,
        method=method,
        tolerance=tolerance,
        permutations=permutations,
        generator=generator,
    )
    is_duplicate = _find_duplicates(pairs, groups, similarity.device)
    context_to_target, target_to_context = (
        _contrast(values, is_duplicate, form, contrast_temperature)
        for values in estimate.values.split(pairs, dim=1)
    )
    return AlignmentLoss(context_to_target, target_to_context)


def four_direction_loss(
    context_features: Tensor,
    text_features: Tensor,
    image_features: Tensor,
    has_text: Tensor | None = None,
    has_image: Tensor | None = None,
    *,
    has_context: Tensor | None = None,
    groups: Tensor | None = None,
    text_weight: float = 1.0,
    image_weight: float = 1.0,
    **settings: Unpack[AlignmentSettings],
) -> FourDirectionLoss:
    """Return the loss between the contexts, texts and images of one batch.

    Similarities are cosines, computed in float32 or better. A row without a context takes no part,
    one without a text none in the text games, one without an image none in the image games; what
    their features hold there, NaN included, is not read.

    Args:
        context_features: One row per post, shape (B, D).
        text_features: Same shape.
        image_features: Same shape.
        has_text: Rows that have a text, shape (B,), bool; None: all.
        has_image: Rows that have an image, shape (B,), bool; None: all.
        has_context: Rows that have a context, shape (B,), bool; None: all.
        groups: Integer id of every row's image, shape (B,); see `alignment_loss`.
        text_weight: Weight of the text games.
        image_weight: Weight of the image games.
        **settings: Passed to `alignment_loss`.

    Raises:
        InputError: The shapes differ, or a setting has no meaning.
    """
    batch = _check_rows(context_features, text_features, image_features)
    everybody = torch.ones(batch, dtype=torch.bool, device=context_features.device)
    losses = []
    for features, has_target in ((text_features, has_text), (image_features, has_image)):
        takes_part = everybody
        for present in (has_context, has_target):
            if present is not None:
                takes_part = takes_part & present.to(takes_part.device)
        rows = takes_part.nonzero().squeeze(1)
        similarity = _cosines(context_features[rows], features[rows])  # (K, K)
        own_groups = None if groups is None else groups.to(rows.device)[rows]
        losses.append(alignment_loss(similarity, groups=own_groups, **settings))
    text, image = losses
    return FourDirectionLoss(
        parts={
            "context_to_text": text.context_to_target,
            "text_to_context": text.target_to_context,
            "context_to_image": image.context_to_target,
            "image_to_context": image.target_to_context,
        },
        total=text_weight * text.mean + image_weight * image.mean,
    )


def _contrast(
    values: Tensor, is_duplicate: Tensor, form: str, contrast_temperature: float
) -> Tensor:
    """Return the mean loss over games, the columns of `values` (K, K)."""
    if form == "difference":
        # All players' values, less the true one's twice: once as no negative, once as the gain.
        counted = values.masked_fill(is_duplicate, 0.0).sum(dim=0)  # (K,)
        return (counted - 2 * values.diagonal()).mean()
    logits = (values / contrast_temperature).masked_fill(is_duplicate, -torch.inf)  # (K, K)
    return -logits.log_softmax(dim=0).diagonal().mean()


def _find_duplicates(pairs: int, groups: Tensor | None, device: torch.device) -> Tensor:
    """Return which player is of the target's group without being its pair, shape (K, K)."""
    if groups is None:
        return torch.zeros(pairs, pairs, dtype=torch.bool, device=device)
    groups = groups.to(device)
    return (groups.unsqueeze(1) == groups).fill_diagonal_(False)


def _cosines(context_features: Tensor, features: Tensor) -> Tensor:
    """Return the cosine of every context (rows) and target (columns), shape (K, K)."""
    with torch.autocast(context_features.device.type, enabled=False):
        dtype = torch.promote_types(context_features.dtype, torch.float32)
        contexts = functional.normalize(context_features.to(dtype), dim=1)  # (K, D)
        targets = functional.normalize(features.to(dtype), dim=1)  # (K, D)
        return contexts @ targets.T


def _check_pairs(
    similarity: Tensor, groups: Tensor | None, form: str, contrast_temperature: float
) -> None:
    """Raise InputError unless pairs, groups and settings fit together."""
    if form not in FORMS:
        raise InputError(f"unknown form '{form}'; the known ones are: {', '.join(FORMS)}")
    if not contrast_temperature > 0:
        raise InputError(f"contrast_temperature must be positive, got {contrast_temperature}")
    shape = tuple(similarity.shape)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InputError(f"similarity must be square, true pairs on its diagonal, got {shape}")
    if groups is not None and groups.shape != similarity.shape[:1]:
        raise InputError(
            f"groups must hold one id for each of {shape[0]} pairs, got {tuple(groups.shape)}"
        )


def _check_rows(context_features: Tensor, text_features: Tensor, image_features: Tensor) -> int:
    """Return B, or raise InputError unless all three features are of one shape (B, D)."""
    shapes = [tuple(f.shape) for f in (context_features, text_features, image_features)]
    if len(set(shapes)) > 1 or len(shapes[0]) != 2:
        raise InputError(
            f"context, text and image features must be of one shape (rows, width), got {shapes}"
        )
    return len(context_features)
