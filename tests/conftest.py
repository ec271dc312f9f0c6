"""Tiny real models, saved to disk and loaded through the same code as the big ones, and data."""

import json
import string
import sys
from collections.abc import Callable, Iterator, Sequence
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

from core.annotations import About, write_annotations
from core.config import Config
from core.datasets.tokens import tokenize
from core.encoders.image import load_image_encoder
from core.model import ShapCA
from core.records import (
    Context,
    Entity,
    Game,
    Games,
    Gates,
    ImageInfo,
    NoGame,
    Outcome,
    Player,
    Post,
    Record,
    Side,
    Standing,
    Verdict,
)
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
                "training": {"precision": "no", "average_decay": 0.5, **fast, **training},
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


@pytest.fixture(scope="session")
def write_run() -> Callable[..., Path]:
    """Write the log of a training that never was: losses fall, own values rise above foreign."""
    return _write_run


def _write_run(
    folder: Path,
    *,
    epochs: int = 3,
    steps: int = 100,
    started: float = 1.0e9,
    end: str | None = "finished",
    resumed_at: int | None = None,
    seed: int = 13,
    images: bool = True,
    settings: dict[str, Any] | None = None,
) -> Path:
    """Write `metrics.jsonl` into a folder: an event every 20 steps, `steps` an epoch."""
    sides = ("text", "image") if images else ("text",)
    config = {
        "name": folder.name,
        "seed": seed,
        "head": {"task": "mner"},
        "training": {"epochs": epochs, **(settings or {})},
        "data": {"dev": {"name": "valid"}, "sources": [{"name": "train", "batch_size": 16}]},
    }
    start = {
        "event": "start",
        "config": config,
        "steps": epochs * steps,
        "steps_per_epoch": steps,
        "device": "cpu",
        "processes": 1,
        "versions": {"torch": "2.13.0"},
        "command": f"python -m core train configs/{folder.name}.toml",
    }
    events: list[dict[str, Any]] = [{"step": 0, "time": started, **start}]
    for epoch in range(1, epochs + 1):
        for step in range((epoch - 1) * steps + 20, epoch * steps + 1, 20):
            share = step / (epochs * steps)
            losses = {"task": 9 * (1 - share) + 1, "context_to_text": 3 - share, "label": 0.0}
            events.append(
                {
                    "step": step,
                    "event": "step",
                    "time": started + step,
                    "epoch": epoch,
                    "source": "train",
                    "losses": {**losses, "total": sum(losses.values())},
                    "learning_rate": 1e-3 * (1 - share),
                    "posts_per_second": 40.0 + epoch,
                }
            )
        if resumed_at is not None and (epoch - 1) * steps <= resumed_at < epoch * steps:
            events.append({"step": resumed_at, "time": started + epoch * steps - 1, **start})
        own, foreign = 1 + epoch / 4, 1 - epoch / 8
        alignment = {
            "own": own,
            "foreign": foreign,
            "diagonal_dominance": own - foreign,
            "auroc": 0.5 + epoch / 20,
            "recall_at_1": epoch / 10,
        }
        events.append(
            {
                "step": epoch * steps,
                "event": "epoch",
                "time": started + epoch * steps,
                "epoch": epoch,
                "dev": {"precision": 0.5, "recall": 0.5, "f1": 0.5 + (epoch % 3) / 10},
                "best": epoch < 3,
                "seconds": 10.0 * epoch,
                "posts_per_second": 40.0,
                "alignment": dict.fromkeys(sides, alignment),
                **({"gates": {"text": [epoch] * 20, "image": [0] * 19 + [5]}} if images else {}),
            }
        )
    if end:
        last = {"step": epochs * steps, "event": "end", "time": started + epochs * steps}
        events.append({**last, "reason": end, "best_epoch": 2, "best_score": 0.7})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "metrics.jsonl"
    _write_lines(path, events)
    return path


@pytest.fixture(scope="session")
def write_annotated() -> Callable[..., Path]:
    """Write the run of a model that never was, over posts whose fates go round in four."""
    return _write_annotated


def _write_annotated(
    path: Path, *, posts: int = 40, gold: bool = True, images: bool = True
) -> Path:
    """Write an annotation file. Of four posts, by what is predicted and what the contexts did:

    0 right, no change · 1 the place is an ORG, hurt · 2 nothing right, no change · 3 right, helped.
    The margin on the text side is +1, on every third post −1; on the image side, +1 or −1 in turn.
    """
    about = About(
        task="mner",
        checkpoint="tiny@0",
        dataset="invented posts",
        created="2026-01-02T03:04:05+00:00",
        command="python -m core annotate",
    )
    records = (_annotated(number, gold=gold, images=images) for number in range(posts))
    write_annotations(path, records, about=about)
    return path


def _annotated(number: int, *, gold: bool, images: bool) -> Record:
    text = f"Anna meets the press in Oslo on day {number}"
    right, retyped = (("PER", 0), ("LOC", 5)), (("PER", 0), ("ORG", 5))
    wrong, half = (("ORG", 0), ("PER", 5)), (("PER", 0),)
    predicted, without = ((right, right), (retyped, right), (wrong, wrong), (right, half))[
        number % 4
    ]
    margins = {"text": -1.0 if number % 3 == 0 else 1.0, "image": 1.0 if number % 2 else -1.0}
    no_image = NoGame(side="image", reason="The post has no image, so it has no image side.")
    return Record(
        post=Post(
            id=f"post-{number}",
            text=text,
            tokens=list(tokenize(text)),
            image=ImageInfo(sha256="ab" * 32, width=4, height=3) if images else None,
        ),
        contexts=[Context(text=f"A woman <b>{number}</b> at a desk.", generator="typed")],
        games=Games(
            text=_one_context("text", margins["text"]),
            image=_one_context("image", margins["image"]) if images else no_image,
        ),
        gates=Gates(text=[0.5] * 9, image=[[0.25, 0.75]], contexts=[1.0]) if images else None,
        entities=_named(text, predicted, 0.5 + 0.1 * (number % 5)),
        without_contexts=Outcome(entities=_named(text, without)),
        gold=Outcome(entities=_named(text, right)) if gold else None,
        verdicts=[
            Verdict(
                context=0,
                label="misaligned" if margins["text"] < 0 else "aligned",
                rule="first",
                reason="Because <it> does.",
            )
        ],
        timings={"encode": 0.5},
        fingerprints={"checkpoint": "tiny@0"},
    )


def _named(text: str, spans: Sequence[tuple[str, int]], score: float = 1.0) -> list[Entity]:
    tokens = tokenize(text)
    return [
        Entity(
            text=tokens[place].text,
            type=name,
            start=tokens[place].start,
            end=tokens[place].end,
            token_start=place,
            token_end=place + 1,
            score=score,
        )
        for name, place in spans
    ]


def _one_context(side: Side, margin: float) -> Game:
    return Game(
        side=side,
        utility="softmax_mean",
        temperature=0.1,
        method="quadrature",
        evaluations=0,
        players=[Player(text="own", context=0), Player(text="other", bank_id="other")],
        similarities=[0.5, 0.5],
        shapley_values=[margin / 2, 0.0],
        value_grand=margin / 2,
        efficiency_residual=0.0,
        standings=[
            Standing(
                context=0,
                shapley_value=margin / 2,
                scaled_value=margin,
                similarity=0.5,
                rank=1 if margin > 0 else 2,
                margin=margin,
            )
        ],
        bank_targets=["other"],
        bank_values=[[0.0]],
    )
