"""Hidden words told by the text encoder's own table of pieces."""

import torch
from torch import Tensor, nn


class HiddenWordHead(nn.Module):
    """Scores every piece of the vocabulary for a hidden one.

    Ours, after BERT (Devlin et al., 2019): the table is the encoder's, which stays frozen; the
    layer before it starts as the identity, so that training starts from what the encoder says.

    Args:
        width: Of the hidden states, D.
        vocabulary: Number of pieces, V.
        mask: Piece that stands for hidden ones.
    """

    def __init__(self, width: int, vocabulary: int, *, mask: int) -> None:
        super().__init__()
        self.mask = mask
        self.dense = nn.Linear(width, width)
        nn.init.eye_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, hidden: Tensor, table: Tensor) -> Tensor:
        """Return scores (N, V), float32, of pieces (N, D) by the encoder's table (V, D)."""
        made = self.norm(nn.functional.gelu(self.dense(hidden)))
        return nn.functional.linear(made, table, self.bias.to(made.dtype)).float()
