"""Objects in a photo: EfficientDet-Lite0, trained on COCO's 80 everyday classes."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.contexts.tflite import Array, TFLiteModel
from core.weights import WEIGHTS

MODEL_NAME = "EfficientDet-Lite0 (COCO)"
_SIDE = 320  # pixels
_CELLS = (40, 20, 10, 5, 3)  # feature maps of levels 3 to 7
_ANCHOR_SCALE = 3.0
_OCTAVES = (0.0, 1 / 3, 2 / 3)
_ASPECTS = (1.0, 2.0, 0.5)
_CANDIDATES = 200
_PERSON = 0  # class index
# Drawn letters and logos are taken for things at up to 0.48; people are scored more carefully.
_LEAST_SCORE = 0.5
_LEAST_SCORE_OF_PEOPLE = 0.4
# Of the objects that most people name in a photo 11 % are scored lower, of those nobody names 89 %:
# benchmarks/made_up.py.
_LEAST_DOUBT = 0.15
_MOST_OVERLAP = 0.5  # of two boxes of one class that overlap more, the weaker goes
_UNUSED_LABELS = ("???", "")
_READABLE = {
    "tv": "TV",
    "mouse": "computer mouse",
    "remote": "remote control",
    "hair drier": "hair dryer",
}


@dataclass(frozen=True)
class Detection:
    """An object and where it is.

    Attributes:
        label: COCO class name.
        score: The detector's confidence, 0 to 1.
        box: left, top, right, bottom as shares of the photo's width and height, 0 to 1.
    """

    label: str
    score: float
    box: tuple[float, float, float, float]

    @property
    def area(self) -> float:
        """Share of the photo that the box covers."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the box, (x, y)."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True)
class Sight:
    """What kinds of objects a photo holds, each list with the most confident first.

    Attributes:
        sure: The labels of `ObjectDetector.detect`.
        perhaps: The labels that cannot be ruled out; those it is sure of are among them.
    """

    sure: tuple[str, ...]
    perhaps: tuple[str, ...]


class ObjectDetector:
    """Finds people, animals, vehicles and things; safe to share between threads.

    Attributes:
        fingerprint: Name and SHA-256 of its weights.
    """

    fingerprint = f"{MODEL_NAME}@{WEIGHTS['object-detector'].sha256}"

    def __init__(self) -> None:
        """Create the detector; the model is loaded by the first `detect`."""
        self._model = TFLiteModel("object-detector")
        self._labels = functools.cache(self._model.labels)

    def names(self) -> tuple[str, ...]:
        """Return what objects can be called, in the order of the classes.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        return tuple(self._named(range(len(self._labels()))))

    def detect(self, photo: Image.Image) -> list[Detection]:
        """Return the objects in the photo, the most confident first.

        Args:
            photo: RGB, any size.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        codes, scores = self._outputs(photo)
        classes = scores.argmax(axis=1)  # (19206,)
        scores = scores.max(axis=1)  # (19206,)
        best = _candidates(scores, classes)
        boxes = np.clip(decode_boxes(codes[best], anchors()[best]), 0, 1)
        found = []
        for k in suppress_overlaps(boxes, classes[best].tolist(), _MOST_OVERLAP):
            if label := self._label(classes[best[k]]):
                box = (*boxes[k].tolist(),)
                found.append(Detection(label, float(scores[best[k]]), box))
        return found

    def sight(self, photo: Image.Image) -> Sight:
        """Return the kinds of objects in the photo, sure and possible, wherever they are.

        Args:
            photo: RGB, any size.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        _, scores = self._outputs(photo)
        classes = scores.argmax(axis=1)  # (19206,)
        sure = classes[_candidates(scores.max(axis=1), classes)]
        highest = scores.max(axis=0)  # (90,), whichever class an anchor is given
        possible = [k for k in np.argsort(-highest, kind="stable") if highest[k] >= _LEAST_DOUBT]
        return Sight(*(tuple(self._named(numbers)) for numbers in (sure, possible)))

    def _outputs(self, photo: Image.Image) -> tuple[Array, Array]:
        """Box codes (19206, 4) and scores (19206, 90) of every anchor."""
        square = photo.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        outputs = self._model.run(np.asarray(square, dtype=np.uint8)[None])
        codes, scores = sorted((output[0] for output in outputs), key=lambda o: o.shape[-1])
        return codes, scores

    def _named(self, numbers: Iterable[int]) -> list[str]:
        return [label for number in dict.fromkeys(numbers) if (label := self._label(number))]

    def _label(self, number: int) -> str | None:
        label = self._labels()[number]
        return None if label in _UNUSED_LABELS else _READABLE.get(label, label)


@functools.cache
def anchors() -> Array:
    """Return the boxes that the network's outputs are relative to, shape (19206, 4).

    A row is (centre y, centre x, height, width) as shares of the side. The grid of level 7 has
    three cells on 320 pixels, so its stride is a third of the side and not the nominal 128 pixels;
    the anchors listed in the model file's metadata say the same.
    """
    cell_sizes = [
        (_ANCHOR_SCALE * 2**octave / aspect**0.5, _ANCHOR_SCALE * 2**octave * aspect**0.5)
        for octave in _OCTAVES
        for aspect in _ASPECTS
    ]
    levels = []
    for cells in _CELLS:
        centers = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(centers, centers, indexing="ij"), axis=-1)
        shape = (cells**2, len(cell_sizes), 2)
        positions = np.broadcast_to(grid.reshape(-1, 1, 2), shape)
        sizes = np.broadcast_to(np.array(cell_sizes) / cells, shape)
        levels.append(np.concatenate([positions, sizes], axis=-1).reshape(-1, 4))
    return np.concatenate(levels).astype(np.float32)


def decode_boxes(codes: Array, anchors: Array) -> Array:
    """Return the boxes that codes describe, as shares of the side; not clipped to the photo.

    Args:
        codes: Network output (dy, dx, log height, log width) per anchor, shape (n, 4).
        anchors: The same rows of `anchors()`, shape (n, 4).

    Returns:
        left, top, right, bottom, shape (n, 4).
    """
    center = codes[:, :2] * anchors[:, 2:] + anchors[:, :2]  # (n, 2), y before x
    half = np.exp(codes[:, 2:]) * anchors[:, 2:] / 2  # (n, 2)
    top_left, bottom_right = center - half, center + half
    return np.concatenate([top_left[:, ::-1], bottom_right[:, ::-1]], axis=1)  # (n, 4)


def suppress_overlaps(boxes: Array, classes: Sequence[int], limit: float) -> list[int]:
    """Return the indices that stay when each box drops the weaker ones of its class it overlaps.

    Args:
        boxes: left, top, right, bottom, the most confident first, shape (n, 4).
        classes: One class per box.
        limit: Largest intersection over union that two kept boxes of one class may have.
    """
    kept: list[int] = []
    for k in range(len(boxes)):
        rivals = [j for j in kept if classes[j] == classes[k]]
        if not rivals or _overlaps(boxes[k], boxes[rivals]).max() <= limit:
            kept.append(k)
    return kept


def _candidates(scores: Array, classes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of the confident anchors, best first."""
    least = np.where(classes == _PERSON, _LEAST_SCORE_OF_PEOPLE, _LEAST_SCORE)
    best = np.argsort(-scores, kind="stable")[:_CANDIDATES]
    return best[scores[best] >= least[best]]


def _overlaps(box: Array, others: Array) -> Array:
    """Intersection over union of one box with several, shape (n,)."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])  # (n, 2)
    shared = np.clip(sides, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(np.float32).eps))
