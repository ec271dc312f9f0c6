"""What a photo is of, among ImageNet's 1,000 classes: EfficientNet-Lite0."""

import functools

import numpy as np
from PIL import Image

from core.contexts.tflite import Array, TFLiteModel

MODEL_NAME = "EfficientNet-Lite0 (ImageNet)"
_SIDE = 224  # pixels
_CENTER = 0.875  # share of the shorter side, as in the network's training


class ImageTagger:
    """Scores ImageNet's classes; safe to share between threads."""

    def __init__(self) -> None:
        """Create the tagger; the model is loaded by the first `probabilities`."""
        self._model = TFLiteModel("imagenet-classifier")
        self.labels = functools.cache(self._model.labels)

    def probabilities(self, photo: Image.Image) -> Array:
        """Return the probability of each class, shape (1000,), sum 1.

        The whole photo and its central square are judged apart and averaged: the one sees what
        stands at the edges, the other is not distorted.

        Args:
            photo: RGB, any size.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        views = (photo, _central_square(photo))
        scores = [self._model.run(_to_input(view))[0][0] for view in views]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float32)  # (1000,)


def _central_square(photo: Image.Image) -> Image.Image:
    side = max(1, round(min(photo.size) * _CENTER))
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    return photo.crop((left, top, left + side, top + side))


def _to_input(photo: Image.Image) -> Array:
    square = photo.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    pixels = np.asarray(square, dtype=np.float32)[None]  # (1, 224, 224, 3)
    return (pixels - np.float32(127)) / np.float32(128)
