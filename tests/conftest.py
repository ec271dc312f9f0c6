"""Tiny real models, saved to disk and loaded through the same code as the big ones, and data."""

import json
import string
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import (
    BertConfig,
    BertModel,
    PreTrainedTokenizerFast,
    ViTConfig,
    ViTImageProcessorPil,
    ViTModel,
)

from core.config import Config
from core.encoders.image import load_image_encoder
from core.model import ShapCA
from core.training.checkpoint import build_model, save_checkpoint, save_metrics

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
POSTS = [
    ("1", "Ada/B-PER Lovelace/I-PER visits/O London/B-LOC"),
    ("2", "Siemens/B-ORG opens/O in/O Oslo/B-LOC"),
    ("3", "we/O saw/O Hamlet/B-MISC today/O"),
    ("4", "Grace/B-PER Hopper/I-PER joins/O IBM/B-ORG"),
    ("5", "nothing/O happens/O here/O"),
    ("6", "Rome/B-LOC hosts/O the/O Tour/B-MISC de/I-MISC France/I-MISC"),
    ("7", "Nokia/B-ORG and/O Marie/B-PER"),
    ("8", "Bergen/B-LOC ,/O rain/O again/O"),
]
COLOURS = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"]


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests cache away from the user's cache, and out of one another's runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def tiny_text_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer BERT over single characters, with its tokenizer."""
    folder = tmp_path_factory.mktemp("tiny-bert")
    signs = string.ascii_lowercase + string.digits + string.punctuation
    vocabulary = {
        piece: i for i, piece in enumerate([*SPECIAL, *signs, *("##" + s for s in signs)])
    }
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_image_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer ViT over 2 x 2 patches, with its processor."""
    folder = tmp_path_factory.mktemp("tiny-vit")
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        image_size=32,
        patch_size=16,
    )
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def save_untrained() -> Callable[[Config, Path], ShapCA]:
    """Save a model nobody trained, always the same one, as a checkpoint."""

    def save(config: Config, folder: Path) -> ShapCA:
        encoder = load_image_encoder(config.image_encoder.model)
        torch.manual_seed(0)
        model, tokenizer = build_model(config, image_width=encoder.width)
        save_checkpoint(
            folder,
            model,
            tokenizer,
            config,
            image_fingerprint=encoder.fingerprint,
            image_width=encoder.width,
        )
        save_metrics(folder, {"best_epoch": 1})
        return model

    return save


@pytest.fixture(scope="session")
def tiny_checkpoint(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_text_model: Path,
    tiny_image_model: Path,
    save_untrained: Callable[[Config, Path], ShapCA],
) -> Path:
    """A checkpoint nobody trained, small enough to load at once and as real as any."""
    folder = tmp_path_factory.mktemp("tiny-checkpoint")
    source = {"name": "none", "kind": "twitter", "file": "none.txt"}
    config = Config.model_validate(
        {
            "name": "tiny",
            "text_encoder": {"model": str(tiny_text_model), "character_width": 8},
            "image_encoder": {"model": str(tiny_image_model)},
            "alignment": {"width": 16},
            "fusion": {"heads": 2, "dropout": 0.0},
            "data": {"dev": source, "sources": []},
        }
    )
    save_untrained(config, folder)
    return folder


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an experiment in miniature: tagged posts, and captioned, labelled photos."""
    root = tmp_path_factory.mktemp("data")
    blocks = []
    for image_id, words in POSTS:
        lines = [word.replace("/", "\t") for word in words.split()]
        blocks.append("\n".join([f"IMGID:{image_id}", *lines]))
    (root / "posts.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    contexts = [
        {"image_id": image_id, "text": f"a {colour} square near {words.split('/')[0]}"}
        for (image_id, words), colour in zip(POSTS, COLOURS, strict=True)
    ]
    _write_lines(root / "contexts.jsonl", contexts)
    (root / "images").mkdir()
    rows = []
    for number, colour in enumerate(COLOURS):
        picture = Image.new("RGB", (48, 48), "grey")
        ImageDraw.Draw(picture).rectangle((8, 8, 40, 8 + 4 * number), fill=colour)
        picture.save(root / "images" / f"{colour}.png")
        rows.append(
            {
                "id": number,
                "text": f"what a {colour} day",
                "image": f"{colour}.png",
                "label": "good" if number % 2 else "bad",
                "captions": [f"a {colour} square", f"something {colour} on grey"],
            }
        )
    _write_lines(root / "photos.jsonl", rows)
    return root


@pytest.fixture(scope="session")
def make_config(
    data_root: Path, tiny_text_model: Path, tiny_image_model: Path
) -> Callable[..., Config]:
    """Build the config of the miniature experiment, with changes to its training section."""

    def make(**training: Any) -> Config:
        twitter = {"kind": "twitter", "file": "posts.txt", "contexts": ["contexts.jsonl"]}
        photos = {"kind": "image_text", "file": "photos.jsonl", "images": "images"}
        fast = {"encoder_learning_rate": 3e-3, "learning_rate": 1e-2, "crf_learning_rate": 5e-2}
        return Config.model_validate(
            {
                "name": "miniature",
                "text_encoder": {"model": str(tiny_text_model), "character_width": 8},
                "image_encoder": {"model": str(tiny_image_model)},
                "alignment": {"width": 16},
                "fusion": {"heads": 2, "dropout": 0.0},
                "head": {"labels": ["bad", "good"], "dropout": 0.0},
                "training": {"precision": "no", **fast, **training},
                "data": {
                    "root": str(data_root),
                    "drop_overlap": False,  # it is meant to be learned by heart
                    "dev": {"name": "dev", **twitter},
                    "evaluations": [{"name": "photos", **photos}],
                    "sources": [
                        {"name": "tags", **twitter, "objectives": ["task"], "batch_size": 4},
                        {"name": "pairs", **twitter, "objectives": ["alignment"], "batch_size": 8},
                        {
                            "name": "fusion",
                            **photos,
                            "objectives": ["alignment", "label", "consistency"],
                            "batch_size": 4,
                        },
                    ],
                },
            }
        )

    return make


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def no_page_as_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spawned processes run the main module once more, and page tests leave a page in its place."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
