"""Commands of the Shapley engine by itself: the lab and the benchmarks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import (
    JsonFile,
    write,
)

bench = typer.Typer(help="Measure, and compare with others.", no_args_is_help=True)


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
        write(report.model_dump_json(indent=2), json_file)


@bench.command("shapley")
def bench_shapley(
    json_file: JsonFile = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw error against time into this PNG.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Few sizes and rounds.")] = False,
) -> None:
    """Error, time and the machine's bound of every estimator, ours and other libraries'."""
    from benchmarks.picture import check_picture
    from benchmarks.shapley.bouts import FULL, QUICK
    from benchmarks.shapley.plot import save_plot
    from benchmarks.shapley.report import print_report
    from benchmarks.shapley.run import run_benchmark

    if plot:
        check_picture(plot)
    report = run_benchmark(
        QUICK if quick else FULL, progress=lambda what: print(f"... {what}", file=sys.stderr)
    )
    print_report(report)
    if json_file:
        write(report.model_dump_json(indent=2), json_file)
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
    from core.config_files import load_config

    found = run_benchmark(load_config(config, set_), runs)
    print_comparison(found)
    if json_file:
        write(found.model_dump_json(indent=2), json_file)
