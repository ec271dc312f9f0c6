"""A checkpoint given other contexts, through the command as its user gives it."""

import json
from pathlib import Path

import pytest

from core.analysis.robustness import Robustness
from core.cli import main
from core.config import HeadConfig
from core.datasets.readers import read_posts
from core.evaluation.predictions import predict_outcomes
from core.experiment import run_experiment
from core.robustness import PostFile, measure_robustness
from core.training.checkpoint import CHECKPOINTS, WEIGHTS, load_checkpoint
from tests.conftest import COLOURS, POSTS

SAMPLES = Path(__file__).parents[1] / "sample_data"
RESULTS = SAMPLES.parent / "benchmarks" / "results"
FOUND = sorted(RESULTS.glob("robustness-*.json"))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Where the miniature experiment is trained; training sources have a second context file."""
    root = tmp_path_factory.mktemp("robustness")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        yield root


@pytest.fixture(scope="module")
def more_contexts(data_root):
    path = data_root / "more-contexts.jsonl"
    lines = [
        json.dumps({"image_id": image_id, "text": f"{colour} on grey"})
        for (image_id, _), colour in zip(POSTS, COLOURS, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def checkpoint(make_config, more_contexts, root):
    config = make_config(epochs=2)
    tags, *others = config.data.sources
    tags = tags.model_copy(update={"contexts": (*tags.contexts, more_contexts.name)})
    data = config.data.model_copy(update={"sources": (tags, *others)})
    config = config.model_copy(update={"data": data})
    run_experiment(config, run_folder=root / "run", checkpoint_folder=root / "made", device="cpu")
    return root / "made"


@pytest.fixture
def measure(checkpoint, tmp_path, capsys):
    """Run the command; return what it wrote, what it said, and its exit status."""

    def run(*arguments, of=checkpoint):
        out = tmp_path / "robustness.json"
        given = ["robustness", "--checkpoint", str(of), "--device", "cpu", "--json", str(out)]
        with pytest.raises(SystemExit) as ended:
            main([*given, *map(str, arguments)])
        said = capsys.readouterr()
        found = Robustness.model_validate_json(out.read_bytes()) if out.exists() else None
        return found, said.out if found else said.err, ended.value.code

    return run


def by_name(found):
    return {condition.name: condition for condition in found.conditions}


def test_own_and_none_are_what_the_checkpoint_says_of_its_dev(checkpoint, measure):
    found, said, status = measure()
    metrics = json.loads((checkpoint / "metrics.json").read_text(encoding="utf-8"))
    told = metrics["scores"]["dev"]
    rows = by_name(found)
    assert rows["own"].f1 == pytest.approx(told["entities"]["overall"]["f1"])
    assert rows["own"].precision == pytest.approx(told["entities"]["overall"]["precision"])
    assert rows["none"].f1 == pytest.approx(told["entities_without_contexts"]["overall"]["f1"])
    assert rows["own"].difference == pytest.approx(rows["own"].f1 - rows["none"].f1)
    assert (found.task, found.data, found.posts, found.seed) == ("mner", "dev", 8, 13)
    assert found.checkpoint == f"miniature@{metrics['sha256'][WEIGHTS]}"
    assert status == (1 if found.broken else 0)
    assert "| foreign | 8 |" in said


def test_several_are_those_of_all_training_sources_of_the_corpus(measure):
    found, said, _ = measure()
    given = {name: row.contexts for name, row in by_name(found).items()}
    assert given == {
        "none": 0,
        "own": 8,
        "several": 16,
        "foreign": 8,
        "own and foreign": 16,
        "shuffled": 8,
    }
    assert list(found.left_out) == ["one"]
    assert "Left out: one: gives every post what own gives." in said


def test_contexts_that_hardly_weigh_hardly_change_anything(measure):
    subdued, said, status = measure("--context-attention", 1e-30)
    rows = by_name(subdued)
    assert {row.f1 for row in rows.values()} == {rows["none"].f1}
    assert {row.helped or row.hurt for row in rows.values()} <= {None, 0}
    assert (subdued.context_attention, status) == (1e-30, 0)
    assert "8 posts, contexts weigh 1e-30 in attention; F1" in said
    full, _, _ = measure("--context-attention", 1)
    assert full == measure()[0]


@pytest.mark.parametrize("weight", ["0", "-1", "1.5", "nan"])
def test_a_weight_that_is_none_is_refused(measure, weight):
    found, said, status = measure("--context-attention", weight)
    assert (found, status) == (None, 2)
    assert "above 0 and at most 1" in " ".join(said.split())


def test_another_file_is_measured_with_its_contexts(measure, data_root, more_contexts):
    own = ["--dataset", "twitter", "--file", data_root / "posts.txt"]
    own += ["--contexts", data_root / "contexts.jsonl"]
    found, _, _ = measure(*own, "--several", more_contexts)
    of_dev, _, _ = measure()
    assert found.data == "posts.txt"
    assert found.conditions == of_dev.conditions
    found, _, _ = measure(*own)
    assert list(found.left_out) == ["one", "several"]


def test_the_seed_decides_whose_contexts_a_post_is_given(measure):
    again, other = (measure("--seed", seed)[0] for seed in (13, 14))
    assert again == measure()[0]
    assert (again.seed, other.seed) == (13, 14)
    low = [by_name(found)["own"].f1 for found in (again, other)]
    assert low[0] == low[1]


def test_a_file_without_contexts_says_what_could_not_be_measured(measure, data_root):
    found, said, status = measure("--dataset", "twitter", "--file", data_root / "posts.txt")
    assert [row.name for row in found.conditions] == ["none"]
    assert set(found.left_out.values()) == {"no post has a context"}
    assert "foreign: no post has a context" in said
    assert status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "twitter"], "belong together"),
        (["--file", "posts.txt"], "belong together"),
        (["--contexts", "a.jsonl"], "belong together"),
        (["--dataset", "csv", "--file", "posts.txt"], "the format 'csv' is unknown"),
        (["--dataset", "twitter", "--file", "nowhere.txt"], "cannot be read"),
        (["--several", "nowhere.jsonl"], "cannot be read"),
        (["--checkpoint", "nobody"], "There is no checkpoint 'nobody'"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(measure, arguments, message):
    found, said, status = measure(*arguments)
    assert (found, status) == (None, 2)
    assert message in said
    assert said.startswith("error: ") or "\nerror: " in said


def test_posts_without_gold_answers_are_refused(measure, data_root):
    file = ["--dataset", "image_text", "--file", data_root / "photos.jsonl"]
    _, said, status = measure(*file)
    assert status == 2
    assert "photos.jsonl: no post has gold answers for the task mner" in said


def test_labels_of_posts_are_measured_beside_their_photos(make_config, save_untrained, root):
    config = make_config()
    photos = config.data.evaluations[0]
    data = config.data.model_copy(update={"dev": photos, "evaluations": (), "sources": ()})
    head = HeadConfig(task="classification", labels=("bad", "good"))
    config = config.model_copy(update={"name": "labels", "data": data, "head": head})
    save_untrained(config, root / "labels")
    found = measure_robustness(root / "labels", device="cpu")
    rows = by_name(found)
    assert {name: row.contexts for name, row in rows.items()} == {
        "none": 0,
        "own": 16,
        "one": 8,
        "foreign": 16,
        "own and foreign": 32,
        "shuffled": 16,
    }
    assert all(row.precision == row.recall == row.f1 for row in rows.values())


@pytest.mark.slow
def test_contexts_that_lead_the_model_astray_are_told_by_the_exit_status(measure, tmp_path):
    # Gold is what the model itself says without contexts, so that any change is for the worse.
    posts = read_posts("image_text", SAMPLES / "posts.jsonl").examples
    ready = load_checkpoint("twitter17-minilm")
    said = predict_outcomes(
        ready.model, ready.tokenizer, ready.config, posts, [None] * len(posts), max_contexts=0
    )
    file = tmp_path / "posts.jsonl"
    lines = [
        {
            "text": post.text,
            "contexts": [context.text for context in post.contexts],
            "entities": [entity.model_dump() for entity in outcome.entities],
        }
        for post, outcome in zip(posts, said, strict=True)
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    found, _, status = measure("--dataset", "image_text", "--file", file, of="twitter17-minilm")
    rows = by_name(found)
    assert rows["none"].f1 == 1.0
    assert rows["foreign"].f1 < 1 - found.allowed
    assert rows["foreign"].helped == 0 < rows["foreign"].hurt
    assert "foreign" in found.broken
    assert status == 1


@pytest.mark.slow
def test_poor_contexts_do_no_harm_on_the_sample_posts():
    posts = PostFile("image_text", SAMPLES / "posts.jsonl", images=SAMPLES)
    found = measure_robustness("twitter17-minilm", posts, device="cpu")
    rows = by_name(found)
    assert {"foreign", "own and foreign", "shuffled"} <= set(rows)
    assert found.broken == []


@pytest.mark.parametrize("name", ["twitter17", "twitter15", "mnre", "jmere", "mvsa"])
def test_no_kind_of_context_costs_a_shipped_checkpoint_more_than_allowed(name):
    path = RESULTS / f"robustness-{name}.json"
    found = Robustness.model_validate_json(path.read_bytes())
    assert {"own", "foreign", "shuffled"} <= set(by_name(found))
    assert found.broken == []


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_the_evidence_is_of_the_checkpoint_that_ships(path):
    found = Robustness.model_validate_json(path.read_bytes())
    name, _, digest = found.checkpoint.partition("@")
    metrics = json.loads((CHECKPOINTS / name / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["sha256"][WEIGHTS] == digest, f"measure it again: core robustness, {name}"
