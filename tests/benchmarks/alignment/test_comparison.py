"""How the comparison of alignment objectives is summed up and shown."""

import io

import pytest
import torch
from rich.console import Console

from benchmarks.alignment import comparison, runs
from benchmarks.alignment.comparison import AlignmentComparison, comparison_table, print_comparison
from benchmarks.alignment.cost import Cost
from benchmarks.alignment.runs import Alternative, Outcome
from benchmarks.machine import describe_machine

COST = Cost(
    seconds=0.5,
    ratio=1.25,
    loss_seconds=0.01,
    loss_share=0.02,
    megabytes=130.0,
    loss_megabytes=5.0,
)


def outcome(*recalls):
    runs = [
        {"scores": {"dev: context and text": {"recall_at_1": r, "auroc": 0.5}},
         "training_seconds": 10.0 * number}
        for number, r in enumerate(recalls, start=1)
    ]  # fmt: skip
    return Outcome(chosen=0.02, tuning={0.02: 0.9, 0.05: 0.8}, runs=runs)


def small_comparison(*, share=0.02, load=0.1):
    cost = COST.model_copy(update={"loss_share": share})
    return AlignmentComparison(
        date="2020-01-01",
        machine=describe_machine().model_copy(update={"load": load}),
        config="small",
        seeds=[1, 2, 3],
        posts_per_step=32,
        rows=[comparison._row("Shapley A, exact", outcome(0.2, 0.3, 0.4), cost)],
    )


def test_a_row_holds_mean_and_sample_deviation_over_seeds():
    (row,) = small_comparison().rows
    recall = row.scores["dev: context and text"]["recall_at_1"]
    assert (recall.mean, recall.deviation) == pytest.approx((0.3, 0.1))
    assert row.scores["dev: context and text"]["auroc"].deviation == 0
    assert (row.training_seconds, row.chosen) == (20, 0.02)
    assert row.alignment == {"form": "softmax"}


def test_the_table_shows_percent_and_costs():
    console = Console(file=io.StringIO(), width=150)
    console.print(comparison_table(small_comparison()))
    shown = console.file.getvalue()
    for piece in ("30.0 ± 10.0", "50.0 ± 0.0", "500", "1.25", "2.0", "130", "5.0"):
        assert piece in shown


@pytest.mark.parametrize(
    ("share", "told"), [(0.02, "reached"), (0.05, "allowed"), (0.2, "too much")]
)
def test_the_share_of_the_exact_loss_is_judged(capsys, share, told):
    print_comparison(small_comparison(share=share))
    assert f"{share:.1%} of a step is the loss, forward and backward: {told}" in (
        capsys.readouterr().out.replace("\n", " ")
    )


def test_a_busy_machine_is_mentioned(capsys):
    print_comparison(small_comparison(load=0.1))
    assert "busy" not in capsys.readouterr().out
    print_comparison(small_comparison(load=9.0))
    assert "busy" in capsys.readouterr().out


def test_every_alternative_is_trained_scored_and_measured(make_config, monkeypatch, tmp_path):
    config = make_config(average_decay=0.0)
    photos = config.data.evaluations[0].model_copy(update={"part": "train", "dev_share": 0.5})
    source = photos.model_copy(update={"objectives": ("alignment",)})
    data = config.data.model_copy(update={"sources": (source,)})
    few = {
        "Shapley A, exact": Alternative({}, "contrast_temperature", (0.1,)),
        "InfoNCE": Alternative({"objective": "infonce"}),
    }
    for module in (comparison, runs):
        monkeypatch.setattr(module, "ALTERNATIVES", few)
        monkeypatch.setattr(module, "SEEDS", (1, 2))
    monkeypatch.setattr(comparison, "ROUNDS", 1)
    threads = torch.get_num_threads()
    found = comparison.run_benchmark(
        config.model_copy(update={"data": data}), tmp_path / "runs.jsonl"
    )
    assert torch.get_num_threads() == threads
    assert [(row.name, row.chosen) for row in found.rows] == [
        ("Shapley A, exact", 0.1),
        ("InfoNCE", None),
    ]
    assert found.rows[1].cost.ratio == 1
    assert {"dev: context and text", "photos: text and image"} <= set(found.rows[0].scores)
    assert (found.seeds, found.machine.threads) == ([1, 2], 1)


def test_a_comparison_is_read_back_from_its_json():
    found = small_comparison()
    assert AlignmentComparison.model_validate_json(found.model_dump_json()) == found
