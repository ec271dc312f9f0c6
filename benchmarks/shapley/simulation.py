"""Simulated embeddings of contexts and of what they are about, clustered as those of text encoders.

Ours. Every embedding is a unit vector made of four parts: a direction that all share, that of its
topic, that of its pair, and its own. With the shares below two embeddings of one side have a mean
cosine of about 0.5, those of one topic 0.62, and a pair 0.94.
"""

import torch
from torch import Tensor
from torch.nn import functional

WIDTH = 512
TOPICS = 8
# Shares of the squared length.
COMMON, TOPIC, PAIR, OWN = 0.48, 0.14, 0.32, 0.06
STATED = (
    f"{WIDTH} dimensions; squared length {COMMON:g} common to all, {TOPIC:g} of one of {TOPICS} "
    f"topics, {PAIR:g} of the pair, {OWN:g} own; seeded by the number of pairs"
)


def clustered_pairs(pairs: int) -> tuple[Tensor, Tensor]:
    """Return embeddings of contexts and of their targets, row i of one belonging to row i of other.

    Args:
        pairs: Their number, which is also the seed.

    Returns:
        Two matrices of unit rows, each of shape (pairs, `WIDTH`), float32.
    """
    generator = torch.Generator().manual_seed(pairs)
    common = torch.randn(WIDTH, generator=generator)
    topics = torch.randn(TOPICS, WIDTH, generator=generator)
    chosen = torch.randint(TOPICS, (pairs,), generator=generator)
    shared = (
        COMMON**0.5 * common
        + TOPIC**0.5 * topics[chosen]
        + PAIR**0.5 * torch.randn(pairs, WIDTH, generator=generator)
    )  # (pairs, D)
    own = torch.randn(2, pairs, WIDTH, generator=generator)
    contexts, targets = functional.normalize(shared + OWN**0.5 * own, dim=2)
    return contexts, targets
