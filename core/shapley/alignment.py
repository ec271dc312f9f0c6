"""The alignment loss of a batch, by any objective, over the posts of all processes.

An objective says which sides of a post are paired and what is asked of the pairs. The paper's
brings text and image together through contexts; `direct` does without them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from core.errors import InputError
from core.shapley.alternatives import info_nce, triplet
from core.shapley.contrastive import shapley_contrast
from core.shapley.gather import gather_posts
from core.shapley.pairs import LossSettings, Pairs, PostFeatures, Side

PairLoss = Callable[[Pairs, LossSettings], tuple[Tensor, Tensor]]
Objective = dict[tuple[Side, Side], PairLoss]

_THROUGH_CONTEXTS: tuple[tuple[Side, Side], ...] = (("context", "text"), ("context", "image"))

OBJECTIVES: dict[str, Objective] = {
    "shapley": dict.fromkeys(_THROUGH_CONTEXTS, shapley_contrast),
    "infonce": dict.fromkeys(_THROUGH_CONTEXTS, info_nce),
    "triplet": dict.fromkeys(_THROUGH_CONTEXTS, triplet),
    "direct": {("text", "image"): info_nce},
    "none": {},
}


@dataclass(frozen=True)
class AlignmentLoss:
    """The loss of one batch, scalars.

    Attributes:
        parts: Unweighted, one for each direction of each pair of sides, such as "context_to_text"
            (contexts play, one game per text) and "text_to_context".
        total: The mean of the two directions of each pair, weighted and added up.
    """

    parts: dict[str, Tensor]
    total: Tensor


def alignment_loss(
    posts: PostFeatures,
    objective: str = "shapley",
    *,
    text_weight: float = 1.0,
    image_weight: float = 1.0,
    settings: LossSettings | None = None,
) -> AlignmentLoss:
    """Return the loss between the contexts, texts and images of one batch.

    Under torch.distributed it is the loss of the posts of all processes as one batch; see `gather`
    for what becomes of the gradient.

    Args:
        posts: Of this process.
        objective: A key of `OBJECTIVES`.
        text_weight: Weight of the pairs of context and text.
        image_weight: Weight of the pairs with an image.
        settings: None: as `LossSettings` has them.

    Returns:
        Parts and total; a pair of sides that fewer than two posts have costs nothing, and is still
        part of the graph.

    Raises:
        InputError: The objective is unknown, features are NaN, or a setting has no meaning.
    """
    if objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise InputError(f"unknown alignment objective '{objective}'; the known ones are: {known}")
    everybody = gather_posts(posts)
    parts: dict[str, Tensor] = {}
    total = everybody.context[:0].sum()
    for (first, second), loss in OBJECTIVES[objective].items():
        pairs = everybody.pairs(first, second)
        enough = len(pairs.similarity) > 1
        there, back = loss(pairs, settings or LossSettings()) if enough else _nothing(pairs)
        parts |= {f"{first}_to_{second}": there, f"{second}_to_{first}": back}
        weight = image_weight if second == "image" else text_weight
        total = total + weight * (there + back) / 2
    return AlignmentLoss(parts, total)


def _nothing(pairs: Pairs) -> tuple[Tensor, Tensor]:
    nothing = pairs.similarity.sum() * 0.0
    return nothing, nothing
