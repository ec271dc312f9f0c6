"""Means over chosen words."""

from torch import Tensor


def masked_mean(features: Tensor, chosen: Tensor) -> Tensor:
    """Average word features over each choice of words, as float32; a choice of none gives zeros.

    Args:
        features: Shape (B, L, D); what is not chosen may hold anything, NaN included.
        chosen: Shape (B, S, L), bool; S choices for each post.

    Returns:
        Shape (B, S, D).
    """
    read = chosen.any(1).unsqueeze(-1)  # (B, L, 1)
    words = features.float().masked_fill(~read, 0.0)  # (B, L, D)
    weights = chosen.to(words.dtype)  # (B, S, L)
    return weights @ words / weights.sum(-1, keepdim=True).clamp(min=1)
