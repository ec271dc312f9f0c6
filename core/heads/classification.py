"""The label of a whole post, such as a sentiment, from all its words."""

import torch
from torch import Tensor, nn

from core.heads.categorical import CategoricalHead
from core.heads.pooling import masked_mean


class ClassificationHead(CategoricalHead):
    """Scores every label of a post from the mean and the maximum of its words' features.

    Ours: the paper has no such task. The maximum keeps a single telling word that a mean over a
    long post would drown.

    Args:
        width: Of the word features, D.
        labels: How many, K.
        dropout: Before the only layer.
    """

    def __init__(self, width: int, labels: int, *, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * width, labels))

    def scores(self, features: Tensor, mask: Tensor, pairs: Tensor) -> Tensor:
        """Return label scores, shape (B, K), float32.

        Args:
            features: Of words, shape (B, L, D).
            mask: True for words, shape (B, L); a post without any is scored by the bias alone.
            pairs: Not asked for.
        """
        with torch.autocast(features.device.type, enabled=False):
            mean = masked_mean(features, mask.unsqueeze(1)).squeeze(1)  # (B, D)
            words = mask.unsqueeze(-1)  # (B, L, 1)
            highest = features.float().masked_fill(~words, -torch.inf).amax(1)  # (B, D)
            highest = highest.masked_fill(~words.any(1), 0.0)
            made: Tensor = self.layers(torch.cat([mean, highest], -1))
        return made
