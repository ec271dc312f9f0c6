"""The relation of two marked names, from the words of both and of their sentence."""

import torch
from torch import Tensor, nn

from core.heads.categorical import CategoricalHead
from core.heads.pooling import masked_mean


class RelationHead(CategoricalHead):
    """Scores every relation of a pair from head, tail, their product and the sentence.

    Ours: the paper leaves its classifier open. A name is the mean of its words, so that one that
    was cut keeps what was read of it; the product tells what the two have in common.

    Args:
        width: Of the word features, D.
        relations: How many, K; that there is none counts as one.
        dropout: Before the hidden layer.
    """

    def __init__(self, width: int, relations: int, *, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(4 * width, width),
            nn.GELU(),
            nn.Linear(width, relations),
        )

    def scores(self, features: Tensor, mask: Tensor, pairs: Tensor) -> Tensor:
        """Return relation scores, shape (B, K), float32.

        Args:
            features: Of words, shape (B, L, D).
            mask: True for words, shape (B, L).
            pairs: Words (half open) of head and tail, shape (B, 2, 2). A name of which no word was
                read counts as zeros.
        """
        place = torch.arange(mask.shape[1], device=mask.device)  # (L,)
        start, end = pairs.unsqueeze(-1).unbind(2)  # (B, 2, 1)
        marked = (place >= start) & (place < end)  # (B, 2, L)
        sentence = mask.unsqueeze(1)  # (B, 1, L)
        with torch.autocast(features.device.type, enabled=False):
            means = masked_mean(features, torch.cat([marked & sentence, sentence], 1))  # (B, 3, D)
            head, tail, whole = means.unbind(1)
            made: Tensor = self.layers(torch.cat([head, tail, head * tail, whole], -1))
        return made
