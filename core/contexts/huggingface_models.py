"""Vision-language models of Hugging Face, loaded and asked about photos.

Code that comes with a model is never run, and only weights in safetensors are read.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoProcessor,
    AutoTokenizer,
    BitsAndBytesConfig,
    ProcessorMixin,
)

from core.contexts.batches import is_memory_full
from core.contexts.huggingface_decoding import Decoding, decode
from core.contexts.huggingface_source import ModelSource, can_be_fetched
from core.contexts.prompts import Prompt
from core.errors import InputError

# These would take a question for the beginning of their caption.
_CAPTIONERS = ("blip", "git", "vision-encoder-decoder")
# How those without a chat template were trained to be asked.
_QUESTIONS = {"blip-2": "Question: {} Answer:", "instructblip": "{}"}

_Parts = tuple[Any, Any, Any]  # processor, image processor, tokenizer


@dataclass(frozen=True)
class Sentence:
    """What a model wrote, and the mean log probability of its pieces, in nats."""

    text: str
    log_likelihood: float


class VisionLanguageModel:
    """A model that writes about photos, with what prepares its inputs.

    Attributes:
        network: The model itself.
    """

    def __init__(self, network: Any, processor: Any, image_processor: Any, tokenizer: Any) -> None:
        self.network = network
        self._processor = processor
        self._image_processor = image_processor
        self._tokenizer = tokenizer
        self._kind = network.config.model_type
        self._chats = getattr(processor, "chat_template", None) is not None

    def prompts(self, prompts: Sequence[Prompt]) -> Sequence[Prompt | None]:
        """Return the prompts it is asked; of a captioner only None, which is no prompt.

        Raises:
            InputError: It must be asked something, or nobody knows how.
        """
        if self._kind in _CAPTIONERS or (self._kind == "blip-2" and not prompts):
            return [None]
        if not self._chats and self._kind not in _QUESTIONS:
            raise InputError(
                f"A model of kind {self._kind} is asked through a chat template, and this one has "
                "none: choose a model whose processor has one, or add its chat_template.jinja."
            )
        if not prompts:
            raise InputError(f"A model of kind {self._kind} must be asked: name one in prompts.")
        return prompts

    def write(
        self,
        photos: Sequence[Image.Image],
        prompt: Prompt | None,
        decoding: Decoding,
        seeds: Sequence[int],
    ) -> list[list[Sentence]]:
        """Return the sentences about each photo; see `decode` for the arguments."""
        inputs = self._inputs(photos, prompt).to(self.network.device, dtype=self.network.dtype)
        with torch.inference_mode():
            pieces, means = decode(self.network, inputs, decoding, seeds)
        texts = self._tokenizer.batch_decode(pieces, skip_special_tokens=True)
        sentences = [Sentence(*said) for said in zip(texts, means, strict=True)]
        count = decoding.sentences
        return [sentences[start : start + count] for start in range(0, len(sentences), count)]

    def _inputs(self, photos: Sequence[Image.Image], prompt: Prompt | None) -> Any:
        """Prepare a batch; questions are padded on the left, where a decoder goes on from."""
        if prompt is None:
            return self._image_processor(images=list(photos), return_tensors="pt")
        padded = {"padding": True, "padding_side": "left"}
        if not self._chats:
            questions = [_QUESTIONS[self._kind].format(prompt.text)] * len(photos)
            return self._processor(
                images=list(photos), text=questions, return_tensors="pt", **padded
            )
        chats = [
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "image": photo},
                        {"type": "text", "text": prompt.text},
                    ],
                }
            ]
            for photo in photos
        ]
        return self._processor.apply_chat_template(
            chats,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs=padded,
        )


def load_model(
    source: ModelSource,
    device: str = "cpu",
    *,
    dtype: str = "auto",
    device_map: str | None = None,
    four_bit: bool = False,
) -> VisionLanguageModel:
    """Load a model and its processor; an id is downloaded first.

    Args:
        source: Where it lies.
        device: Where it runs, unless `device_map` says.
        dtype: Of its weights; auto: as they are saved.
        device_map: How accelerate spreads it over devices, such as "auto".
        four_bit: Keep weights in four bits, which needs the package bitsandbytes.

    Raises:
        InputError: Files are missing, damaged or of no model that writes about photos, or a package
            is not installed.
    """
    if four_bit and importlib.util.find_spec("bitsandbytes") is None:
        raise InputError(
            "four_bit needs the package bitsandbytes, which is not installed: run "
            "`pip install bitsandbytes`, or leave four_bit out."
        )
    how = {
        "dtype": dtype,
        "device_map": device_map or device,
        "quantization_config": BitsAndBytesConfig(load_in_4bit=True) if four_bit else None,
    }
    try:
        (network, report), parts = _read(source, how)
    except ImportError as error:
        raise InputError(
            f"{source.name} needs a package that is not installed ({first_line(error)}): install "
            "it with pip (torchvision and num2words by `pip install -r requirements-video.txt`), "
            "or choose another model."
        ) from error
    # What is wrong with files from outside shows as nearly any type of exception.
    except Exception as error:
        if is_memory_full(error):
            raise InputError(
                f"The memory is too small to load {source.name}: choose a smaller model, dtype "
                "bfloat16, or four_bit."
            ) from error
        raise InputError(
            f"{source.name} is not a readable model that writes about photos "
            f"({first_line(error)}): it needs config.json, weights in safetensors and the files "
            "of its processor, as save_pretrained writes them, and no code of its own."
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise InputError(f"{source.name} lacks the weight {missing[0]}: choose a complete model.")
    return VisionLanguageModel(network.eval(), *parts)


def _read(source: ModelSource, how: dict[str, Any]) -> tuple[Any, _Parts]:
    """Read a model, and from the hub what an interrupted download has left out of the cache."""
    try:
        return _read_from(source.location, source.revision, how)
    except ImportError:
        raise
    except Exception as error:
        if is_memory_full(error) or not (source.is_cached and can_be_fetched(source)):
            raise
    return _read_from(source.name, source.revision, how)


def _read_from(location: Path | str, revision: str, how: dict[str, Any]) -> tuple[Any, _Parts]:
    """Return the network with a report of its loading, and what prepares its inputs.

    Args:
        location: A folder or an id.
        revision: Of the id; folders have none, and it is passed over.
        how: The network is loaded.
    """
    safely = {"trust_remote_code": False, "revision": revision}
    loaded: Any = AutoModelForImageTextToText.from_pretrained(
        location, use_safetensors=True, output_loading_info=True, **safely, **how
    )
    return loaded, _processors(location, safely)


def _processors(location: Path | str, safely: dict[str, Any]) -> _Parts:
    """Return processor, image processor and tokenizer; older captioners only have the last two."""
    processor = AutoProcessor.from_pretrained(location, **safely)
    if isinstance(processor, ProcessorMixin):
        tokenizer, image_processor = processor.tokenizer, processor.image_processor
    else:
        tokenizer = AutoTokenizer.from_pretrained(location, **safely)
        image_processor = AutoImageProcessor.from_pretrained(location, **safely)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return processor, image_processor, tokenizer


def first_line(error: Exception) -> str:
    """Return the first line of what an exception says, or its name when it says nothing."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
