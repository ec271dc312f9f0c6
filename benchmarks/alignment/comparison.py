"""What an alignment objective buys and what it costs: `python -m core bench alignment`.

Scored is how often a post's own context is told from those of 31 others, towards its text and
towards its photo, and its text from others' towards its photo, with no context in between. Where
photos have captions and no sentence, the first caption is the text and the others are contexts.
"""

import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.alignment.cost import POSTS, ROUNDS, Cost, measure_costs
from benchmarks.alignment.runs import ALTERNATIVES, SEEDS, Outcome, compare, load_data
from benchmarks.machine import Machine, describe_machine
from core.config import Config
from core.records import Frozen

BASE = "InfoNCE"  # the cheapest loss that asks as much of the encoders as the Shapley loss
MOST_SHARE, AIMED_SHARE = 0.10, 0.03


class Spread(Frozen):
    """Mean and standard deviation over seeds."""

    mean: float
    deviation: float


class AlternativeRow(Frozen):
    """One alternative: how it was set, how well it did and what it costs.

    Attributes:
        alignment: What it changes in the config.
        tuned: The setting that was chosen; empty: none.
        chosen: Its value.
        tuning: Mean area of each candidate, on posts for choosing.
        scores: By dataset and pair of sides, then by metric.
        training_seconds: Mean over seeds, on a machine that may have been busy.
        cost: Of one step.
    """

    name: str
    alignment: dict[str, Any]
    tuned: str
    chosen: float | None
    tuning: dict[float, float]
    scores: dict[str, dict[str, Spread]]
    training_seconds: float
    cost: Cost


class AlignmentComparison(Frozen):
    """All that `bench alignment` finds out."""

    date: str
    machine: Machine
    config: str
    seeds: list[int]
    posts_per_step: int
    rows: list[AlternativeRow]


def run_benchmark(config: Config, runs: Path | None = None) -> AlignmentComparison:
    """Train and measure every alternative; finished runs are taken from the file of runs.

    Args:
        config: The experiment; its section `alignment` is the alternatives'.
        runs: File of finished runs; None: `runs/<name>.jsonl`.

    Raises:
        InputError: Data cannot be read.
    """
    before = torch.get_num_threads()
    # One thread: two would wait for each other wherever something else runs.
    torch.set_num_threads(1)
    try:
        data = load_data(config)
        outcomes = compare(config, data, runs or Path("runs") / f"{config.name}.jsonl")
        machine = describe_machine()
        configs = {
            name: one.apply(config, setting=outcomes[name].chosen, seed=config.seed)
            for name, one in ALTERNATIVES.items()
        }
        costs = measure_costs(configs, data, base=BASE, rounds=ROUNDS)
    finally:
        torch.set_num_threads(before)
    return AlignmentComparison(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine,
        config=config.name,
        seeds=list(SEEDS),
        posts_per_step=POSTS,
        rows=[_row(name, outcomes[name], costs[name]) for name in ALTERNATIVES],
    )


def comparison_table(found: AlignmentComparison) -> Table:
    """Return the comparison as a table: scores as mean ± standard deviation, in percent."""
    pairs = list(found.rows[0].scores)
    scores = [f"{pair}\nR@1, AUROC" for pair in pairs]
    cost = ["step\nms", f"by\n{BASE}", "loss\n% of step", "step\nMB", "loss\nMB"]
    title = f"{found.config}, {len(found.seeds)} seeds, {found.posts_per_step} posts a step"
    table = Table("objective", "setting", *scores, *cost, title=title)
    for row in found.rows:
        told = [
            f"{_percent(row.scores[pair]['recall_at_1'])}\n{_percent(row.scores[pair]['auroc'])}"
            for pair in pairs
        ]
        table.add_row(
            row.name,
            f"{row.tuned}\n{row.chosen:g}" if row.chosen is not None else "",
            *told,
            f"{1e3 * row.cost.seconds:.0f}",
            f"{row.cost.ratio:.2f}",
            f"{100 * row.cost.loss_share:.1f}",
            f"{row.cost.megabytes:.0f}",
            f"{row.cost.loss_megabytes:.1f}",
        )
    return table


def print_comparison(found: AlignmentComparison) -> None:
    """Print the table, what the exact loss costs beside what it may, and a warning when due."""
    console = Console(width=150)
    console.print(comparison_table(found))
    share = found.rows[0].cost.loss_share
    told = "reached" if share <= AIMED_SHARE else "allowed" if share <= MOST_SHARE else "too much"
    console.print(
        f"{found.rows[0].name}: {share:.1%} of a step is the loss, forward and backward: {told} "
        f"(aim {AIMED_SHARE:.0%}, at most {MOST_SHARE:.0%})"
    )
    if found.machine.is_busy:
        console.print("The machine was busy: take the times for what they are.")


def _row(name: str, outcome: Outcome, cost: Cost) -> AlternativeRow:
    first, *_ = [run["scores"] for run in outcome.runs]
    return AlternativeRow(
        name=name,
        alignment=dict(ALTERNATIVES[name].alignment),
        tuned=ALTERNATIVES[name].tuned,
        chosen=outcome.chosen,
        tuning=outcome.tuning,
        scores={
            pair: {
                metric: _spread([run["scores"][pair][metric] for run in outcome.runs])
                for metric in metrics
            }
            for pair, metrics in first.items()
        },
        training_seconds=statistics.mean(run["training_seconds"] for run in outcome.runs),
        cost=cost,
    )


def _spread(values: list[float]) -> Spread:
    return Spread(mean=statistics.mean(values), deviation=statistics.stdev(values))


def _percent(spread: Spread) -> str:
    return f"{100 * spread.mean:.1f} ± {100 * spread.deviation:.1f}"
