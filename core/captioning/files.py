"""The captioner's checkpoint: `captioner.safetensors`, `captioner.toml`, metrics and card.

The file names differ from those of a Shap-CA model, so that neither is taken for the other.
"""

import json
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import BaseModel, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.captioning.decoder import CaptionDecoder
from core.captioning.settings import CaptionerConfig
from core.captioning.vocabulary import Vocabulary
from core.config_files import load_toml
from core.errors import InputError, describe
from core.replacing import replacing
from core.weights import sha256_file

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
WEIGHTS, CONFIG = "captioner.safetensors", "captioner.toml"
_HEADER = "shap_ca_captioner"


class Facts(BaseModel):
    """What the weights stand on, kept in their header.

    Attributes:
        words: Of the vocabulary, signs left out.
        labels: Classes of objects.
        image_fingerprint: Of the image encoder.
        image_width: Width of its regions.
        grid: Rows and columns of its regions.
    """

    format: Literal["shap-ca-captioner/1"] = "shap-ca-captioner/1"
    words: tuple[str, ...]
    labels: tuple[str, ...]
    image_fingerprint: str
    image_width: int
    grid: tuple[int, int]


def build_decoder(config: CaptionerConfig, facts: Facts) -> CaptionDecoder:
    """Return an untrained decoder that fits."""
    return CaptionDecoder(
        config.decoder,
        words=len(Vocabulary(facts.words)),
        labels=len(facts.labels) + 1,
        image_width=facts.image_width,
        regions=facts.grid[0] * facts.grid[1],
    )


def save_captioner(
    folder: Path, config: CaptionerConfig, facts: Facts, weights: dict[str, Tensor]
) -> None:
    """Write weights (float16) and config; each file is whole or absent.

    Raises:
        OSError: The disk does not take it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: value.detach().cpu().half().contiguous() for name, value in weights.items()}
    with replacing(folder / WEIGHTS) as path:
        save_file(halves, path, metadata={_HEADER: facts.model_dump_json()})
    text = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))
    with replacing(folder / CONFIG) as path:
        path.write_text(text, encoding="utf-8")


def load_captioner(name_or_path: str) -> tuple[CaptionDecoder, CaptionerConfig, Facts, str]:
    """Return decoder in evaluation mode, config, facts, and SHA-256 of the weights.

    Args:
        name_or_path: A folder of `checkpoints/`, or any folder.

    Raises:
        InputError: There is none, or it is damaged.
    """
    folder = _find(name_or_path)
    try:
        config = load_toml(folder / CONFIG, TypeAdapter(CaptionerConfig))
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            facts = Facts.model_validate_json((file.metadata() or {})[_HEADER])
            weights = {name: file.get_tensor(name).float() for name in list(file.keys())}
        decoder = build_decoder(config, facts)
        decoder.load_state_dict(weights)
    except ValidationError as error:
        raise InputError(
            f"{folder}: is damaged or of another version ({describe(error)})"
        ) from None
    except (OSError, ValueError, KeyError, SafetensorError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(f"{folder}: is damaged ({why}); fetch or train it again") from None
    return decoder.eval(), config, facts, sha256_file(folder / WEIGHTS)


def save_metrics(folder: Path, metrics: dict[str, object]) -> None:
    """Write `metrics.json` with the SHA-256 of the weights it tells of."""
    told = {**metrics, "sha256": {WEIGHTS: sha256_file(folder / WEIGHTS)}}
    with replacing(folder / "metrics.json") as path:
        path.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _find(name_or_path: str) -> Path:
    for folder in (CHECKPOINTS / name_or_path, Path(name_or_path)):
        if (folder / WEIGHTS).is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in CHECKPOINTS.glob(f"*/{WEIGHTS}")))
    raise InputError(
        f"there is no captioner {name_or_path!r}; give a folder"
        + (f" or one of: {known}" if known else ", or train one: python -m core captioner train")
    )
