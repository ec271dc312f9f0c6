"""Contexts from any vision-language model of Hugging Face, by id or from a folder.

Paper: LLaVA-1.5. Ours: whatever `AutoModelForImageTextToText` loads: models that are asked through
a chat template (LLaVA, Qwen-VL, SmolVLM, Idefics, InternVL, ...) or by a plain question (BLIP-2,
InstructBLIP), and captioners that are asked nothing (BLIP, GIT, ViT-GPT2). The processors of those
that also take videos (Qwen-VL, InternVL, SmolVLM) need requirements-video.txt.
"""

import functools
import hashlib
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from core.contexts.batches import HalvingBatches, is_memory_full
from core.contexts.clean import clean_text
from core.contexts.generator import Written
from core.contexts.huggingface_decoding import Decoding
from core.contexts.huggingface_models import (
    VisionLanguageModel,
    first_line,
    load_model,
)
from core.contexts.huggingface_settings import HuggingFaceSettings
from core.contexts.huggingface_source import ModelSource, find_model
from core.contexts.prompts import Prompt, read_prompt
from core.devices import choose_device
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context

_VERSION = 1  # of how photos are shrunk, models asked and sentences cleaned
_UNDECIDING = {"model", "revision", "prompts", "device_map", "batch_size"}


@dataclass(frozen=True)
class _Ask:
    place: int
    photo: Image.Image
    prompt: Prompt | None
    seed: int


class HuggingFaceGenerator:
    """Describes photos with a vision-language model on this machine.

    The model is loaded by the first photo; calls wait for one another. At temperature 0 nothing is
    random. Above, each draw is decided by the settings' seed, the photo and the number of the
    sample, never by the batch the photo falls in; see `SeededNoise`. As everywhere, rounding
    differs between devices and batches, so that of two words as good as equal either may win.

    Attributes:
        name: "huggingface".
        at_once: Photos in a batch.
        settings: What it was made from.
    """

    name = "huggingface"

    def __init__(self, settings: HuggingFaceSettings, device: str = "auto") -> None:
        """Read the prompts; the model is looked for when it is first needed.

        Args:
            settings: Which model, and what it is asked.
            device: auto, cpu, cuda or mps; without effect when the settings map devices.

        Raises:
            InputError: There is no such prompt or device.
        """
        self.settings = settings
        self.at_once = settings.batch_size
        self._device = choose_device(device)
        self._prompts = [read_prompt(name) for name in settings.prompts]
        self._lock = threading.Lock()
        self._batches = HalvingBatches(self._write, settings.batch_size)
        drawn = settings.temperature > 0
        self._draws = settings.samples if drawn else 1
        self._decoding = Decoding(
            temperature=settings.temperature,
            top_p=settings.top_p,
            beams=settings.beams,
            sentences=1 if drawn else settings.samples,
            max_new_tokens=settings.max_new_tokens,
        )

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash of the model's files or commit, the prompts, and how sentences are decoded.

        Raises:
            InputError: There is no such model.
        """
        parts = [
            f"{self.name} {_VERSION} {self._source.name} {self._source.revision}",
            self.settings.model_dump_json(exclude=_UNDECIDING),
            *(repr((prompt.name, prompt.text)) for prompt in self._prompts),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def generate(self, images: Sequence[LoadedImage]) -> list[Written]:
        """Return each photo's contexts: for every prompt its samples, equal ones once.

        A batch that does not fit into the memory is halved; what fails for one photo alone is that
        photo's answer.

        Raises:
            InputError: The model cannot be found, loaded or asked.
        """
        said: list[list[Context]] = [[] for _ in images]
        failed: dict[int, InputError] = {}
        with self._lock:
            for prompt in self._model.prompts(self._prompts):
                asks = self._asks(prompt, images)
                for ask, written in zip(asks, self._batches.run(asks), strict=True):
                    if isinstance(written, Exception):
                        failed[ask.place] = self._refusal(written)
                    else:
                        said[ask.place] += written
        return [failed.get(place) or _unlike(said[place]) for place in range(len(images))]

    @functools.cached_property
    def _source(self) -> ModelSource:
        return find_model(self.settings.model, self.settings.revision)

    @functools.cached_property
    def _model(self) -> VisionLanguageModel:
        return load_model(
            self._source,
            self._device,
            dtype=self.settings.dtype,
            device_map=self.settings.device_map,
            four_bit=self.settings.four_bit,
        )

    def _asks(self, prompt: Prompt | None, images: Sequence[LoadedImage]) -> list[_Ask]:
        return [
            _Ask(place, self._shrunk(image.pixels), prompt, self._seed(image, draw))
            for place, image in enumerate(images)
            for draw in range(self._draws)
        ]

    def _write(self, asks: Sequence[_Ask]) -> list[list[Context]]:
        """Return what the model says to asks with the same prompt."""
        start = time.perf_counter()
        photos, seeds = [ask.photo for ask in asks], [ask.seed for ask in asks]
        said = self._model.write(photos, asks[0].prompt, self._decoding, seeds)
        seconds = (time.perf_counter() - start) / (len(asks) * self._decoding.sentences)
        return [
            [
                self._context(text, sentence.log_likelihood, ask.prompt, seconds)
                for sentence in sentences
                if (text := clean_text(sentence.text))
            ]
            for ask, sentences in zip(asks, said, strict=True)
        ]

    def _context(self, text: str, likely: float, prompt: Prompt | None, seconds: float) -> Context:
        return Context(
            text=text,
            generator=self.name,
            model=self._source.label,
            prompt=prompt.label if prompt else None,
            seconds=seconds,
            # Half precision may run over its numbers.
            log_likelihood=min(likely, 0.0) if math.isfinite(likely) else None,
        )

    def _refusal(self, error: Exception) -> InputError:
        if is_memory_full(error):
            return InputError(
                f"The memory is too small for {self._source.name} and one photo: choose a smaller "
                "model, dtype bfloat16, four_bit, or a smaller largest_side."
            )
        return InputError(
            f"{self._source.name} cannot describe this photo ({first_line(error)}): give another "
            "photo, or choose another model."
        )

    def _shrunk(self, photo: Image.Image) -> Image.Image:
        side = self.settings.largest_side
        if max(photo.size) <= side:
            return photo
        smaller = photo.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        return smaller

    def _seed(self, image: LoadedImage, draw: int) -> int:
        text = f"{self.settings.seed} {image.sha256} {draw}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])


def _unlike(contexts: list[Context]) -> list[Context]:
    """Return the contexts, of those with the same text the first."""
    first: dict[str, Context] = {}
    for context in contexts:
        first.setdefault(context.text, context)
    return list(first.values())
