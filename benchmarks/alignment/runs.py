"""Trains every alternative alignment objective with every seed, and notes each finished run.

Every alternative trains the same model on the same batches, from the same seeds, and is scored on
posts it has not seen. Its one setting is chosen before, by runs half as long with a seed of their
own, on a part of the training data. A finished run is a line of a file: started again, the
comparison goes on after the last.
"""

import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict, cast

import torch
from tqdm import tqdm

from core.config import Config, SourceConfig
from core.datasets.tokens import tokenize
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import ImageFeatures, load_image_encoder
from core.evaluation.alignment import alignment_report
from core.evaluation.scores import align_examples
from core.model import AlignmentFeatures
from core.records import Example
from core.training.checkpoint import build_model
from core.training.loop import Data, Trainer
from core.training.run_log import read_run_log
from core.training.sources import load_source, without_overlap

SEEDS = (13, 14, 15)
TUNING_SEED = 7
EVALUATED_AT = 0.1  # one game temperature for all: the game is not what is compared
Scores = dict[str, dict[str, float]]  # by dataset and pair of sides, then by metric
_BY_VALUE = (
    0.02,
    0.05,
    0.1,
    0.2,
)  # temperatures of Shapley values, which share v(N) among 32 players
_BY_SIMILARITY = (0.015, 0.03, 0.07, 0.15)


class Run(TypedDict):
    """What is noted of a finished run; `training_seconds` is 0 where nothing was trained."""

    scores: Scores
    training_seconds: float


@dataclass(frozen=True)
class Alternative:
    """One objective: what it changes in the config's alignment, and the setting it is tuned by.

    Attributes:
        alignment: Keys of the section and their values.
        tuned: The key of the setting; empty: nothing is tuned.
        grid: Its candidates.
    """

    alignment: Mapping[str, Any]
    tuned: str = ""
    grid: tuple[float, ...] = ()

    def apply(self, config: Config, *, setting: float | None, seed: int) -> Config:
        """Return the config of one run."""
        changes = {**self.alignment, **({} if setting is None else {self.tuned: setting})}
        table = config.model_dump()
        table["alignment"] |= changes
        return Config.model_validate(table | {"seed": seed})


ALTERNATIVES = {
    "Shapley A, exact": Alternative({"form": "softmax"}, "contrast_temperature", _BY_VALUE),
    "Shapley A, 4 permutations": Alternative(
        {"form": "softmax", "method": "permutation", "permutations": 4},
        "contrast_temperature",
        _BY_VALUE,
    ),
    "Shapley B, exact": Alternative({"form": "difference"}, "temperature", (0.05, 0.1, 0.3, 1.0)),
    "InfoNCE": Alternative({"objective": "infonce"}, "contrast_temperature", _BY_SIMILARITY),
    "InfoNCE without contexts": Alternative(
        {"objective": "direct"}, "contrast_temperature", _BY_SIMILARITY
    ),
    "triplet": Alternative({"objective": "triplet"}, "margin", (0.05, 0.1, 0.2, 0.4)),
    "none": Alternative({"objective": "none"}),
}


@dataclass(frozen=True)
class Outcome:
    """How an alternative fared.

    Attributes:
        chosen: Value of its setting; None: nothing is tuned.
        tuning: Mean area of each candidate.
        runs: One finished run per seed.
    """

    chosen: float | None
    tuning: dict[float, float]
    runs: list[Run]


@dataclass(frozen=True)
class BenchData:
    """What is trained on, what settings are chosen by, and what is reported, by name."""

    sources: list[Data]
    tuning: dict[str, Data]
    reported: dict[str, Data]
    image_width: int


def load_data(config: Config) -> BenchData:
    """Read what the config names; the other part of each source chooses the settings.

    Raises:
        InputError: A file is missing or has a line that cannot be read.
    """
    encoder = load_image_encoder(config.image_encoder.model)
    cache = FeatureCache(encoder)

    def load(source: SourceConfig, held_out: Sequence[Example] = ()) -> Data:
        examples = without_overlap(load_source(source, config.data), held_out)
        examples = [caption_as_text(example) for example in examples]
        return examples, pooled_features(examples, cache)

    evaluations = (config.data.dev, *config.data.evaluations)
    reported = {source.name: load(source) for source in evaluations}
    held_out = [example for examples, _ in reported.values() for example in examples]
    held_out = held_out if config.data.drop_overlap else []
    others = [source.model_copy(update={"part": "dev"}) for source in config.data.sources]
    return BenchData(
        sources=[load(source, held_out) for source in config.data.sources],
        tuning={source.name: load(source, held_out) for source in others},
        reported=reported,
        image_width=encoder.width,
    )


def caption_as_text(example: Example) -> Example:
    """Give a photo without a sentence its first caption as text; the others stay its contexts."""
    if example.text or len(example.contexts) < 2:
        return example
    text, others = example.contexts[0].text, example.contexts[1:]
    return example.model_copy(update={"text": text, "tokens": tokenize(text), "contexts": others})


def pooled_features(examples: Sequence[Example], cache: FeatureCache) -> list[ImageFeatures | None]:
    """Return each photo's features without its regions, which alignment does not read."""
    features: list[ImageFeatures | None] = []
    for example in tqdm(examples, desc="photos", unit="", leave=False):
        if example.image is None:
            features.append(None)
            continue
        pooled = cache.get([example.image]).pooled[0].clone()  # (D,)
        features.append(ImageFeatures(regions=pooled.new_zeros(1, len(pooled)), pooled=pooled))
    return features


def compare(config: Config, data: BenchData, runs: Path) -> dict[str, Outcome]:
    """Train every alternative with every seed, and return how each fared, by name.

    Seeds are the outer loop: a comparison cut short lacks seeds, not alternatives.

    Args:
        config: The experiment; the alternatives change its section `alignment`.
        data: Loaded for it.
        runs: File of finished runs, read and added to.
    """
    total = sum(len(one.grid) + len(SEEDS) for one in ALTERNATIVES.values())
    with tqdm(total=total, desc=config.name, unit="run", smoothing=0) as bar:
        tuning: dict[str, dict[float, float]] = {}
        for name, one in ALTERNATIVES.items():
            bar.set_postfix_str(f"settings of {name}")
            tuning[name] = {}
            for setting in one.grid:
                tried = one.apply(half_as_long(config), setting=setting, seed=TUNING_SEED)
                run = run_once(tried, data, data.tuning, runs)
                tuning[name][setting] = mean_auroc(run["scores"])
                bar.update()
        chosen = {
            name: max(found, key=found.__getitem__, default=None) for name, found in tuning.items()
        }
        finished: dict[str, list[Run]] = {name: [] for name in ALTERNATIVES}
        for seed in SEEDS:
            for name, one in ALTERNATIVES.items():
                bar.set_postfix_str(f"{name}, seed {seed}")
                final = one.apply(config, setting=chosen[name], seed=seed)
                finished[name].append(run_once(final, data, data.reported, runs))
                bar.update()
    return {name: Outcome(chosen[name], tuning[name], finished[name]) for name in ALTERNATIVES}


def half_as_long(config: Config) -> Config:
    """Return the config with half the examples per epoch of every source that states them."""
    table = config.model_dump()
    for source in table["data"]["sources"]:
        if source["examples_per_epoch"] is not None:
            source["examples_per_epoch"] = -(-source["examples_per_epoch"] // 2)
    return Config.model_validate(table)


def run_once(config: Config, data: BenchData, on: Mapping[str, Data], runs: Path) -> Run:
    """Return the line of a finished run; train and add it when there is none."""
    told = config.model_dump_json(exclude_defaults=True) + json.dumps(sorted(on))
    key = sha256(told.encode()).hexdigest()[:16]
    for line in read_run_log(runs):
        if line["key"] == key:
            return cast(Run, line)
    run = train_and_score(config, data, on)
    runs.parent.mkdir(parents=True, exist_ok=True)
    with runs.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, "seed": config.seed, **run}) + "\n")
    return run


def train_and_score(config: Config, data: BenchData, on: Mapping[str, Data]) -> Run:
    """Train one model and return its scores and the seconds that training took."""
    torch.manual_seed(config.seed)  # the parameters that start at random
    model, tokenizer = build_model(config, image_width=data.image_width)
    seconds = 0.0
    if config.alignment.objective != "none":
        with tempfile.TemporaryDirectory() as folder:
            # Without dev posts no epoch is chosen: all alternatives take the same steps.
            trainer = Trainer(
                config, model, tokenizer, data.sources, ([], []), Path(folder), device="cpu"
            )
            seconds = trainer.run(lambda step, steps, losses: None).seconds
    scores: Scores = {}
    for name, (examples, features) in on.items():
        aligned = align_examples(model, tokenizer, config, examples, features)
        scores |= {f"{name}: {pair}": found for pair, found in score(aligned).items()}
    return {"scores": scores, "training_seconds": round(seconds, 1)}


def score(aligned: AlignmentFeatures) -> Scores:
    """Return recall and areas for every pair of sides that at least two posts have."""
    context = aligned.contexts[:, 0]
    pairs = {
        "context and text": (context, aligned.text),
        "context and image": (context, aligned.image),
        "text and image": (aligned.text, aligned.image),
    }
    found: Scores = {}
    for name, (first, second) in pairs.items():
        both = (first.norm(dim=1) > 0) & (second.norm(dim=1) > 0)
        if int(both.sum()) > 1:
            report = alignment_report(first[both], second[both], temperature=EVALUATED_AT)
            found[name] = {
                "recall_at_1": report.recall_at_1,
                "auroc": report.auroc,
                "auroc_similarity": report.auroc_similarity,
            }
    return found


def mean_auroc(scores: Scores) -> float:
    """Return the mean area over all datasets and pairs of sides: what settings are chosen by."""
    return statistics.mean(found["auroc"] for found in scores.values())
