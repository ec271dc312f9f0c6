"""Any Hugging Face vision model as an image encoder: ViT, DeiT, CLIP, DINOv2, ResNet, ...

Paper: ViT or CLIP-ViT patches. Ours: whatever `AutoModel` loads, with its regions found from the
shape of its output. Code that comes with a model is never run.
"""

import hashlib
from collections.abc import Callable
from math import isqrt
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoImageProcessor, AutoModel

from core.encoders.image_features import FrozenImageEncoder, Preparation
from core.errors import InputError
from core.weights import resolve_model

_LOADING_ERRORS = (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError)


def load_huggingface(name_or_path: str, device: str = "cpu") -> FrozenImageEncoder:
    """Load a vision model, or the vision tower of a CLIP-like one, by id or folder.

    Regions are the patch tokens without class and register tokens, or the cells of the last feature
    map. Pooled is the model's own pooling where it was trained (for CLIP before the projection into
    the joint space), else the class token, else the mean of the regions.

    Args:
        name_or_path: Hugging Face id, or a folder with config.json, preprocessor_config.json and
            model.safetensors.
        device: Where it runs.

    Raises:
        InputError: It cannot be found or read, lacks weights, or gives no grid of features.
    """
    source = resolve_model(name_or_path)
    model, preparation = _load(source)
    example = torch.zeros(1, 3, preparation.side, preparation.side)
    try:
        with torch.inference_mode():
            hidden = model(pixel_values=example).last_hidden_state
        rows, columns = _grid(hidden, model)
    except (ValueError, RuntimeError, TypeError, AttributeError) as error:
        raise InputError(
            f"{name_or_path} gives no grid of features for a photo of {preparation.side} x "
            f"{preparation.side} pixels: choose a vision model such as ViT, CLIP, DINOv2 or ResNet."
        ) from error
    fingerprint = _fingerprint(model, preparation)
    return FrozenImageEncoder(
        name=name_or_path,
        fingerprint=fingerprint,
        width=int(hidden.shape[1] if hidden.ndim == 4 else hidden.shape[2]),
        grid=(rows, columns),
        preparation=preparation,
        network=_forward(model.to(device), rows * columns),
        device=device,
    )


def _load(source: Path | str) -> tuple[Any, Preparation]:
    """Load the vision tower, frozen, and what its processor says about pixels."""
    try:
        processor = AutoImageProcessor.from_pretrained(
            source, trust_remote_code=False, backend="pil"
        )
        model, report = AutoModel.from_pretrained(
            source, dtype=torch.float32, trust_remote_code=False, output_loading_info=True
        )
    except _LOADING_ERRORS as error:
        raise InputError(
            f"{source} holds no readable vision model: it needs config.json, "
            "preprocessor_config.json and model.safetensors, as save_pretrained writes them."
        ) from error
    tower: Any = getattr(model, "vision_model", model)
    missing = sorted(report["missing_keys"])
    if any("pooler" in key for key in missing):
        tower.pooler = None  # fresh random weights: a different vector at every start
        missing = [key for key in missing if "pooler" not in key]
    if missing:
        raise InputError(f"{source} lacks the weight {missing[0]}: choose a complete model.")
    if hasattr(tower.config, "mask_ratio"):
        raise InputError(f"{source} hides patches at random: choose a ViT without masking.")
    return tower.eval().requires_grad_(False), _preparation(processor, tower)


def _preparation(processor: Any, tower: Any) -> Preparation:
    """Read side, mean and deviation from whichever fields this kind of processor fills."""
    crop = processor.crop_size if getattr(processor, "do_center_crop", False) else None
    size = crop or processor.size
    side = size.get("height") or size.get("shortest_edge") or tower.config.image_size
    normalise = getattr(processor, "do_normalize", True)
    return Preparation(
        side=int(side),
        mean=tuple(processor.image_mean) if normalise else (0.0, 0.0, 0.0),
        std=tuple(processor.image_std) if normalise else (1.0, 1.0, 1.0),
        resample=Image.Resampling(processor.resample),
    )


def _grid(hidden: Tensor, model: Any) -> tuple[int, int]:
    """Find rows and columns in the output for one square photo.

    A feature map (1, D, rows, columns) says them; tokens (1, N, D) are a square number of patches
    after one class token and perhaps registers, after none (Swin), or after two (DeiT).
    """
    if hidden.ndim == 4:
        return int(hidden.shape[2]), int(hidden.shape[3])
    tokens = int(hidden.shape[1])
    for leading in (1 + getattr(model.config, "num_register_tokens", 0), 0, 2):
        side = isqrt(max(tokens - leading, 0))
        if side and side * side == tokens - leading:
            return side, side
    raise ValueError(f"{tokens} tokens are no square grid")


def _forward(model: Any, regions_count: int) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """Return the function from pixels (B, 3, side, side) to regions (B, R, D) and pooled (B, D)."""

    def forward(pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        output = model(pixel_values=pixel_values)
        hidden = output.last_hidden_state
        if hidden.ndim == 4:
            hidden = hidden.flatten(2).transpose(1, 2)  # (B, R, D)
        regions = hidden[:, hidden.shape[1] - regions_count :]  # (B, R, D)
        pooled = getattr(output, "pooler_output", None)
        if pooled is None:
            has_class_token = hidden.shape[1] > regions_count
            pooled = hidden[:, 0] if has_class_token else regions.mean(1)
        return regions, pooled.flatten(1)

    return forward


def _fingerprint(model: Any, preparation: Preparation) -> str:
    """Hash class, preparation and every weight by name, shape and value."""
    digest = hashlib.sha256(f"{type(model).__name__} {preparation}".encode())
    for name, weight in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(weight.shape)}".encode())
        digest.update(weight.contiguous().numpy().tobytes())
    return digest.hexdigest()
