"""What every alignment loss is made of: posts of a batch, pairs of their sides, settings."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from core.errors import InputError

Side = Literal["context", "text", "image"]
SIDES: tuple[Side, ...] = ("context", "text", "image")
FORMS = ("softmax", "difference")
NO_GROUP = -1


@dataclass(frozen=True)
class LossSettings:
    """Everything that alignment losses can be told; each reads what concerns it.

    Attributes:
        form: Of the Shapley loss: "softmax" or "difference".
        temperature: Softmax temperature of the game, in units of similarity.
        contrast_temperature: Temperature of a cross-entropy, in units of what it tells apart:
            Shapley values or similarities.
        margin: Of the triplet loss, in units of similarity.
        method: How Shapley values are found; see `shapley_values`.
        tolerance: Largest error of an exact value; training needs less than a figure shown.
        permutations: Orders of the players that a sampled value may cost.
        generator: Source of sampled orders; None: torch's default generator.

    Raises:
        InputError: A setting has no meaning.
    """

    form: str = "softmax"
    temperature: float = 0.1
    contrast_temperature: float = 0.1
    margin: float = 0.2
    method: str = "exact"
    tolerance: float = 1e-3
    permutations: int = 16
    generator: torch.Generator | None = None

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(f"unknown form '{self.form}'; the known ones are: {', '.join(FORMS)}")
        for name in ("temperature", "contrast_temperature", "margin", "permutations"):
            number = getattr(self, name)
            if not 0 < number < float("inf"):
                raise InputError(f"{name} must be positive and finite, got {number}")


class Pairs(NamedTuple):
    """K true pairs of two sides, each with each.

    Attributes:
        similarity: Cosines, the first side in rows, the second in columns, shape (K, K).
        is_duplicate: Whether a row and a column are of different posts that tell of the same thing,
            and so are no negatives of one another; symmetric, shape (K, K).
    """

    similarity: Tensor
    is_duplicate: Tensor

    @property
    def reversed(self) -> "Pairs":
        """The same pairs with their sides exchanged."""
        return Pairs(self.similarity.T, self.is_duplicate)


@dataclass(frozen=True)
class PostFeatures:
    """Features of a batch of posts, one row per post, on three sides of which some may be absent.

    What a row holds where its side is absent, NaN included, is never read.

    Attributes:
        context: Shape (B, D).
        text: Same shape.
        image: Same shape.
        has_context: Rows that have a context, shape (B,), bool; None: all.
        has_text: Rows that have a text, likewise.
        has_image: Rows that have an image, likewise.
        groups: Ids of the groups that a post belongs to, such as those of its image or of its
            context, shape (B, G) or (B,), `NO_GROUP` where there is none. Posts with an id in
            common are no negatives of one another. None: no two posts belong together.

    Raises:
        InputError: The shapes do not fit together.
    """

    context: Tensor
    text: Tensor
    image: Tensor
    has_context: Tensor | None = None
    has_text: Tensor | None = None
    has_image: Tensor | None = None
    groups: Tensor | None = None

    def __post_init__(self) -> None:
        shapes = [tuple(self.features(side).shape) for side in SIDES]
        if len(set(shapes)) > 1 or len(shapes[0]) != 2:
            raise InputError(
                f"context, text and image features must be of one shape (rows, width), got {shapes}"
            )
        for name in ("has_context", "has_text", "has_image", "groups"):
            given: Tensor | None = getattr(self, name)
            if given is not None and len(given) != len(self):
                raise InputError(f"{name} must have a row for each of {len(self)} posts, got "
                                 f"{tuple(given.shape)}")  # fmt: skip

    def __len__(self) -> int:
        """Return the number of posts, B."""
        return len(self.context)

    def features(self, side: Side) -> Tensor:
        """Return the features of one side, shape (B, D)."""
        features: Tensor = getattr(self, side)
        return features

    def present(self, side: Side) -> Tensor:
        """Return which posts have that side, shape (B,), bool."""
        given: Tensor | None = getattr(self, f"has_{side}")
        if given is None:
            return torch.ones(len(self), dtype=torch.bool, device=self.context.device)
        return given.to(self.context.device)

    def group_ids(self) -> Tensor:
        """Return the ids of each post's groups, shape (B, G), integer; G may be 0."""
        if self.groups is None:
            return torch.empty(len(self), 0, dtype=torch.long, device=self.context.device)
        return self.groups.to(self.context.device).long().reshape(len(self), -1)

    def pairs(self, first: Side, second: Side) -> Pairs:
        """Return the pairs of the posts that have both sides.

        Raises:
            InputError: A feature of such a post is NaN or infinite.
        """
        rows = (self.present(first) & self.present(second)).nonzero().squeeze(1)  # (K,)
        similarity = cosines(self.features(first)[rows], self.features(second)[rows])
        if not bool(similarity.detach().isfinite().all()):
            raise InputError(
                f"{first} or {second} features hold NaN or infinity; where a training has "
                "diverged, lower its learning rates"
            )
        return Pairs(similarity, find_duplicates(self.group_ids()[rows]))


def cosines(first: Tensor, second: Tensor) -> Tensor:
    """Return the cosine of each row with each row, shape (K, K), in float32 or better."""
    with torch.autocast(first.device.type, enabled=False):
        dtype = torch.promote_types(first.dtype, torch.float32)
        rows = functional.normalize(first.to(dtype), dim=1)  # (K, D)
        columns = functional.normalize(second.to(dtype), dim=1)  # (K, D)
        return rows @ columns.T


def find_duplicates(groups: Tensor) -> Tensor:
    """Return which different posts have a group in common, shape (K, K), bool.

    Args:
        groups: Ids of each post's groups, shape (K, G), `NO_GROUP` where there is none.
    """
    is_same = groups[:, None, :, None] == groups[None, :, None, :]  # (K, K, G, G)
    is_same &= (groups != NO_GROUP)[:, None, :, None]
    return is_same.flatten(2).any(dim=2).fill_diagonal_(False)


def cross_entropy(scores: Tensor, is_duplicate: Tensor, temperature: float) -> Tensor:
    """Return the mean cross-entropy of telling the true row of each column by its score.

    Args:
        scores: Shape (K, K), true pairs on the diagonal.
        is_duplicate: Shape (K, K); duplicates are left out of the denominator.
        temperature: In units of score.
    """
    logits = (scores / temperature).masked_fill(is_duplicate, -torch.inf)  # (K, K)
    return -logits.log_softmax(dim=0).diagonal().mean()
