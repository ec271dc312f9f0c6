"""What the captioner looks at: the regions of the image encoder, and objects that were detected."""

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

from core.captioning.decoder import PhotoBatch
from core.contexts.detector import Detection, ObjectDetector
from core.encoders.image import ImageEncoder

MOST_OBJECTS = 10


class PhotoReader:
    """Turns photos into what the decoder looks at.

    Attributes:
        encoder: Gives the regions.
        labels: Classes that objects can have; their numbers begin with 1.
    """

    def __init__(self, encoder: ImageEncoder, labels: Sequence[str]) -> None:
        self.encoder, self.labels = encoder, tuple(labels)
        self._detector = ObjectDetector()
        self._numbers = {label: number for number, label in enumerate(self.labels, start=1)}

    def read(self, photos: Sequence[Image.Image]) -> PhotoBatch:
        """Return what is seen in RGB photos.

        Raises:
            InputError: The detector's weights are not installed, or damaged.
        """
        found = [self._detector.detect(photo) for photo in photos]
        labels, boxes = self.objects(found)
        return PhotoBatch(self.encoder.encode(photos).regions, labels, boxes)

    def objects(self, found: Sequence[Sequence[Detection]]) -> tuple[Tensor, Tensor]:
        """Return the surest objects of each photo as `labels` and `boxes` of a `PhotoBatch`."""
        labels = torch.zeros(len(found), MOST_OBJECTS, dtype=torch.long)  # (B, O)
        boxes = torch.zeros(len(found), MOST_OBJECTS, 5)  # (B, O, 5)
        for row, detections in enumerate(found):
            for place, seen in enumerate(detections[:MOST_OBJECTS]):
                labels[row, place] = self._numbers.get(seen.label, 0)
                boxes[row, place] = torch.tensor([*seen.box, seen.score])
        return labels, boxes


def mirrored(photos: PhotoBatch, columns: int) -> PhotoBatch:
    """Return the photos as a mirror shows them: regions and boxes change sides.

    Ours: features are mirrored instead of pixels. What a convolution makes of a mirrored photo is
    not quite that, but each photo is encoded once.

    Args:
        photos: R regions, row-major.
        columns: Of the grid.
    """
    grid = photos.regions.unflatten(1, (-1, columns)).flip(2)  # (B, rows, columns, D)
    left, top, right, bottom, score = photos.boxes.unbind(-1)  # (B, O) each
    is_there = photos.labels > 0
    flipped = torch.stack([1 - right, top, 1 - left, bottom, score], dim=-1)
    boxes = torch.where(is_there[..., None], flipped, photos.boxes)
    return PhotoBatch(grid.flatten(1, 2), photos.labels, boxes)
