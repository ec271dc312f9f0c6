"""Adaptive fusion: cross-attention from words to image regions, gated by the contexts' bridge.

Paper: the relevance of each modality's features to the bridging context is assessed, and queries
and keys choose between themselves and a term derived from the context. Ours: every equation.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import InputError


@dataclass(frozen=True)
class Fused:
    """What fusion returns; gates and attention are outputs, never hooked.

    Attributes:
        words: Image-aware word features, shape (B, L, D).
        text_gate: How far each word keeps its own query, shape (B, L).
        image_gate: How far each region keeps its own key, shape (B, R).
        attention: Where each word looks, averaged over heads, shape (B, L, R); rows sum to 1.
    """

    words: Tensor
    text_gate: Tensor
    image_gate: Tensor
    attention: Tensor


class ContextGatedFusion(nn.Module):
    """One layer of cross-attention whose queries and keys the contexts' bridge can replace.

    A gate of 1 keeps the original feature, 0 replaces it by the bridge. With every gate at 1 this
    is plain cross-attention; with every image gate at 0 all keys are equal, attention uniform.
    The output projections start at zero, so an untrained layer passes the words through. Not
    `gated`, it is plain cross-attention throughout.
    """

    def __init__(
        self,
        width: int,
        image_width: int,
        *,
        heads: int,
        dropout: float,
        gate_bias: float,
        gated: bool = True,
    ) -> None:
        super().__init__()
        if width % heads:
            raise InputError(
                f"fusion.heads {heads} does not divide {width}, the width of the text encoder; "
                "choose a number that does"
            )
        self.heads, self.gated = heads, gated
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(image_width, width)
        self.value = nn.Linear(image_width, width)
        self.bridge_query = nn.Linear(width, width)
        self.bridge_key = nn.Linear(width, width)
        self.query_gate = nn.Linear(2 * width, 1)
        self.key_gate = nn.Linear(2 * width, 1)
        self.output = nn.Linear(width, width)
        last = nn.Linear(2 * width, width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), last)
        self.attention_norm = nn.LayerNorm(width)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        for gate in (self.query_gate, self.key_gate):
            nn.init.normal_(gate.weight, std=0.02)
            nn.init.constant_(gate.bias, gate_bias)
        for layer in (self.output, last):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, words: Tensor, regions: Tensor, bridge: Tensor, has_bridge: Tensor) -> Fused:
        """Let each word look at the image.

        Args:
            words: Word features, shape (B, L, D).
            regions: Region features of the image encoder, shape (B, R, image_width).
            bridge: Pooled contexts, shape (B, D).
            has_bridge: Whether the post has a context, shape (B,), bool; without one gates are 1.
        """
        has_bridge = has_bridge & self.gated
        query, text_gate = _gated(
            self.query(words), self.bridge_query(bridge), self.query_gate, has_bridge
        )  # (B, L, D), (B, L)
        key, image_gate = _gated(
            self.key(regions), self.bridge_key(bridge), self.key_gate, has_bridge
        )  # (B, R, D), (B, R)
        query, key, value = (self._split(x) for x in (query, key, self.value(regions)))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])  # (B, heads, L, R)
        attention = scores.softmax(-1)  # autocast keeps a softmax in float32
        seen = self.dropout(attention).to(value.dtype) @ value  # (B, heads, L, D/heads)
        seen = seen.transpose(1, 2).flatten(2)  # (B, L, D)
        fused = self._transform(words + self.dropout(self.output(seen)))
        return Fused(fused, text_gate, image_gate, attention.mean(1))

    def without_image(self, words: Tensor) -> Tensor:
        """Return the features of words whose post has no image, shape (B, L, D).

        Ours: the same two normalisations, so that both paths speak to the head in one scale.
        """
        return self._transform(words)

    def _transform(self, words: Tensor) -> Tensor:
        """Normalise and feed forward, the second half of a transformer layer, shape (B, L, D)."""
        attended: Tensor = self.attention_norm(words)
        fed = attended + self.dropout(self.feed_forward(attended))
        return self.feed_forward_norm(fed)  # type: ignore[no-any-return]

    def _split(self, features: Tensor) -> Tensor:
        batch, length, _ = features.shape
        return features.view(batch, length, self.heads, -1).transpose(1, 2)


def _gated(
    features: Tensor, bridge: Tensor, gate: nn.Linear, has_bridge: Tensor
) -> tuple[Tensor, Tensor]:
    """Mix features (B, N, D) with their bridge (B, D); return the mixture and its gates (B, N)."""
    bridges = bridge.unsqueeze(1).expand_as(features)  # (B, N, D)
    opened = torch.sigmoid(gate(torch.cat([features, bridges], -1)))  # (B, N, 1)
    opened = torch.where(has_bridge.view(-1, 1, 1), opened, torch.ones_like(opened))
    mixed = opened * features + (1 - opened) * bridges
    return mixed, opened.squeeze(-1)


def bridge_weights(affinity: Tensor, has_context: Tensor, *, temperature: float) -> Tensor:
    """Share the bridge among a post's contexts by how well each is aligned with the post.

    Ours: a softmax of the alignment similarities, so that a context that belongs elsewhere hardly
    drives the gates. Rows without a context are zero.

    Args:
        affinity: Similarity of each context to its own post, shape (B, n).
        has_context: Which contexts exist and are switched on, shape (B, n), bool.
        temperature: Lower is sharper.

    Returns:
        Shares, shape (B, n); rows with a context sum to 1.
    """
    scores = (affinity.float() / temperature).masked_fill(~has_context, float("-inf"))
    empty = ~has_context.any(-1, keepdim=True)
    weights = scores.masked_fill(empty, 0.0).softmax(-1)
    return weights.masked_fill(~has_context, 0.0)
