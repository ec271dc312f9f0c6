"""What a captioner has to beat: the caption of the most similar training photo, and perception."""

from collections.abc import Sequence
from statistics import fmean

import torch
from torch import Tensor
from torch.nn import functional

from core.contexts.perception import PerceptionGenerator
from core.contexts.quality import agreement
from core.errors import InputError
from core.images import LoadedImage

NOTHING_SEEN = "a photo"


def nearest_captions(
    queries: Tensor, known: Tensor, captions: Sequence[Sequence[str]]
) -> list[str]:
    """Return for each photo the typical caption of the training photo that looks most like it.

    Photos are compared by the cosine of their features, less the mean of the training photos.

    Args:
        queries: Features of the photos, shape (Q, D).
        known: Of the training photos, shape (N, D).
        captions: Of each training photo.
    """
    mean = known.mean(0)
    similarity = (
        functional.normalize(queries - mean, dim=-1) @ functional.normalize(known - mean, dim=-1).T
    )  # (Q, N)
    typical: dict[int, str] = {}
    nearest = torch.argmax(similarity, dim=-1).tolist()
    for photo in nearest:
        typical.setdefault(photo, typical_caption(captions[photo]))
    return [typical[photo] for photo in nearest]


def typical_caption(captions: Sequence[str]) -> str:
    """Return the caption that shares most words with the others of its photo; ties: the first.

    >>> typical_caption(["a dog runs", "two cats", "the dog runs on"])
    'a dog runs'
    """
    if len(captions) == 1:
        return captions[0]

    def shared(place: int) -> float:
        others = [other for at, other in enumerate(captions) if at != place]
        return fmean(agreement(captions[place], other) or 0.0 for other in others)

    return captions[max(range(len(captions)), key=shared)]


def perceived_captions(photos: Sequence[LoadedImage]) -> list[str]:
    """Return the first sentence of the perception generator for each photo.

    Raises:
        InputError: Its models are not installed.
    """
    captions = []
    for written in PerceptionGenerator(ocr=False).generate(photos):
        if isinstance(written, InputError):
            raise written
        captions.append(written[0].text if written else NOTHING_SEEN)
    return captions
