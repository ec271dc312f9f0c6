"""An experiment from config to checkpoint, and the scores of a checkpoint on any file."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from core.config import Config, SourceConfig
from core.contexts.precomputed import load_all_contexts
from core.datasets.files import Loaded
from core.datasets.gold import check_gold, without_gold_spans
from core.datasets.leaks import find_leaks
from core.datasets.readers import read_posts
from core.devices import choose_device
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageEncoder, load_image_encoder
from core.errors import InputError
from core.evaluation.reports import gold_in_words, is_annotated
from core.evaluation.scores import scores
from core.model import ShapCA
from core.records import Example
from core.tasks import build_codec
from core.training.checkpoint import (
    CHECKPOINTS,
    build_model,
    image_encoder_of,
    load_checkpoint,
    make_folder,
    save_checkpoint,
    save_metrics,
)
from core.training.loop import Data, Trainer
from core.training.model_card import write_model_card
from core.training.progress import STATE, Progress
from core.training.sources import (
    image_features,
    load_source,
    without_overlap,
)
from core.training.starting import start_from


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
        InputError: Data cannot be read, or the run folder holds another config.
    """
    device = choose_device(device)
    folder = checkpoint_folder or CHECKPOINTS / config.name
    make_folder(folder)  # hours of training should not end at a name that is taken
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


def _machine(device: str) -> str:
    return f"{os.cpu_count()} CPU cores" if device == "cpu" else device


def train_model(config: Config, run_folder: Path, *, device: str) -> Trained:
    """Read what a config names, and train to the end, or on from where the run stopped.

    Args:
        config: The experiment.
        run_folder: State and log of the run.
        device: `cpu`, `cuda` or `mps`.

    Raises:
        InputError: Data cannot be read, or the run folder holds another config.
    """
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
    torch.manual_seed(config.seed)  # the parameters that start at random
    model, tokenizer = build_model(config, image_width=encoder.width)
    start = config.training.start_from
    is_new = not (run_folder / STATE).exists()
    started_from = start_from(model, start, config) if start and is_new else None
    dev = evaluations[config.data.dev.name]
    _check_objectives(config, dev, sources)
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


def _check_objectives(config: Config, dev: Data, sources: Sequence[Data]) -> None:
    """Refuse what cannot be learned, and a task by whose dev set no epoch can be chosen."""
    if not config.data.sources:
        raise InputError(f"{config.name} has no data.sources; name what is to be learned from")
    for source in config.data.sources:
        if not source.objectives:
            raise InputError(f"{source.name} has no objectives; name what is learned from it")
        if config.head.task == "classification" and "label" in source.objectives:
            raise InputError(f"{source.name}: a classification learns its labels by 'task'")
    asked = [
        (source, examples)
        for source, (examples, _) in zip(config.data.sources, sources, strict=True)
        if "task" in source.objectives
    ]
    for source, examples in [*asked, (config.data.dev, dev[0])] if asked else []:
        if not any(is_annotated(example, config.head) for example in examples):
            raise InputError(
                f"{source.name}: none of {len(examples)} posts says {gold_in_words(config.head)}; "
                "give a file that does"
            )


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
        dataset: Format of the file; see `core.datasets.readers`.
        file: In that format.
        contexts: JSONL files of contexts by image id.
        images: Folder of photos.
        split: Of an image_text file.
        skip_bad_lines: Leave out bad lines and count them.
        device: See `core.devices`.

    Raises:
        InputError: The format is unknown, something cannot be read, or there is nothing to score.
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
        relations=ready.config.head.relations or None,
    )
    codec = build_codec(ready.config.head)
    found = check_gold(loaded.examples, codec, str(file), skip_bad=skip_bad_lines)
    if not found.examples:
        raise InputError(f"{file}: has no example to score")
    cache = FeatureCache(image_encoder_of(ready, device))
    features = image_features(found.examples, cache)
    made = scores(ready.model.to(device), ready.tokenizer, ready.config, found.examples, features)
    if made.keys() == {"examples"}:
        raise InputError(
            f"{file}: none of {made['examples']} posts can be scored by {ready.config.name}: none "
            f"says {gold_in_words(ready.config.head)}, and there are no contexts to align with "
            "posts; give a file with gold labels"
        )
    return {
        "file": str(file),
        "skipped": [*loaded.skipped, *found.skipped],
        **made,
        "fingerprints": ready.fingerprints,
    }


def _load(
    source: SourceConfig,
    config: Config,
    cache: FeatureCache,
    held_out: Sequence[Example] = (),
    *,
    asks: bool = True,
) -> Data:
    """Read a source; gold entities and relations are kept, and must fit, where one `asks` them."""
    examples = load_source(source, config.data)
    examples = without_overlap(examples, held_out)
    if not examples:
        raise InputError(f"The source {source.name} has no examples; check its file and split.")
    if asks:
        check_gold(examples, build_codec(config.head), source.name)
    else:
        examples = without_gold_spans(examples)
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
    relations: Sequence[str] | None = None,
) -> Loaded:
    """Read a file of posts; see `evaluate_file` for the arguments.

    Lines with other `types` or `relations` are bad; None: any is read.

    Raises:
        InputError: The format is unknown, or something cannot be read.
    """
    known = load_all_contexts(contexts, skip_bad_lines=skip_bad_lines).by_image
    return read_posts(
        dataset,
        file,
        known,
        skip_bad_lines,
        images=images,
        split=split,
        types=types,
        relations=relations,
    )
