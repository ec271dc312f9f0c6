"""An experiment from config to checkpoint, and the scores of a checkpoint on any file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from core.config import Config, SourceConfig
from core.datasets.files import Loaded
from core.datasets.image_text import read_image_text
from core.datasets.twitter import read_twitter
from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.evaluation.scores import scores
from core.records import Example
from core.training.checkpoint import (
    CHECKPOINTS,
    build_model,
    load_checkpoint,
    save_checkpoint,
    save_metrics,
)
from core.training.loop import Data, Trainer
from core.training.model_card import write_model_card
from core.training.sources import (
    image_features,
    load_source,
    merged_contexts,
    without_overlap,
)


def run_experiment(
    config: Config,
    *,
    run_folder: Path | None = None,
    checkpoint_folder: Path | None = None,
    device: str = "auto",
) -> dict[str, Any]:
    """Train, save the checkpoint, score what was saved, and return the metrics.

    Args:
        config: The experiment.
        run_folder: State and log of the run; default `runs/<name>`. A run that was killed goes on.
        checkpoint_folder: Where the result goes; default `checkpoints/<name>`.
        device: See `core.devices`.

    Raises:
        InputError: Data cannot be read, or the run folder holds another config.
    """
    run_folder = run_folder or Path("runs") / config.name
    checkpoint_folder = checkpoint_folder or CHECKPOINTS / config.name
    device = choose_device(device)
    encoder = load_image_encoder(config.image_encoder.model, device)
    cache = FeatureCache(encoder)
    evaluations = {
        source.name: _load(source, config, cache)
        for source in (config.data.dev, *config.data.evaluations)
    }
    held_out = [example for examples, _ in evaluations.values() for example in examples]
    held_out = held_out if config.data.drop_overlap else []
    sources = [_load(source, config, cache, held_out) for source in config.data.sources]
    torch.manual_seed(config.seed)  # the parameters that start at random
    model, tokenizer = build_model(config, image_width=encoder.width)
    dev = evaluations[config.data.dev.name]
    trainer = Trainer(config, model, tokenizer, sources, dev, run_folder, device=device)
    with tqdm(desc=config.name, unit="step") as bar:

        def report(step: int, steps: int, losses: dict[str, float]) -> None:
            bar.total = steps
            bar.n = step
            bar.set_postfix(loss=f"{losses['total']:.2f}")

        progress = trainer.run(report)
    save_checkpoint(
        checkpoint_folder,
        model,
        tokenizer,
        config,
        image_fingerprint=encoder.fingerprint,
        image_width=encoder.width,
    )
    metrics: dict[str, Any] = {
        "best_epoch": progress.best_epoch,
        "training_seconds": round(progress.seconds, 1),
        "training_examples": {
            source.name: len(examples)
            for source, (examples, _) in zip(config.data.sources, sources, strict=True)
        },
    }
    save_metrics(checkpoint_folder, metrics)
    # The figures are those of the file that ships, read back and rounded as it is.
    saved = load_checkpoint(checkpoint_folder)
    metrics["scores"] = {
        name: scores(saved.model.to(device), saved.tokenizer, config, *data)
        for name, data in evaluations.items()
    }
    save_metrics(checkpoint_folder, metrics)
    write_model_card(checkpoint_folder, config, metrics)
    return metrics


def evaluate_file(
    checkpoint: str | Path,
    dataset: str,
    file: Path,
    *,
    contexts: list[Path],
    images: Path | None,
    split: str | None,
    skip_bad_lines: bool,
    device: str,
) -> dict[str, Any]:
    """Score a checkpoint on a file; see `core.evaluation.scores` for what is in the result.

    Args:
        checkpoint: Name or folder.
        dataset: `twitter` or `image_text`.
        file: In that format.
        contexts: JSONL files of contexts by image id.
        images: Folder of photos.
        split: Of an image_text file.
        skip_bad_lines: Leave out bad lines and count them.
        device: See `core.devices`.

    Raises:
        InputError: The dataset is unknown, or something cannot be read.
    """
    device = choose_device(device)
    ready = load_checkpoint(checkpoint)
    loaded = read_dataset(
        dataset,
        file,
        contexts,
        images,
        split,
        skip_bad_lines=skip_bad_lines,
        types=ready.config.head.entity_types,
    )
    if not loaded.examples:
        raise InputError(f"{file}: has no example to score")
    cache = FeatureCache(load_image_encoder(ready.config.image_encoder.model, device))
    features = image_features(loaded.examples, cache)
    made = scores(ready.model.to(device), ready.tokenizer, ready.config, loaded.examples, features)
    return {
        "file": str(file),
        "skipped": list(loaded.skipped),
        **made,
        "fingerprints": ready.fingerprints,
    }


def _load(
    source: SourceConfig, config: Config, cache: FeatureCache, held_out: Sequence[Example] = ()
) -> Data:
    examples = load_source(source, config.data)
    examples = without_overlap(examples, held_out)
    if not examples:
        raise InputError(f"The source {source.name} has no examples; check its file and split.")
    return examples, image_features(examples, cache)


def read_dataset(
    dataset: str,
    file: Path,
    contexts: Sequence[Path],
    images: Path | None,
    split: str | None,
    *,
    skip_bad_lines: bool = False,
    types: Sequence[str] | None = None,
) -> Loaded:
    """Read a file of `twitter` or `image_text`; see `evaluate_file` for the arguments.

    Tags of other `types` are bad lines; None: any type is read.

    Raises:
        InputError: The dataset is unknown, or something cannot be read.
    """
    known = merged_contexts(contexts, skip_bad_lines=skip_bad_lines)
    if dataset == "twitter":
        return read_twitter(file, known, skip_bad_lines, images=images, types=types)
    if dataset == "image_text":
        return read_image_text(file, images, skip_bad_lines, contexts=known, split=split)
    raise InputError(f"The dataset {dataset!r} is unknown; choose twitter or image_text.")
