"""What every image encoder gives, and the one way pixels reach a network: whole photo, one square.

Ours: the photo is squeezed to the network's square without cropping, where the encoders were
trained on centre crops. Each region of the grid then lies at its own place of the full photo, so
that gates and attention can be drawn over it, and nothing at the edges goes unseen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

_IMAGES_AT_ONCE = 8  # larger batches leave the cache of a CPU and are slower a photo


@dataclass(frozen=True)
class ImageFeatures:
    """Features of a batch of photos, float32 and without gradient.

    Attributes:
        regions: One vector per cell of the grid, row-major from the top left, shape (B, R, D).
        pooled: One vector per photo, shape (B, D).
    """

    regions: Tensor
    pooled: Tensor


class ImageEncoder(Protocol):
    """Anything that turns photos into a grid of features."""

    @property
    def name(self) -> str:
        """What the user called it."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides the features: weights and preparation."""
        ...

    @property
    def width(self) -> int:
        """D, of both regions and pooled."""
        ...

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the regions, over the whole photo."""
        ...

    def encode(self, images: Sequence[Image.Image]) -> ImageFeatures:
        """Return the features of RGB photos, in their order."""
        ...


@dataclass(frozen=True)
class Preparation:
    """How pixels become numbers.

    Attributes:
        side: Rows and columns of the square the network reads, in pixels.
        mean: Per channel, of values in [0, 1].
        std: Per channel, of values in [0, 1].
        resample: Filter that squeezes the photo.
    """

    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resample: Image.Resampling = Image.Resampling.BICUBIC

    def pixel_values(self, images: Sequence[Image.Image]) -> Tensor:
        """Return the normalised pixels of RGB photos, shape (B, 3, side, side), float32.

        They lie in memory as photos do, channels last, which convolutions read fastest.
        """
        squares = [image.resize((self.side, self.side), self.resample) for image in images]
        pixels = torch.from_numpy(np.stack([np.asarray(square) for square in squares]))
        scaled = (pixels.float() / 255 - torch.tensor(self.mean)) / torch.tensor(self.std)
        return scaled.permute(0, 3, 1, 2)  # (B, 3, side, side)


@dataclass(frozen=True)
class FrozenImageEncoder:
    """An `ImageEncoder` around a network in evaluation mode; safe to share between threads.

    Attributes:
        name: What the user called it.
        fingerprint: SHA-256 of weights and preparation.
        width: D.
        grid: Rows and columns.
        preparation: How pixels become numbers.
        network: Pixels (B, 3, side, side) to regions (B, R, D) and pooled (B, D).
        device: Where the network lies.
    """

    name: str
    fingerprint: str
    width: int
    grid: tuple[int, int]
    preparation: Preparation
    network: Callable[[Tensor], tuple[Tensor, Tensor]]
    device: str

    def encode(self, images: Sequence[Image.Image]) -> ImageFeatures:
        """Return the features of RGB photos, in their order, on the CPU.

        Args:
            images: Photos of any size; none gives features with B = 0.
        """
        regions = [torch.empty(0, self.grid[0] * self.grid[1], self.width)]
        pooled = [torch.empty(0, self.width)]
        for start in range(0, len(images), _IMAGES_AT_ONCE):
            part = self.preparation.pixel_values(images[start : start + _IMAGES_AT_ONCE])
            with torch.inference_mode():
                of_part = self.network(part.to(self.device))
            regions.append(of_part[0].float().cpu())
            pooled.append(of_part[1].float().cpu())
        # Outside inference mode, cat makes ordinary tensors that a backward pass may keep.
        return ImageFeatures(regions=torch.cat(regions), pooled=torch.cat(pooled))
