"""The command line: analyse a post, train a checkpoint, evaluate one, play in the lab.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError

app = typer.Typer(
    name="python -m core",
    help="Shap-CA: contexts, Shapley values, gates and entities of posts with photos.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
bench = typer.Typer(help="Measure, and compare with others.", no_args_is_help=True)
app.add_typer(bench, name="bench")

Checkpoint = Annotated[str, typer.Option(help="Name under checkpoints/, or a folder.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Contexts = Annotated[
    list[Path] | None, typer.Option(help="JSONL of contexts by image id; repeat for several.")
]
Images = Annotated[Path | None, typer.Option(help="Folder of the file's photos.")]
Split = Annotated[str | None, typer.Option(help="Keep only lines of this split.")]
SkipBadLines = Annotated[bool, typer.Option(help="Leave out bad lines, and count them.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result here as JSON.")]


@app.command()
def analyse(
    text: Annotated[str | None, typer.Option(help="The sentence of the post.")] = None,
    image: Annotated[
        Path | None, typer.Option(help="The photo; leave out when there is none.")
    ] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="A description of the photo; repeat for several.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="A sample post by its id, instead of a text.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="Words START:END of a name, from 0, half open; for a checkpoint of mre."),
    ] = None,
    tail: Annotated[str | None, typer.Option(help="Words of the other name, likewise.")] = None,
    describe: Annotated[
        bool, typer.Option(help="Describe the photo when no context is given.")
    ] = True,
    checkpoint: Checkpoint = "twitter17-minilm",
    method: Annotated[
        str, typer.Option(help="Of the games: exact, enumeration, permutation or kernel.")
    ] = "exact",
    ocr: Annotated[bool, typer.Option(help="Read words off the photo.")] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add what is predicted with every set of contexts.")
    ] = False,
    attribute: Annotated[
        bool, typer.Option("--attribute", help="Add what every entity owes to words and regions.")
    ] = False,
    device: Device = "auto",
    json_file: JsonFile = None,
) -> None:
    """Analyse one post and print, or write, its Record."""
    from core.contexts.typed import typed_contexts
    from core.datasets.marked_pairs import marked_pair
    from core.datasets.samples import find_sample
    from core.datasets.tokens import tokenize
    from core.images import read_image
    from core.pipeline import SAMPLE_DATA, Pipeline

    id, contexts = "post", typed_contexts(context or []) if context or not describe else None
    if sample is not None:
        if text or image or context:
            raise InputError("--sample is a whole post; leave --text, --image and --context out")
        post = find_sample(SAMPLE_DATA, sample)
        id, text, image, contexts = post.id, post.text, post.image, list(post.contexts)
    if text is None:
        raise InputError("there is no post; give its --text, or a --sample")
    photo = read_image(image) if image else None
    pipeline = Pipeline.load(checkpoint, device)
    pair = None
    if head or tail or pipeline.task == "mre":
        pair = marked_pair(tokenize(text), head, tail)
    record = pipeline.analyse(text, photo, contexts, pair=pair, id=id, ocr=ocr, method=method)
    if explain:
        record = pipeline.explain(record, photo)
    for entity in range(len(record.entities) if attribute else 0):
        record = pipeline.attribute(record, entity, photo)
    _write(record.model_dump_json(indent=2), json_file)


@app.command()
def train(
    config: Annotated[
        Path, typer.Argument(help="A TOML file such as configs/twitter17-minilm.toml.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key: training.epochs=3.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Run folder; default runs/<name>.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Checkpoint folder; default checkpoints/<name>.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Train a checkpoint; started again after a kill, it goes on where it was."""
    from core.config import load_config
    from core.experiment import run_experiment

    loaded = load_config(config, set_)
    metrics = run_experiment(loaded, run_folder=run, checkpoint_folder=out, device=device)
    print(json.dumps(metrics, indent=2, sort_keys=True))


@app.command()
def compare(
    configs: Annotated[list[Path], typer.Argument(help="TOML files; the first is the yardstick.")],
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
    from core.comparison import compare_results, train_all
    from core.comparison_table import comparison_table
    from core.config import load_config
    from core.devices import choose_device

    loaded = [load_config(path, set_) for path in configs]
    numbers = _seeds(seeds)
    if not only_results:
        train_all(loaded, numbers, runs, device=choose_device(device))
    found = compare_results(loaded, numbers, runs)
    print(comparison_table(found))
    if json_file:
        _write(found.model_dump_json(indent=2), json_file)


def _seeds(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--seeds {text}: write whole numbers, such as 13,14,15") from None


@app.command()
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
        _reproduce(checkpoint, device)
        return
    from core.evaluation.tables import score_table
    from core.experiment import evaluate_file

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
        _write(json.dumps(report, indent=2), json_file)


def _reproduce(checkpoint: str, device: str) -> None:
    from core.reproduction import reproduce, reproduction_table

    found = reproduce(checkpoint, device=device)
    print(reproduction_table(found))
    if not all(row.is_same for row in found):
        raise SystemExit(1)


@app.command()
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
        _write(report.model_dump_json(indent=2), json_file)
    if not report.is_sound:
        raise typer.Exit(1)


@app.command()
def annotate(
    out: Annotated[Path, typer.Option(help="The file to write: .parquet, or .jsonl of Records.")],
    file: Annotated[Path | None, typer.Option(help="The posts.")] = None,
    dataset: Annotated[
        str, typer.Option(help="Its format: twitter, mnre, jmere or image_text.")
    ] = "image_text",
    folder: Annotated[
        Path | None, typer.Option(help="Instead of a file: name.txt with name.jpg beside it.")
    ] = None,
    checkpoint: Checkpoint = "twitter17-minilm",
    contexts: Contexts = None,
    images: Images = None,
    split: Split = None,
    skip_bad_lines: SkipBadLines = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first posts.")] = None,
    workers: Annotated[int, typer.Option(help="Processes, each with a model of its own.")] = 1,
    resume: Annotated[
        bool, typer.Option(help="Go on with what a killed run left, or start anew.")
    ] = True,
    device: Device = "auto",
) -> None:
    """Analyse many posts into one file; started again after a kill, it goes on where it was."""
    from core.annotate import annotate as annotate_posts
    from core.annotate import load_posts

    loaded = load_posts(
        file,
        folder,
        dataset=dataset,
        contexts=contexts or [],
        images=images,
        split=split,
        skip_bad_lines=skip_bad_lines,
    )
    with _posts_bar(out.name) as report:
        done = annotate_posts(
            loaded.examples[:limit],
            checkpoint,
            out,
            dataset=" ".join(str(part) for part in (folder or f"{dataset} {file}", split) if part),
            command=" ".join(["python -m core", *sys.argv[1:]]),
            device=device,
            workers=workers,
            resume=resume,
            progress=report,
        )
    for reason in (*loaded.skipped, *done.failed):
        print(f"left out: {reason}", file=sys.stderr)
    print(f"wrote {out}: {done.posts} posts, {done.resumed} of them from an earlier start")


@contextmanager
def _posts_bar(name: str) -> Iterator[Callable[[int, int, int], None]]:
    """Show a bar with rate and time left; give what tells it of posts done, of all, and failed."""
    from tqdm import tqdm

    with tqdm(desc=name, unit="post") as bar:

        def report(done: int, total: int, failed: int) -> None:
            if bar.total is None:
                bar.reset(total)
                # What an earlier start did says nothing of the rate of this one.
                bar.initial = bar.n = bar.last_print_n = done
            bar.set_postfix(failed=failed, refresh=False)
            bar.update(done - bar.n)

        try:
            yield report
        except KeyboardInterrupt:
            bar.write("stopped; the same command goes on from here", file=sys.stderr)
            raise


@app.command()
def lab(
    game: Annotated[
        str, typer.Option(help="gloves, majority, airport, best_match, soft_match or additive.")
    ] = "best_match",
    players: Annotated[int, typer.Option(help="1 to 8.")] = 5,
    values: Annotated[
        str | None, typer.Option(help="A game of your own: '0,1,1,4', binary order.")
    ] = None,
    similarities: Annotated[
        str | None, typer.Option(help="A post's own contexts: '0.6,0.2,0.1'.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(help="Name of a context; repeat.")] = None,
    temperature: Annotated[float, typer.Option(help="Of the game of similarities.")] = 0.1,
    estimator: Annotated[
        str, typer.Option(help="permutation, antithetic, rotated, corrected or kernel.")
    ] = "antithetic",
    budget: Annotated[int, typer.Option(help="Coalition values to sample.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the game and of the sampling.")] = 7,
    json_file: JsonFile = None,
) -> None:
    """Play a small game: exact and sampled Shapley values, axioms and interactions."""
    from core.lab.report import LabRequest, lab_report, typed_numbers
    from core.lab.tables import report_table

    request = LabRequest(
        game=game,
        players=players,
        estimator=estimator,
        budget=budget,
        seed=seed,
        values=None if values is None else typed_numbers(values),
        similarities=None if similarities is None else typed_numbers(similarities),
        labels=label,
        temperature=temperature,
    )
    report = lab_report(request)
    print(report_table(report))
    if json_file:
        _write(report.model_dump_json(indent=2), json_file)


@bench.command("shapley")
def bench_shapley(
    json_file: JsonFile = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw error against time into this PNG.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Few sizes and rounds.")] = False,
) -> None:
    """Error, time and the machine's bound of every estimator, ours and other libraries'."""
    from benchmarks.shapley.bouts import FULL, QUICK
    from benchmarks.shapley.plot import check_picture, save_plot
    from benchmarks.shapley.report import print_report
    from benchmarks.shapley.run import run_benchmark

    if plot:
        check_picture(plot)
    report = run_benchmark(
        QUICK if quick else FULL, progress=lambda what: print(f"... {what}", file=sys.stderr)
    )
    print_report(report)
    if json_file:
        _write(report.model_dump_json(indent=2), json_file)
    if plot:
        save_plot(report, plot)
        print(f"wrote {plot}")


@bench.command("alignment")
def bench_alignment(
    config: Annotated[Path, typer.Argument(help="What is trained with every objective.")] = Path(
        "configs/alignment-bench.toml"
    ),
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key: data.root=/my/data.")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="File of finished runs; default runs/<name>.jsonl.")
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Train and compare the alignment objectives; started again, it skips finished runs."""
    from benchmarks.alignment.comparison import print_comparison, run_benchmark
    from core.config import load_config

    found = run_benchmark(load_config(config, set_), runs)
    print_comparison(found)
    if json_file:
        _write(found.model_dump_json(indent=2), json_file)


def _write(text: str, path: Path | None) -> None:
    if path is None:
        print(text)
        return
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    print(f"wrote {path}")


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; an `InputError` is one sentence on standard error and exit status 2."""
    try:
        return app(arguments)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise SystemExit(130) from None
