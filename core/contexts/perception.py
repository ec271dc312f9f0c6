"""Contexts from small real models over the pixels, with no language model: objects, tags, text."""

import functools
import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image

from core.contexts import detector, look, ocr, sentences, tags
from core.contexts.generator import Written
from core.contexts.imagenet import summarise
from core.images import LoadedImage
from core.records import Context
from core.weights import WEIGHTS

_log = logging.getLogger(__name__)
_MODELS: dict[sentences.Source, str] = {
    "objects": detector.MODEL_NAME,
    "tags": tags.MODEL_NAME,
    "text": ocr.MODEL_NAME,
    "look": look.MODEL_NAME,
}
_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class _Perceived:
    evidence: sentences.Evidence
    seconds: dict[sentences.Source, float]


class PerceptionGenerator:
    """Describes a photo by what an object detector, an image classifier and OCR see in it.

    Models are loaded by the first photo. One generator serves any number of threads, and the same
    photo gets the same sentences.

    Attributes:
        name: "perception".
        at_once: 1: its models see one photo at a time.
        fingerprint: Hash of the weights and of the version of the sentences.
        notes: What this generator leaves out, in plain words.
    """

    name = "perception"
    at_once = 1

    def __init__(self, ocr: bool = True) -> None:
        """Create the generator.

        Args:
            ocr: Also read the text in the photo. When its package is not installed the generator
                works without and says so in `notes`.
        """
        self._detector = detector.ObjectDetector()
        self._tagger = tags.ImageTagger()
        self._reader, self.notes = _reader_and_notes(ocr)
        self.fingerprint = _fingerprint(with_text=self._reader is not None)

    def generate(self, images: Sequence[LoadedImage]) -> list[Written]:
        """Return up to four differently built sentences about each photo, with their models.

        A photo of one plain colour gets the sentence that says so; one in which nothing is
        recognised gets none.

        Raises:
            InputError: Weights are not installed, or damaged.
        """
        return [self._describe(image) for image in images]

    def _describe(self, image: LoadedImage) -> list[Context]:
        perceived = self._perceive(image.pixels)
        return [
            Context(
                text=found.text,
                generator=self.name,
                model=" + ".join(_MODELS[source] for source in found.sources),
                seconds=sum(perceived.seconds[source] for source in found.sources),
            )
            for found in sentences.describe(perceived.evidence)
        ]

    def _perceive(self, photo: Image.Image) -> _Perceived:
        seconds: dict[sentences.Source, float] = {}
        seen = _timed(seconds, "look", lambda: look.look_at(photo))
        if seen.plain_color:
            return _Perceived(sentences.Evidence(look=seen), seconds)
        probabilities = _timed(seconds, "tags", lambda: self._tagger.probabilities(photo))
        evidence = sentences.Evidence(
            detections=tuple(_timed(seconds, "objects", lambda: self._detector.detect(photo))),
            tags=summarise(probabilities, self._tagger.labels()),
            lines=tuple(_timed(seconds, "text", functools.partial(self._read, photo))),
            look=seen,
        )
        return _Perceived(evidence, seconds)

    def _read(self, photo: Image.Image) -> list[str]:
        return self._reader.read(photo) if self._reader else []


def _timed(
    seconds: dict[sentences.Source, float], source: sentences.Source, run: Callable[[], _Seen]
) -> _Seen:
    start = time.perf_counter()
    seen = run()
    seconds[source] = time.perf_counter() - start
    return seen


def _reader_and_notes(wanted: bool) -> tuple[ocr.TextReader | None, tuple[str, ...]]:
    if not wanted:
        return None, ()
    if ocr.is_ocr_installed():
        return ocr.TextReader(), ()
    note = (
        "Text in photos is not read: the package rapidocr-onnxruntime is not installed; "
        "`make dashboard` installs it from requirements-models.txt."
    )
    _log.warning(note)
    return None, (note,)


def _fingerprint(with_text: bool) -> str:
    names = ["object-detector", "imagenet-classifier", *(ocr.WEIGHTS if with_text else ())]
    parts = [f"sentences {sentences.VERSION}", *(WEIGHTS[name].sha256 for name in names)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
