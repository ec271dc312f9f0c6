"""The decoder: attends to regions and objects of a photo, and says the next word.

Vaswani et al. (2017), arXiv:1706.03762, normalised before each part (Xiong et al. 2020,
arXiv:2002.04745). Ours: all captions of a photo look at it in one go, so its keys are made once.

Sizes beside those of `core.records`: C captions a photo, V words, M regions and objects.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.captioning.settings import DecoderConfig

PAD, START, END, UNKNOWN = range(4)  # what the first words of every vocabulary mean
_BOX = 5  # left, top, right, bottom, score


@dataclass(frozen=True)
class PhotoBatch:
    """What is seen in photos.

    Attributes:
        regions: Shape (B, R, D of the image encoder).
        labels: Class of each object, 0 where there is none, shape (B, O).
        boxes: left, top, right, bottom as shares, and the score, shape (B, O, 5).
    """

    regions: Tensor
    labels: Tensor
    boxes: Tensor


@dataclass(frozen=True)
class Memory:
    """What the decoder looks at: keys and values of every layer, and which of them are real.

    Attributes:
        layers: Keys and values a layer, each of shape (B, heads, M, D / heads).
        mask: True where there is something, shape (B, 1, 1, M).
    """

    layers: tuple[tuple[Tensor, Tensor], ...]
    mask: Tensor


Past = tuple[tuple[Tensor, Tensor], ...]  # keys and values of the words so far, a layer


class CaptionDecoder(nn.Module):
    """Writes captions word by word."""

    def __init__(
        self, config: DecoderConfig, *, words: int, labels: int, image_width: int, regions: int
    ) -> None:
        """Create an untrained decoder.

        Args:
            config: Its size.
            words: V.
            labels: Classes of objects, with that of none.
            image_width: Width of a region.
            regions: R.
        """
        super().__init__()
        width = config.width
        self.max_words = config.max_words
        self.words = nn.Embedding(words, width)
        self.places = nn.Parameter(torch.randn(config.max_words, width) * 0.02)
        self.regions = nn.Sequential(nn.LayerNorm(image_width), nn.Linear(image_width, width))
        self.region_places = nn.Parameter(torch.randn(regions, width) * 0.02)
        self.labels = nn.Embedding(labels, width, padding_idx=0)
        self.boxes = nn.Linear(_BOX, width)
        self.seen = nn.LayerNorm(width)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.out = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)
        self.image_dropout = nn.Dropout(config.image_dropout)
        nn.init.normal_(self.words.weight, std=width**-0.5)
        nn.init.normal_(self.labels.weight, std=0.02)

    def look(self, photos: PhotoBatch) -> Memory:
        """Return what is looked at in photos."""
        regions = self.regions(photos.regions) + self.region_places  # (B, R, D)
        objects = self.labels(photos.labels) + self.boxes(photos.boxes)  # (B, O, D)
        seen = self.image_dropout(self.seen(torch.cat([regions, objects], dim=1)))  # (B, M, D)
        real = torch.cat(
            [photos.regions.new_ones(regions.shape[:2], dtype=torch.bool), photos.labels > 0], dim=1
        )
        return Memory(tuple(layer.remember(seen) for layer in self._stack()), real[:, None, None])

    def forward(self, memory: Memory, words: Tensor) -> Tensor:
        """Return the logits of every next word, shape (B, C, L, V).

        Args:
            memory: Of B photos.
            words: Captions that begin with `START`, shape (B, C, L), of at most `max_words`.
        """
        logits, _ = self._read(memory, words, None)
        return logits

    def step(self, memory: Memory, words: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        """Return the logits of the next word, shape (B, C, V), and what the next step needs.

        Args:
            memory: Of B photos.
            words: The latest word of each caption, shape (B, C).
            past: Of the step before; None at the first.
        """
        logits, past = self._read(memory, words[..., None], past)
        return logits[:, :, -1], past

    def _read(self, memory: Memory, words: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        begin = past[0][0].shape[2] if past else 0
        places = self.places[begin : begin + words.shape[2]]
        hidden = self.dropout(self.words(words) * self.places.shape[1] ** 0.5 + places)
        kept = []
        for number, layer in enumerate(self._stack()):
            before = past[number] if past else None
            hidden, now = layer(hidden, before, memory.layers[number], memory.mask)
            kept.append(now)
        logits: Tensor = self.out(hidden) @ self.words.weight.T  # (B, C, L, V)
        return logits, tuple(kept)

    def _stack(self) -> "list[_Layer]":
        return [layer for layer in self.layers if isinstance(layer, _Layer)]


class _Layer(nn.Module):
    """Words look back at words, then at the photo, then are thought over."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.rate = config.heads, config.dropout
        self.before_words, self.before_photo, self.before_thought = (
            nn.LayerNorm(width) for _ in range(3)
        )
        self.words, self.words_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.query, self.photo_out = nn.Linear(width, width), nn.Linear(width, width)
        self.memory = nn.Linear(width, 2 * width)
        self.thought = nn.Sequential(
            nn.Linear(width, config.inner),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.inner, width),
        )
        self.dropout = nn.Dropout(config.dropout)

    def remember(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values of what is seen (B, M, D), each (B, heads, M, D / heads)."""
        keys, values = self.memory(seen).chunk(2, dim=-1)
        return self._split(keys), self._split(values)

    def forward(
        self,
        hidden: Tensor,
        past: tuple[Tensor, Tensor] | None,
        memory: tuple[Tensor, Tensor],
        mask: Tensor,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        photos, captions, length, width = hidden.shape  # (B, C, L, D)
        flat = self.before_words(hidden).reshape(photos * captions, length, width)
        query, key, value = map(self._split, self.words(flat).chunk(3, dim=-1))
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        # One new word sees all before it; many at once must not see what comes after them.
        own = functional.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        said = self.words_out(_joined(own)).view_as(hidden)
        hidden = hidden + self.dropout(said)
        asked = self._split(self.query(self.before_photo(hidden).flatten(1, 2)))
        looked = functional.scaled_dot_product_attention(asked, *memory, attn_mask=mask)
        hidden = hidden + self.dropout(self.photo_out(_joined(looked)).view_as(hidden))
        hidden = hidden + self.dropout(self.thought(self.before_thought(hidden)))
        return hidden, (key, value)

    def _split(self, features: Tensor) -> Tensor:
        """(N, L, D) -> (N, heads, L, D / heads)."""
        split: Tensor = features.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return split


def _joined(features: Tensor) -> Tensor:
    """(N, heads, L, D / heads) -> (N, L, D)."""
    return features.transpose(1, 2).flatten(2)
