"""An experiment from config to checkpoint."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from core.amounts import amount
from core.config import Config, SourceConfig
from core.config_changes import changed_keys
from core.config_files import load_config
from core.datasets.leaks import find_leaks
from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageEncoder, load_image_encoder
from core.errors import InputError
from core.evaluation.gold import check_gold, without_gold_spans
from core.evaluation.scores import scores
from core.model import ShapCA
from core.records import Example
from core.training.checkpoint import (
    CHECKPOINTS,
    build_model,
    load_checkpoint,
    make_folder,
    save_checkpoint,
    save_metrics,
)
from core.training.learnable import check_objectives, check_posts
from core.training.loop import Data, Trainer
from core.training.model_card import write_model_card
from core.training.progress import STATE, Progress
from core.training.sources import (
    image_features,
    load_source,
    without_overlap,
)
from core.training.starting import check_start, start_from


@dataclass(frozen=True)
class Trained:
    """A model with its best dev weights, and what it was trained and will be scored on.

    Attributes:
        model: On its device.
        tokenizer: Of its text encoder.
        encoder: Of its images.
        progress: How the run went.
        examples: Number of training examples by source.
        evaluations: Dev first, then the other sources to score, by name.
        is_main: Whether this is the first of the processes, which saves and scores.
    """

    model: ShapCA
    tokenizer: PreTrainedTokenizerFast
    encoder: ImageEncoder
    progress: Progress
    examples: dict[str, int]
    evaluations: dict[str, Data]
    is_main: bool


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

    Returns:
        The metrics; nothing in other processes than the first of several.

    Raises:
        InputError: Data cannot be read or teaches nothing, or one of the folders holds what
            another config made.
    """
    device = choose_device(device)
    folder = checkpoint_folder or CHECKPOINTS / config.name
    make_folder(folder)  # hours of training should not end at a name that is taken
    _check_replaceable(folder, config)
    trained = train_model(config, run_folder or Path("runs") / config.name, device=device)
    if not trained.is_main:
        return {}
    save_checkpoint(
        folder,
        trained.model,
        trained.tokenizer,
        config,
        image_fingerprint=trained.encoder.fingerprint,
        image_width=trained.encoder.width,
    )
    metrics: dict[str, Any] = {
        "best_epoch": trained.progress.best_epoch,
        "chosen_by": trained.progress.chosen_by,
        "training_seconds": round(trained.progress.seconds, 1),
        "trained_on": _machine(device),
        "training_examples": trained.examples,
        **({"started_from": start} if (start := trained.progress.started_from) else {}),
    }
    save_metrics(folder, metrics)
    # The figures are those of the file that ships, read back and rounded as it is.
    saved = load_checkpoint(folder)
    metrics["scores"] = {
        name: scores(saved.model.to(device), saved.tokenizer, config, *data)
        for name, data in trained.evaluations.items()
    }
    save_metrics(folder, metrics)
    write_model_card(folder, config, metrics)
    return metrics


def _check_replaceable(folder: Path, config: Config) -> None:
    """Refuse to put a checkpoint in the place of one that this config would not make."""
    written = folder / "config.toml"
    if not written.exists():
        return
    there = load_config(written)
    if there.model_copy(update={"card": config.card}) != config:
        differs = ", ".join(changed_keys(there, config)) or "its name or seed"
        raise InputError(
            f"{folder} holds the checkpoint {there.name} of another config, which would be lost "
            f"(what differs: {differs}); give this config a name of its own, name another folder "
            "with --out, or remove that one"
        )


def _machine(device: str) -> str:
    return f"{os.cpu_count()} CPU cores" if device == "cpu" else device


def train_model(config: Config, run_folder: Path, *, device: str) -> Trained:
    """Read what a config names, and train to the end, or on from where the run stopped.

    Args:
        config: The experiment.
        run_folder: State and log of the run.
        device: `cpu`, `cuda` or `mps`.

    Raises:
        InputError: Data cannot be read or teaches nothing, or the run folder holds another config.
    """
    check_objectives(config)
    start, is_new = config.training.start_from, not (run_folder / STATE).exists()
    if start and is_new:
        check_start(start)
    encoder = load_image_encoder(config.image_encoder.model, device)
    cache = FeatureCache(encoder)
    evaluations = {
        source.name: _load(source, config, cache)
        for source in (config.data.dev, *config.data.evaluations)
    }
    held_out = [example for examples, _ in evaluations.values() for example in examples]
    held_out = held_out if config.data.drop_overlap else []
    sources = [
        _load(source, config, cache, held_out, asks="task" in source.objectives)
        for source in config.data.sources
    ]
    for source, (examples, _) in zip(config.data.sources, sources, strict=True):
        for warning in find_leaks(examples).warnings if "task" in source.objectives else ():
            tqdm.write(f"{source.name}: {warning}", file=sys.stderr)
    dev = evaluations[config.data.dev.name]
    check_posts(config, [examples for examples, _ in sources], dev[0])
    torch.manual_seed(config.seed)  # the parameters that start at random
    model, tokenizer = build_model(config, image_width=encoder.width)
    started_from = start_from(model, start, config) if start and is_new else None
    trainer = Trainer(config, model, tokenizer, sources, dev, run_folder, device=device)
    if started_from:
        trainer.progress.started_from = started_from
    is_main = trainer.accelerator.is_main_process
    if is_main and trainer.is_finished:
        tqdm.write(f"{run_folder}: this run is finished; nothing is left to train", file=sys.stderr)
    with tqdm(desc=config.name, unit="step", disable=not is_main) as bar:

        def report(step: int, steps: int, losses: dict[str, float]) -> None:
            bar.total = steps
            bar.n = step
            bar.set_postfix(loss=f"{losses['total']:.2f}")

        progress = trainer.run(report)
    counts = {
        source.name: len(examples)
        for source, (examples, _) in zip(config.data.sources, sources, strict=True)
    }
    return Trained(model, tokenizer, encoder, progress, counts, evaluations, is_main)


def _load(
    source: SourceConfig,
    config: Config,
    cache: FeatureCache,
    held_out: Sequence[Example] = (),
    *,
    asks: bool = True,
) -> Data:
    """Read a source; gold entities and relations are kept, and must fit, where one `asks` them."""
    read = load_source(source, config.data)
    examples = without_overlap(read, held_out)
    if not examples:
        raise InputError(_nothing_left(source, len(read)))
    if left_out := len(read) - len(examples):
        tqdm.write(
            f"{source.name}: {amount(left_out, 'post')} of {len(read):,} left out, whose sentences "
            "stand in dev or an evaluation (data.drop_overlap)",
            file=sys.stderr,
        )
    if asks:
        check_gold(examples, config.head, source.name)
    else:
        examples = without_gold_spans(examples)
    return examples, image_features(examples, cache)


def _nothing_left(source: SourceConfig, read: int) -> str:
    if not read:
        return f"{source.name} has no posts; check its file, split and part"
    return (
        f"{source.name}: the sentences of all {read:,} posts stand in dev or an evaluation as "
        "well, and data.drop_overlap leaves such posts out; train on others, or set it to false"
    )
