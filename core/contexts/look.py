"""What the pixels alone tell, with no model: one plain colour, or no colour at all."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageStat

MODEL_NAME = "pixel statistics"
_PLAIN_RANGE = 8  # of 255, between the darkest and the brightest value of a channel
_GREY_SPREAD = 4  # of 255, mean distance between a pixel's largest and smallest channel
_SAMPLE_SIDE = 64  # pixels
_COLORS = {
    "black": (0, 0, 0),
    "dark grey": (64, 64, 64),
    "grey": (128, 128, 128),
    "light grey": (200, 200, 200),
    "white": (255, 255, 255),
    "red": (220, 30, 30),
    "dark red": (120, 10, 10),
    "orange": (250, 150, 30),
    "yellow": (250, 235, 40),
    "brown": (120, 75, 35),
    "green": (40, 160, 60),
    "dark green": (10, 80, 30),
    "light blue": (150, 200, 240),
    "blue": (30, 70, 220),
    "dark blue": (10, 20, 100),
    "purple": (130, 40, 160),
    "pink": (245, 150, 190),
    "beige": (230, 215, 180),
}


@dataclass(frozen=True)
class Look:
    """How a photo looks as a whole.

    Attributes:
        plain_color: Name of its only colour; None when there is anything to see.
        is_monochrome: It holds no colour but shades of grey.
    """

    plain_color: str | None = None
    is_monochrome: bool = False


def look_at(photo: Image.Image) -> Look:
    """Return how an RGB photo looks as a whole."""
    ranges = ImageStat.Stat(photo).extrema
    if all(high - low <= _PLAIN_RANGE for low, high in ranges):
        middle = [(low + high) / 2 for low, high in ranges]
        return Look(plain_color=_nearest_color(middle))
    sample = photo.resize((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(sample, dtype=np.int16)
    spread = pixels.max(axis=-1) - pixels.min(axis=-1)  # (64, 64)
    return Look(is_monochrome=bool(spread.mean() < _GREY_SPREAD))


def _nearest_color(rgb: list[float]) -> str:
    distances = {
        name: sum((a - b) ** 2 for a, b in zip(rgb, color, strict=True))
        for name, color in _COLORS.items()
    }
    return min(distances, key=lambda name: distances[name])
