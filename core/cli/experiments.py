"""Commands of experiments: look data over, train, score, compare."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import (
    Checkpoint,
    Contexts,
    Device,
    Images,
    JsonFile,
    OutFolder,
    RunFolder,
    SkipBadLines,
    Split,
    write,
)
from core.errors import InputError


def check(
    dataset: Annotated[
        str, typer.Option(help="twitter (CoNLL), mnre, jmere or image_text (JSONL).")
    ],
    file: Annotated[Path, typer.Option(help="The file to look over.")],
    contexts: Contexts = None,
    images: Images = None,
    split: Split = None,
    expect: Annotated[
        str | None, typer.Option(help="Published split to compare with: twitter17/train.")
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Look a dataset over: counts, bad lines, answers in contexts. Exit status 1: not sound."""
    from core.check import check_file, check_table

    report = check_file(
        dataset, file, contexts=contexts or [], images=images, split=split, expect=expect
    )
    print(check_table(report))
    if json_file:
        write(report.model_dump_json(indent=2), json_file)
    if not report.is_sound:
        raise typer.Exit(1)


def train(
    config: Annotated[
        Path, typer.Argument(help="A TOML file such as configs/twitter17-minilm.toml.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key: training.epochs=3.")
    ] = None,
    run: RunFolder = None,
    out: OutFolder = None,
    device: Device = "auto",
) -> None:
    """Train a checkpoint; started again after a kill, it goes on where it was."""
    from core.config_files import load_config
    from core.experiment import run_experiment

    loaded = load_config(config, set_)
    metrics = run_experiment(loaded, run_folder=run, checkpoint_folder=out, device=device)
    if metrics:  # of several processes the first has them
        print(json.dumps(metrics, indent=2, sort_keys=True))


def evaluate(
    dataset: Annotated[
        str | None, typer.Option(help="twitter (CoNLL), mnre, jmere or image_text (JSONL).")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="The file to score; without one, the checkpoint's own figures are."),
    ] = None,
    checkpoint: Checkpoint = "twitter17-minilm",
    contexts: Contexts = None,
    images: Images = None,
    split: Split = None,
    skip_bad_lines: SkipBadLines = False,
    device: Device = "auto",
    json_file: JsonFile = None,
) -> None:
    """Score a checkpoint on a file, or find the figures of its metrics.json again."""
    if dataset is None or file is None:
        if dataset or file:
            raise InputError("--dataset and --file belong together; give both, or neither")
        if contexts or images or split or skip_bad_lines:
            raise InputError(
                "--contexts, --images, --split and --skip-bad-lines belong to a file; give its "
                "--dataset and --file, or leave them out"
            )
        _reproduce(checkpoint, device, json_file)
        return
    from core.evaluation.tables import score_table
    from core.scoring import evaluate_file

    report = evaluate_file(
        checkpoint,
        dataset,
        file,
        contexts=contexts or [],
        images=images,
        split=split,
        skip_bad_lines=skip_bad_lines,
        device=device,
    )
    print(score_table(report))
    if json_file:
        write(json.dumps(report, indent=2), json_file)


def _reproduce(checkpoint: str, device: str, json_file: Path | None) -> None:
    from core.reproduction import reproduce, reproduction_table

    found = reproduce(checkpoint, device=device)
    print(reproduction_table(found))
    if json_file:
        write(json.dumps([row._asdict() for row in found], indent=2), json_file)
    if not all(row.is_same for row in found):
        raise SystemExit(1)


def compare(
    configs: Annotated[list[Path], typer.Argument(help="TOML files.")],
    against: Annotated[
        str | None,
        typer.Option(
            help="File name (without .toml) of the config that the others are compared with; "
            "default: the one they extend, or else the first."
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(help="Of the trainings, by commas.")] = "13,14,15",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key in all of them.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder of the trainings.")] = Path("runs/compare"),
    only_results: Annotated[
        bool, typer.Option("--only-results", help="Train nothing; tell of what is there.")
    ] = False,
    device: Device = "auto",
    json_file: JsonFile = None,
) -> None:
    """Train several configs by several seeds, and compare them; finished trainings are kept."""
    from core.analysis.evidence import comparison_table
    from core.comparison import compare_results, missing_results, train_all, yardstick_first
    from core.config_files import load_config
    from core.devices import choose_device

    loaded = [load_config(path, set_) for path in yardstick_first(configs, against)]
    numbers = _seeds(seeds)
    if not only_results:
        train_all(loaded, numbers, runs, device=choose_device(device))
    found = compare_results(loaded, numbers, runs)
    print(comparison_table(found))
    if missing := missing_results(loaded, numbers, runs):
        print(f"without a result in {runs}: {', '.join(missing)}", file=sys.stderr)
    if json_file:
        write(found.model_dump_json(indent=2), json_file)


def robustness(
    checkpoint: Checkpoint = "twitter17-minilm",
    dataset: Annotated[
        str | None, typer.Option(help="twitter (CoNLL), mnre, jmere or image_text (JSONL).")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="The file to score; without one, the checkpoint's own dev data is."),
    ] = None,
    contexts: Contexts = None,
    images: Images = None,
    split: Split = None,
    several: Annotated[
        list[Path] | None,
        typer.Option(help="JSONL of more contexts, to give several at once; repeat for more."),
    ] = None,
    context_attention: Annotated[
        float | None,
        typer.Option(
            help="What contexts weigh in the attention of words, above 0 and at most 1; default: "
            "as in the checkpoint."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of lenders, word orders and draws.")] = 13,
    device: Device = "auto",
    json_file: JsonFile = None,
) -> None:
    """Do poor contexts do harm? F1 with none, one, several, wrong and shuffled ones.

    Exit status 1: with some of them F1 is more than 0.5 points below that without contexts.
    """
    from core.analysis.robustness import robustness_table
    from core.robustness import PostFile, measure_robustness

    if (dataset is None) != (file is None) or (file is None and (contexts or images or split)):
        raise InputError(
            "--dataset and --file belong together, and --contexts, --images and --split to them; "
            "give both, or none of the five"
        )
    found = measure_robustness(
        checkpoint,
        PostFile(dataset, file, tuple(contexts or ()), images, split) if dataset and file else None,
        several=several or [],
        context_attention=context_attention,
        seed=seed,
        device=device,
    )
    print(robustness_table(found))
    if json_file:
        write(found.model_dump_json(indent=2), json_file)
    if found.broken:
        raise typer.Exit(1)


def context_quality(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Annotation files (.parquet); of several, each has its own contexts."),
    ],
    seed: Annotated[int, typer.Option(min=0, help="Of the draws and permutations.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Which contexts help? Length, names, φ ... of contexts against the units they repaired.

    Takes what `annotate` wrote of posts with gold answers. Several files are several generators
    over the same posts: F1 with and without contexts side by side, then each with its measures.
    """
    from core.analysis.context_report import context_report, context_table
    from core.annotations import read_annotations

    found = context_report({str(path): read_annotations(path) for path in runs}, seed=seed)
    print(context_table(found))
    if json_file:
        write(found.model_dump_json(indent=2), json_file)


def _seeds(text: str) -> list[int]:
    try:
        seeds = [int(part) for part in text.split(",")]
    except ValueError:
        seeds = []
    if not seeds or not all(0 <= seed < 2**32 for seed in seeds):
        raise InputError(f"--seeds {text}: write whole numbers below 2**32, such as 13,14,15")
    return seeds
