"""Experiments side by side: several configs, several seeds each, on the same dev posts.

Every training leaves a `result.json` in its run folder; started again, a comparison trains only
what is missing, and tells of what is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from pydantic import Field, ValidationError

from core.analysis.comparison import paired_bootstrap, summarise_seeds
from core.analysis.evidence import Comparison, Variant
from core.config import Config
from core.config_changes import changed_keys
from core.config_files import base_of
from core.errors import InputError
from core.evaluation.gold import is_annotated
from core.evaluation.predictions import predict_outcomes
from core.evaluation.scores import alignment_reports
from core.evaluation.unit_counts import UnitCounts, micro_score, unit_counts
from core.experiment import Trained, train_model
from core.records import Frozen
from core.training.checkpoint import replace
from core.training.learnable import check_objectives
from core.training.sources import file_hashes

RESULT = "result.json"


class Result(Frozen):
    """One training, scored on dev.

    Attributes:
        name: Of the config.
        seed: Of the training.
        config: That was trained; a changed one is trained again.
        files: SHA-256 of its data's files; a training on other data is made again. Those of older
            versions do not say, and are taken as they are.
        dev: Name of the dev source.
        ids: Of its annotated posts.
        counts: Correct, spurious and missed units of each post.
        precision: Over all units, with everything given; of labels of whole posts, like the next
            two, the accuracy.
        recall: Likewise.
        f1: Likewise.
        f1_without_contexts: Of the same model when no context is given.
        alignment: AUROC of Kφ by side, where dev has that side.
        best_epoch: Counted from 1.
        steps: Trained.
        seconds: Trained, on a machine that may have been busy.
        trained_parameters: Number of them.
    """

    name: str
    seed: int
    config: Config
    files: dict[str, str] = Field(default_factory=dict)
    dev: str
    ids: tuple[str, ...]
    counts: UnitCounts
    precision: float
    recall: float
    f1: float
    f1_without_contexts: float
    alignment: dict[str, float]
    best_epoch: int
    steps: int
    seconds: float
    trained_parameters: int


def yardstick_first(paths: Sequence[Path], against: str | None = None) -> list[Path]:
    """Return configs with the one that the others are compared with in front.

    Args:
        paths: Of the configs.
        against: File name, without its ending, of that one; None: what the others extend, or
            else the first.

    Raises:
        InputError: No config has that name, or a file cannot be read.
    """
    if against is not None and against not in {path.stem for path in paths}:
        known = ", ".join(path.stem for path in paths)
        raise InputError(f"there is no config {against!r} to compare with; give one of: {known}")
    bases = {base.resolve() for path in paths if (base := base_of(path))}
    return sorted(
        paths,
        key=lambda path: path.stem != against if against else path.resolve() not in bases,
    )


def train_all(configs: Sequence[Config], seeds: Sequence[int], runs: Path, *, device: str) -> None:
    """Train what has no result yet, all configs by the first seed, then by the next.

    Args:
        configs: Of different names.
        seeds: Of the trainings.
        runs: Folder of the run folders `<name>-<seed>`.
        device: `cpu`, `cuda` or `mps`.

    Raises:
        InputError: The configs cannot be compared, differ in precision or one teaches nothing, data
            cannot be read, or a run folder holds another config.
    """
    _check_comparable(configs)
    for config in configs:
        check_objectives(config)  # of all before the first is trained for hours
    if len({config.training.precision for config in configs}) > 1:
        raise InputError(
            "the configs differ in training.precision, of which a process has one; give all the "
            "same with --set training.precision=bf16, or compare them one by one"
        )
    for seed in seeds:
        for config in configs:
            files = file_hashes(config.data)  # as it is read: a training takes hours
            known = read_result(config, seed, runs)
            if known is not None and not changed_files(known, files):
                continue
            folder = runs / f"{config.name}-{seed}"
            seeded = config.model_copy(update={"seed": seed})
            trained = train_model(seeded, folder, device=device)
            if trained.is_main:
                _save(_score(seeded, trained, files), folder / RESULT)


def read_result(config: Config, seed: int, runs: Path) -> Result | None:
    """Return the result of a training, None where there is none of this very config."""
    path = runs / f"{config.name}-{seed}" / RESULT
    try:
        result = Result.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return None if changed_keys(result.config, config) else result


def missing_results(configs: Sequence[Config], seeds: Sequence[int], runs: Path) -> list[str]:
    """Return the names of the trainings, `<name>-<seed>`, that have no result."""
    return [
        f"{config.name}-{seed}"
        for config in configs
        for seed in seeds
        if read_result(config, seed, runs) is None
    ]


def changed_files(result: Result, files: Mapping[str, str]) -> list[str]:
    """Return the files of a result's data that are others now; what is gone has not changed.

    Args:
        result: Of a training.
        files: SHA-256 of the files there are, by name.
    """
    return [file for file, sha256 in result.files.items() if files.get(file, sha256) != sha256]


def compare_results(configs: Sequence[Config], seeds: Sequence[int], runs: Path) -> Comparison:
    """Return all configs that have a result against the first.

    Raises:
        InputError: The first has none, the configs cannot be compared, data has changed since, or
            dev posts or their gold answers differ.
    """
    _check_comparable(configs)
    found = {
        config.name: {seed: r for seed in seeds if (r := read_result(config, seed, runs))}
        for config in configs
    }
    base = found[configs[0].name]
    if not base:
        raise InputError(f"{configs[0].name} has no result in {runs}; train it first")
    first = next(iter(base.values()))
    variants = []
    for config in configs:
        if results := found[config.name]:
            _check_data(config, results.values(), runs)
            if any(result.ids != first.ids for result in results.values()):
                raise InputError(f"{config.name} was scored on other posts than {first.name}")
            if any(_gold_units(result) != _gold_units(first) for result in results.values()):
                raise InputError(
                    f"{config.name} was scored by other gold answers than {first.name}: "
                    f"{first.dev} has changed since; remove the older runs and train them again"
                )
            variants.append(_variant(config, configs[0], results, base))
    return Comparison(dev=first.dev, posts=len(first.ids), variants=tuple(variants))


def _check_data(config: Config, results: Iterable[Result], runs: Path) -> None:
    files = file_hashes(config.data)
    for result in results:
        if changed := changed_files(result, files):
            raise InputError(
                f"{runs}/{result.name}-{result.seed} was trained on other data, {changed[0]} has "
                "changed since; compare without --only-results to train or score it anew"
            )


def _gold_units(result: Result) -> list[int]:
    """Return how many units there are to find in each post."""
    return [correct + missed for correct, _, missed in result.counts]


def _save(result: Result, path: Path) -> None:
    text = result.model_dump_json(indent=1) + "\n"
    replace(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def _check_comparable(configs: Sequence[Config]) -> None:
    """Refuse configs of one name, and those that the same dev posts do not score."""
    names = [config.name for config in configs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InputError(f"two configs are named {sorted(twice)[0]!r}; rename one")
    first, *others = configs
    for config in others:
        if config.head.task != first.head.task:
            raise InputError(
                f"{config.name} is of the task {config.head.task}, {first.name} of "
                f"{first.head.task}: their scores are of different things; compare configs of one "
                "task"
            )
        if _dev_posts(config) != _dev_posts(first):
            raise InputError(
                f"{config.name} has other dev posts ({config.data.dev.file}) than {first.name} "
                f"({first.data.dev.file}); give data.dev of all the same file and part"
            )


def _dev_posts(config: Config) -> dict[str, object]:
    """Return what says which posts dev has, whatever contexts and photos go with them."""
    which = {"kind", "file", "split", "part", "dev_share", "near_duplicates"}
    return config.data.dev.model_dump(include=which)


def _score(config: Config, trained: Trained, files: dict[str, str]) -> Result:
    """Score a model, trained on data of these hashes, on dev, post by post."""
    name = config.data.dev.name
    examples, features = trained.evaluations[name]
    kept = [place for place, post in enumerate(examples) if is_annotated(post, config.head)]
    posts, seen = [examples[at] for at in kept], [features[at] for at in kept]
    arguments = (trained.model, trained.tokenizer, config, posts, seen)
    whole, bare = (predict_outcomes(*arguments, max_contexts=most) for most in (None, 0))
    counts = unit_counts(posts, whole, config.head.task)
    score = micro_score(counts)
    aligned = alignment_reports(*arguments)
    progress = trained.progress
    return Result(
        name=config.name,
        seed=config.seed,
        config=config,
        files=files,
        dev=name,
        ids=tuple(post.id for post in posts),
        counts=counts,
        precision=score.precision,
        recall=score.recall,
        f1=score.f1,
        f1_without_contexts=micro_score(unit_counts(posts, bare, config.head.task)).f1,
        alignment={side: report.auroc for side, report in aligned.items()},
        best_epoch=progress.best_epoch,
        steps=progress.step,
        seconds=progress.seconds,
        trained_parameters=sum(p.numel() for p in trained.model.parameters() if p.requires_grad),
    )


def _variant(
    config: Config, first: Config, results: dict[int, Result], base: dict[int, Result]
) -> Variant:
    summary = summarise_seeds([result.f1 for result in results.values()])
    shared = [seed for seed in results if seed in base and config.name != first.name]
    pooled = [
        np.sum([np.array(found[seed].counts, dtype=float) for seed in shared], axis=0)
        for found in (base, results)
        if shared
    ]
    difference = paired_bootstrap(*pooled) if shared else None
    sides = {side for result in results.values() for side in result.alignment}
    return Variant(
        name=config.name,
        changes=changed_keys(first, config),
        seeds=tuple(results),
        f1_by_seed=tuple(result.f1 for result in results.values()),
        f1=summary.mean,
        deviation=summary.deviation,
        f1_without_contexts=fmean(result.f1_without_contexts for result in results.values()),
        alignment={
            side: fmean(result.alignment[side] for result in results.values())
            for side in sorted(sides)
        },
        difference=difference and difference.difference,
        low=difference and difference.low,
        high=difference and difference.high,
        p=difference and difference.p,
        seconds_per_step=fmean(result.seconds / result.steps for result in results.values()),
        trained_parameters=next(iter(results.values())).trained_parameters,
    )
