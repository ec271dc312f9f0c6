"""Experiments side by side, trained in miniature."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from core import comparison
from core.analysis.comparison import paired_bootstrap
from core.analysis.evidence import comparison_table
from core.cli import main
from core.comparison import (
    RESULT,
    changed_files,
    compare_results,
    missing_results,
    read_result,
    train_all,
    yardstick_first,
)
from core.config import HeadConfig
from core.errors import InputError
from core.experiment import train_model
from core.training.sources import file_hashes

SEEDS = [1, 2]


@pytest.fixture(scope="module")
def variants(make_config):
    """The whole method, and the sentence alone; one epoch each."""
    full = make_config(epochs=1).model_copy(update={"name": "full"})
    sources = tuple(source for source in full.data.sources if source.name == "tags")
    data = full.data.model_copy(update={"sources": sources})
    alone = full.training.model_copy(update={"max_contexts": 0})
    return [full, full.model_copy(update={"name": "text-only", "data": data, "training": alone})]


@pytest.fixture(scope="module")
def runs(variants, tmp_path_factory):
    root = tmp_path_factory.mktemp("compare")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        train_all(variants, SEEDS, root, device="cpu")
        yield root


def test_every_training_leaves_its_counts_post_by_post(variants, runs):
    for config in variants:
        for seed in SEEDS:
            result = read_result(config, seed, runs)
            assert (result.name, result.seed) == (config.name, seed)
            assert len(result.counts) == len(result.ids) == 8
            correct, spurious, missed = (sum(column) for column in zip(*result.counts, strict=True))
            assert correct + missed == 12
            expected = 2 * correct / (2 * correct + spurious + missed) if correct else 0.0
            assert result.f1 == pytest.approx(expected)


def test_of_labels_of_posts_f1_is_the_accuracy(make_config, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    config = make_config(epochs=1)
    photos = config.data.evaluations[0]
    taught = photos.model_copy(update={"objectives": ("task",)})
    data = {"dev": photos, "evaluations": (), "sources": (taught,)}
    changes = {
        "head": HeadConfig(task="classification", labels=("bad", "good")),
        "data": config.data.model_copy(update=data),
    }
    config = config.model_copy(update=changes)
    train_all([config], [1], tmp_path, device="cpu")
    result = read_result(config, 1, tmp_path)
    right = [counts == (1, 0, 0) for counts in result.counts]
    assert result.f1 == result.precision == result.recall == sum(right) / len(right)


def test_a_finished_training_is_not_repeated(variants, runs):
    files = sorted(runs.glob(f"*/{RESULT}"))
    before = [path.stat().st_mtime_ns for path in files]
    train_all(variants, SEEDS, runs, device="cpu")
    assert [path.stat().st_mtime_ns for path in files] == before
    assert len(files) == 4


def test_a_changed_config_is_not_taken_for_a_finished_one(variants, runs):
    changed = variants[0].model_copy(
        update={"training": variants[0].training.model_copy(update={"clip": 0.5})}
    )
    assert read_result(changed, 1, runs) is None
    reworded = variants[0].card.model_copy(update={"summary": "Other words."})
    assert read_result(variants[0].model_copy(update={"card": reworded}), 1, runs) is not None


@pytest.fixture
def own_copy(variants, tmp_path, data_root, monkeypatch):
    """A config over a copy of the data, trained: config, folder of the data, folder of the runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    data, runs = shutil.copytree(data_root, tmp_path / "data"), tmp_path / "runs"
    moved = variants[1].data.model_copy(update={"root": str(data)})
    config = variants[1].model_copy(update={"data": moved})
    train_all([config], [1], runs, device="cpu")
    return config, data, runs


def test_a_result_over_other_data_is_not_taken_for_one_over_this(own_copy, data_root):
    config, data, runs = own_copy
    result = read_result(config, 1, runs)
    assert result.files == {
        file: hashlib.sha256((data_root / file).read_bytes()).hexdigest()
        for file in ("contexts.jsonl", "photos.jsonl", "posts.txt")
    }
    (data / "contexts.jsonl").rename(data / "away")  # gone is not changed
    assert changed_files(result, file_hashes(config.data)) == []
    (data / "away").rename(data / "contexts.jsonl")
    with (data / "posts.txt").open("a", encoding="utf-8") as file:
        file.write("\nIMGID:99\nAnna\tO\n")
    assert changed_files(result, file_hashes(config.data)) == ["posts.txt"]
    with pytest.raises(InputError, match=r"trained on other data, posts\.txt has changed"):
        compare_results([config], [1], runs)
    with pytest.raises(InputError, match="holds a run over other posts"):
        train_all([config], [1], runs, device="cpu")
    shutil.rmtree(runs)
    train_all([config], [1], runs, device="cpu")
    assert len(read_result(config, 1, runs).ids) == len(result.ids) + 1


def test_data_that_changes_during_a_training_is_not_what_was_trained_on(own_copy, monkeypatch):
    config, data, runs = own_copy
    shutil.rmtree(runs)
    train = comparison.train_model

    def train_and_change(*arguments, **more):
        trained = train(*arguments, **more)
        with (data / "posts.txt").open("a", encoding="utf-8") as file:
            file.write("\nIMGID:99\nAnna\tO\n")
        return trained

    monkeypatch.setattr(comparison, "train_model", train_and_change)
    train_all([config], [1], runs, device="cpu")
    result = read_result(config, 1, runs)
    assert changed_files(result, file_hashes(config.data)) == ["posts.txt"]


def test_data_that_says_the_same_in_another_way_is_scored_again_not_trained(own_copy):
    config, data, runs = own_copy
    result = read_result(config, 1, runs)
    with (data / "posts.txt").open("a", encoding="utf-8") as file:
        file.write("\n\n")
    train_all([config], [1], runs, device="cpu")
    again = read_result(config, 1, runs)
    assert changed_files(again, file_hashes(config.data)) == []
    assert (again.counts, again.seconds) == (result.counts, result.seconds)


def test_the_result_is_that_of_the_training_by_itself(variants, runs, tmp_path):
    config = variants[0].model_copy(update={"seed": 2})
    trained = train_model(config, tmp_path, device="cpu")
    assert trained.progress.best_score == pytest.approx(read_result(config, 2, runs).f1)


def test_variants_are_compared_with_the_first_over_the_seeds_of_both(variants, runs):
    found = compare_results(variants, SEEDS, runs)
    full, alone = found.variants
    assert (full.name, full.difference, full.changes) == ("full", None, {})
    left_out = {
        f"data.sources.{s.name}": None for s in variants[0].data.sources if s.name != "tags"
    }
    assert alone.changes == {**left_out, "training.max_contexts": 0}
    results = [[read_result(config, seed, runs) for seed in SEEDS] for config in variants]
    assert alone.f1 == pytest.approx(sum(r.f1 for r in results[1]) / 2)
    pooled = [
        [[a + b for a, b in zip(*counts, strict=True)] for counts in zip(*pairs, strict=True)]
        for pairs in ([result.counts for result in row] for row in results)
    ]
    expected = paired_bootstrap(*(np.array(counts, dtype=float) for counts in pooled))
    assert (alone.difference, alone.low, alone.high) == (
        expected.difference,
        expected.low,
        expected.high,
    )


def test_what_is_not_trained_yet_is_left_out(variants, runs):
    later = variants[0].model_copy(update={"name": "later"})
    found = compare_results([*variants, later], [*SEEDS, 3], runs)
    assert [variant.name for variant in found.variants] == ["full", "text-only"]
    with pytest.raises(InputError, match="later has no result"):
        compare_results([later, *variants], SEEDS, runs)


def test_two_configs_of_one_name_are_refused(variants, runs):
    with pytest.raises(InputError, match="two configs are named 'full'"):
        train_all([variants[0], variants[0]], SEEDS, runs, device="cpu")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: {"head": HeadConfig(task="mre", relations=("None",))}, "of the task mre, full"),
        (
            lambda c: {"data": dev_of(c, {"file": "other.txt"})},
            r"has other dev posts \(other\.txt\) than full \(posts\.txt\)",
        ),
        (lambda c: {"data": dev_of(c, {"part": "dev"})}, "has other dev posts"),
        (lambda c: {"data": c.data.model_copy(update={"sources": ()})}, r"has no data\.sources"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_the_first_is_trained(
    variants, tmp_path, change, message
):
    full = variants[0]
    odd = full.model_copy(update={"name": "odd", **change(full)})
    with pytest.raises(InputError, match=message):
        train_all([full, odd], [1], tmp_path / "runs", device="cpu")
    assert not (tmp_path / "runs").exists()


def dev_of(config, update):
    dev = config.data.dev.model_copy(update=update)
    return config.data.model_copy(update={"dev": dev})


def test_dev_may_be_read_with_other_contexts(variants, runs):
    alone = variants[1].model_copy(update={"data": dev_of(variants[1], {"contexts": ()})})
    found = compare_results([variants[0], alone], SEEDS, runs)
    assert [variant.name for variant in found.variants] == ["full"]  # it is not trained yet
    assert missing_results([variants[0], alone], [1, 3], runs) == [
        "full-3",
        "text-only-1",
        "text-only-3",
    ]


def test_configs_of_two_precisions_are_refused_before_the_first_is_trained(variants, tmp_path):
    training = variants[1].training.model_copy(update={"precision": "fp16"})
    mixed = [variants[0], variants[1].model_copy(update={"training": training})]
    with pytest.raises(InputError, match=r"differ in training\.precision"):
        train_all(mixed, [1], tmp_path / "runs", device="cpu")
    assert not (tmp_path / "runs").exists()


def test_results_by_other_gold_answers_are_not_paired(variants, runs, tmp_path):
    kept = shutil.copytree(runs, tmp_path / "runs")
    path = kept / f"{variants[1].name}-1" / RESULT
    result = json.loads(path.read_text(encoding="utf-8"))
    result["counts"][0][2] += 1  # one more to find
    path.write_text(json.dumps(result), encoding="utf-8")
    with pytest.raises(InputError, match="text-only was scored by other gold answers than full"):
        compare_results(variants, SEEDS, kept)


def test_a_damaged_result_is_trained_again(variants, runs, tmp_path):
    whole = (runs / "full-1" / RESULT).read_text(encoding="utf-8")
    (tmp_path / "full-1").mkdir()
    (tmp_path / "full-1" / RESULT).write_text(whole[:100], encoding="utf-8")
    assert read_result(variants[0], 1, tmp_path) is None


def test_the_table_has_a_row_for_each_variant(variants, runs):
    found = compare_results(variants, SEEDS, runs)
    lines = comparison_table(found).splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines[2:]]
    assert len({len(row) for row in cells}) == 1
    assert [row[0] for row in cells[2:]] == ["full", "text-only"]
    assert cells[2][2].startswith(f"{100 * found.variants[0].f1:.2f}")
    assert json.loads(found.model_dump_json())["format"] == "shap-ca-comparison/1"


def test_the_command_compares_what_is_there(variants, runs, tmp_path, monkeypatch, capsys):
    paths = []
    for config in variants:
        paths.append(tmp_path / f"{config.name}.toml")
        table = config.model_dump(mode="json", exclude_none=True)
        paths[-1].write_text(tomli_w.dumps(table), encoding="utf-8")
    out = tmp_path / "found.json"
    arguments = ["compare", *map(str, paths), "--seeds", "1,2", "--runs", str(runs)]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--only-results", "--json", str(out)])
    assert ended.value.code in (0, None)
    told = capsys.readouterr()
    assert "| text-only | 1, 2 |" in told.out
    assert "without a result" not in told.err
    assert len(json.loads(Path(out).read_text(encoding="utf-8"))["variants"]) == 2
    with pytest.raises(SystemExit):
        main([*arguments[:-4], "--seeds=2,7", "--runs", str(runs), "--only-results"])
    missing = f"without a result in {runs}: full-7, text-only-7"
    assert missing in capsys.readouterr().err
    for seeds in ("one", "-1", "5000000000", ""):
        with pytest.raises(SystemExit) as ended:
            main([*arguments[:-4], f"--seeds={seeds}", "--runs", str(runs)])
        assert ended.value.code == 2


@pytest.fixture
def some_configs(tmp_path):
    """Paths in the order a shell gives them: `b` is what `a` and `c` extend."""
    for name, text in {
        "a": 'extends = "b.toml"',
        "b": 'name = "b"',
        "c": 'extends = "b.toml"',
    }.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return sorted(tmp_path.glob("*.toml"))


def test_what_the_others_extend_is_the_yardstick_unless_one_is_named(some_configs):
    assert [path.stem for path in yardstick_first(some_configs)] == ["b", "a", "c"]
    assert [path.stem for path in yardstick_first(some_configs, "c")] == ["c", "a", "b"]
    alone = [some_configs[2], some_configs[0]]  # the base is not among them
    assert yardstick_first(alone) == alone


def test_a_yardstick_that_is_not_there_is_refused_with_those_that_are(some_configs):
    with pytest.raises(InputError, match=r"no config 'full' to compare with; give one of: a, b, c"):
        yardstick_first(some_configs, "full")
