"""An experiment in miniature, from config to checkpoint to scores."""

import json

import pytest

from core.errors import InputError
from core.experiment import run_experiment
from core.scoring import evaluate_file
from core.training.checkpoint import WEIGHTS, load_checkpoint


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Where the run and its checkpoint go; what is cached goes there too."""
    root = tmp_path_factory.mktemp("experiment")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        yield root / "run", root / "checkpoint"


@pytest.fixture(scope="module")
def metrics(make_config, folders):
    run, checkpoint = folders
    config = make_config(epochs=1)
    return run_experiment(config, run_folder=run, checkpoint_folder=checkpoint, device="cpu")


def test_a_checkpoint_is_written_with_its_metrics_and_card(metrics, folders):
    written = json.loads((folders[1] / "metrics.json").read_text(encoding="utf-8"))
    assert set(written.pop("sha256")) == {WEIGHTS}
    assert written == json.loads(json.dumps(metrics))
    assert metrics["training_examples"] == {"tags": 8, "pairs": 8, "fusion": 8}
    assert (metrics["best_epoch"], metrics["chosen_by"]) == (1, "F1")
    assert set(metrics["scores"]) == {"dev", "photos"}
    f1 = metrics["scores"]["dev"]["entities"]["overall"]["f1"]
    card = (folders[1] / "README.md").read_text(encoding="utf-8")
    assert f"| dev | entity F1 | {f1:.4f} |" in card


def test_a_finished_run_says_so_and_leaves_its_log_as_it_is(
    make_config, folders, metrics, capsys, tmp_path
):
    log = folders[0] / "metrics.jsonl"
    written = log.read_bytes(), log.stat().st_mtime_ns
    config = make_config(epochs=1)
    again = run_experiment(config, run_folder=folders[0], checkpoint_folder=tmp_path, device="cpu")
    assert (
        f"{folders[0]}: this run is finished; nothing is left to train" in capsys.readouterr().err
    )
    assert (log.read_bytes(), log.stat().st_mtime_ns) == written
    assert again["scores"] == metrics["scores"]


def test_files_score_as_they_did_after_training(metrics, folders, data_root):
    only = {"contexts": [], "images": None, "split": None, "skip_bad_lines": False}
    posts, photos = data_root / "posts.txt", data_root / "photos.jsonl"
    contexts = [data_root / "contexts.jsonl"]
    told = {**only, "contexts": contexts}
    seen = {**only, "images": data_root / "images"}
    reports = {
        "dev": evaluate_file(folders[1], "twitter", posts, device="cpu", **told),
        "photos": evaluate_file(folders[1], "image_text", photos, device="cpu", **seen),
    }
    for name, report in reports.items():
        expected = metrics["scores"][name]
        assert {key: report[key] for key in expected} == expected
        assert set(report) - set(expected) == {"file", "skipped", "fingerprints"}
    assert (reports["dev"]["file"], reports["dev"]["skipped"]) == (str(posts), [])
    assert {"image_alignment", "label_accuracy"} <= set(metrics["scores"]["photos"])
    assert reports["photos"]["fingerprints"] == load_checkpoint(folders[1]).fingerprints


def test_training_posts_that_stand_in_an_evaluation_are_left_out(make_config, folders, tmp_path):
    config = make_config()
    data = config.data.model_copy(update={"drop_overlap": True})
    config = config.model_copy(update={"data": data})
    with pytest.raises(InputError, match="tags: the sentences of all 8 posts stand in dev or"):
        run_experiment(config, run_folder=tmp_path / "run", checkpoint_folder=tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_how_many_training_posts_are_left_out_is_said(make_config, data_root, tmp_path, capsys):
    config = make_config(epochs=1)
    posts = (data_root / "posts.txt").read_text(encoding="utf-8").strip()
    (tmp_path / "few.txt").write_text(posts.split("\n\n")[0] + "\n", encoding="utf-8")
    dev = config.data.dev.model_copy(update={"file": str(tmp_path / "few.txt"), "contexts": ()})
    changed = {"drop_overlap": True, "dev": dev, "evaluations": ()}
    data = config.data.model_copy(update=changed)
    run_in(config.model_copy(update={"data": data}), tmp_path)
    assert "tags: 1 post of 8 left out, whose sentences stand in dev" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("update", "differs"),
    [({"name": "other"}, "its name or seed"), ({"seed": 14}, "its name or seed"), ({}, "training")],
)
def test_a_checkpoint_of_another_config_is_not_replaced(
    make_config, metrics, folders, tmp_path, update, differs
):
    config = make_config(epochs=1 if update else 2).model_copy(update=update)
    before = (folders[1] / WEIGHTS).read_bytes()
    with pytest.raises(InputError, match=rf"holds the checkpoint miniature .*differs: {differs}"):
        run_experiment(config, run_folder=tmp_path / "run", checkpoint_folder=folders[1])
    assert (folders[1] / WEIGHTS).read_bytes() == before
    assert not (tmp_path / "run").exists()


def test_an_experiment_that_has_nowhere_to_go_ends_before_it_begins(make_config, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    with pytest.raises(InputError, match="no folder can be made there"):
        run_experiment(make_config(), run_folder=tmp_path / "run", checkpoint_folder=taken)
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match="no folder can be made there"):
        run_experiment(make_config(), run_folder=taken, checkpoint_folder=tmp_path / "out")


def run_in(config, folder):
    return run_experiment(config, run_folder=folder / "run", checkpoint_folder=folder / "out")


@pytest.mark.parametrize("part", ["dev", "sources"])
def test_a_task_that_nobody_has_answers_for_is_not_trained(make_config, tmp_path, part):
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "Anna sings"}\n{"text": "Ben sleeps"}\n', encoding="utf-8")
    config = make_config()
    silent = config.data.dev.model_copy(
        update={"name": "silent", "kind": "image_text", "file": str(path), "contexts": ()}
    )
    if part == "sources":
        silent = (silent.model_copy(update={"objectives": ("task",)}),)
    data = config.data.model_copy(update={part: silent})
    with pytest.raises(InputError, match="silent: none of 2 posts says which entities it names"):
        run_in(config.model_copy(update={"data": data}), tmp_path)


def strange_posts(make_config, folder, part, objectives=("task",)):
    """Return the miniature's config with a part whose gold is of a type that no config knows."""
    path = folder / "posts.jsonl"
    whale = {"text": "a whale", "entities": [{"start": 2, "end": 7, "type": "ANIMAL"}]}
    path.write_text(f"{json.dumps(whale)}\n", encoding="utf-8")
    config = make_config(epochs=1)
    changed = {"name": "strange", "kind": "image_text", "file": str(path), "contexts": ()}
    strange = config.data.dev.model_copy(update=changed)
    if part == "evaluations":
        strange = (strange,)
    if part == "sources":
        told = strange.model_copy(update={"objectives": objectives, "batch_size": 4})
        strange = (*config.data.sources, told)
    data = config.data.model_copy(update={part: strange})
    return config.model_copy(update={"data": data})


@pytest.mark.parametrize("part", ["dev", "evaluations", "sources"])
def test_gold_of_unknown_types_is_refused_before_the_training(make_config, tmp_path, part):
    with pytest.raises(InputError, match="strange, post 1: entity 'whale' is of type ANIMAL"):
        run_in(strange_posts(make_config, tmp_path, part), tmp_path)
    assert not (tmp_path / "run").exists()


def test_gold_that_is_not_asked_for_may_be_of_any_type(make_config, folders, tmp_path):
    config = strange_posts(make_config, tmp_path, "sources", ("consistency",))
    assert run_in(config, tmp_path)["training_examples"]["strange"] == 1
