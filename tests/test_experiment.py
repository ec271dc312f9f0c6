"""An experiment in miniature, from config to checkpoint to scores."""

import json

import pytest

from core.config import HeadConfig
from core.errors import InputError
from core.experiment import evaluate_file, run_experiment
from core.training.checkpoint import WEIGHTS, load_checkpoint

GOOD = "IMGID:1\nAda\tB-PER\nsings\tO\n"
BAD = "IMGID:2\nOslo LOC\n"


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


@pytest.fixture
def evaluate(metrics, folders):
    def run(dataset, file, **changes):
        given = {"contexts": [], "images": None, "split": None, "skip_bad_lines": False}
        return evaluate_file(folders[1], dataset, file, device="cpu", **given | changes)

    return run


@pytest.fixture
def posts(tmp_path):
    def write(content: str):
        path = tmp_path / "posts.txt"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_a_checkpoint_is_written_with_its_metrics_and_card(metrics, folders):
    written = json.loads((folders[1] / "metrics.json").read_text(encoding="utf-8"))
    assert set(written.pop("sha256")) == {WEIGHTS}
    assert written == json.loads(json.dumps(metrics))
    assert metrics["training_examples"] == {"tags": 8, "pairs": 8, "fusion": 8}
    assert metrics["best_epoch"] == 1
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


def test_tagged_posts_score_as_they_did_after_training(metrics, evaluate, data_root):
    file = data_root / "posts.txt"
    report = evaluate("twitter", file, contexts=[data_root / "contexts.jsonl"])
    expected = metrics["scores"]["dev"]
    assert {key: report[key] for key in expected} == expected
    assert set(report) - set(expected) == {"file", "skipped", "fingerprints"}
    assert (report["file"], report["skipped"]) == (str(file), [])


def test_photos_score_as_they_did_after_training(metrics, evaluate, data_root, folders):
    report = evaluate("image_text", data_root / "photos.jsonl", images=data_root / "images")
    expected = metrics["scores"]["photos"]
    assert {key: report[key] for key in expected} == expected
    assert {"image_alignment", "label_accuracy"} <= set(expected)
    assert report["fingerprints"] == load_checkpoint(folders[1]).fingerprints


def test_without_contexts_there_is_no_alignment(evaluate, data_root):
    report = evaluate("twitter", data_root / "posts.txt")
    assert "text_alignment" not in report
    assert report["entities"] == report["entities_without_contexts"]


def test_contexts_reach_posts_by_their_id(evaluate, tmp_path, data_root):
    path = tmp_path / "posts.jsonl"
    rows = [{"id": 3, "text": "Hamlet"}, {"id": 8, "text": "Bergen"}, {"id": 9, "text": "Oslo"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = evaluate("image_text", path, contexts=[data_root / "contexts.jsonl"])
    assert report["text_alignment"]["posts"] == 2
    assert report.keys().isdisjoint({"annotated", "entities"})


def test_a_split_keeps_its_own_lines(evaluate, tmp_path):
    rows = [{"text": "Oslo", "split": "dev"}, {"text": "Rome", "split": "test"}, {"text": "Bern"}]
    rows = [{**row, "entities": []} for row in rows]
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert evaluate("image_text", path)["examples"] == 3
    assert evaluate("image_text", path, split="dev")["examples"] == 1


def test_bad_lines_are_counted_or_refused(evaluate, posts):
    path = posts(f"{GOOD}\n{BAD}\n{GOOD}\n{BAD}")
    report = evaluate("twitter", path, skip_bad_lines=True)
    assert report["examples"] == 2
    assert len(report["skipped"]) == 2
    assert report["skipped"][0].startswith(f"{path}:6: ")
    with pytest.raises(InputError, match=r"posts\.txt:6: .*word<TAB>tag"):
        evaluate("twitter", path)


@pytest.mark.parametrize("content", ["", "\n\n", BAD])
def test_a_file_with_nothing_to_score_is_refused(evaluate, posts, content):
    with pytest.raises(InputError, match=r"posts\.txt: has no example to score"):
        evaluate("twitter", posts(content), skip_bad_lines=True)


def test_an_unknown_dataset_is_refused(evaluate, posts):
    with pytest.raises(InputError, match="'conll' is unknown; choose one of: twitter, image_text"):
        evaluate("conll", posts(GOOD))


def test_training_posts_that_stand_in_an_evaluation_are_left_out(make_config, folders, tmp_path):
    config = make_config()
    data = config.data.model_copy(update={"drop_overlap": True})
    config = config.model_copy(update={"data": data})
    with pytest.raises(InputError, match="source tags has no examples"):
        run_experiment(config, run_folder=tmp_path / "run", checkpoint_folder=tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


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


def test_posts_with_unknown_gold_are_left_out_where_bad_lines_are(evaluate, posts):
    whale = '{"text": "a whale", "entities": [{"start": 2, "end": 7, "type": "ANIMAL"}]}\n'
    file = posts(f'{whale}{{"text": "Oslo", "entities": []}}\n')
    report = evaluate("image_text", file, skip_bad_lines=True)
    assert report["examples"] == 1
    assert [note.partition(": ")[0] for note in report["skipped"]] == [f"{file}, post 1"]
    with pytest.raises(InputError, match=r"post 1: entity 'whale' is of type ANIMAL"):
        evaluate("image_text", file)


def test_a_classification_learns_its_labels_by_its_task(make_config, tmp_path):
    config = make_config()
    head = HeadConfig(task="classification", labels=("bad", "good"))
    with pytest.raises(InputError, match="fusion: a classification learns its labels by 'task'"):
        run_in(config.model_copy(update={"head": head}), tmp_path)


def test_an_experiment_without_anything_to_learn_from_is_refused(make_config, tmp_path):
    config = make_config()
    data = config.data.model_copy(update={"sources": ()})
    with pytest.raises(InputError, match=r"has no data\.sources"):
        run_in(config.model_copy(update={"data": data}), tmp_path)


def test_a_source_from_which_nothing_is_learned_is_refused(make_config, tmp_path):
    config = make_config()
    idle = config.data.sources[0].model_copy(update={"objectives": ()})
    data = config.data.model_copy(update={"sources": (idle, *config.data.sources[1:])})
    with pytest.raises(InputError, match="tags has no objectives"):
        run_in(config.model_copy(update={"data": data}), tmp_path)


def test_a_file_in_which_nothing_can_be_scored_is_refused(evaluate, posts):
    file = posts('{"text": "Anna in Oslo"}\n{"text": "Bob in Paris"}\n')
    with pytest.raises(InputError, match=r"none of 2 posts .* none says which entities it names"):
        evaluate("image_text", file)


@pytest.fixture
def evaluate_relations(make_config, save_untrained, tmp_path):
    """Score a checkpoint that tells three relations on pairs of the relations given."""
    head = HeadConfig(task="mre", relations=("None", "likes", "knows"))
    save_untrained(make_config().model_copy(update={"head": head}), tmp_path / "checkpoint")

    def run(*relations: str, skip_bad_lines: bool = False):
        ends = {"h": {"pos": [0, 1]}, "t": {"pos": [2, 3]}}
        rows = [
            {"token": ["Ada", "likes", "Oslo"], "img_id": "1", "relation": name, **ends}
            for name in relations
        ]
        path = tmp_path / "pairs.txt"
        path.write_text("".join(f"{row!r}\n" for row in rows), encoding="utf-8")
        return evaluate_file(
            tmp_path / "checkpoint",
            "mnre",
            path,
            contexts=[],
            images=None,
            split=None,
            skip_bad_lines=skip_bad_lines,
            device="cpu",
        )

    return run


def test_pairs_are_scored_by_a_checkpoint_of_relations(evaluate_relations):
    report = evaluate_relations("likes", "None", "likes")
    assert (report["examples"], report["annotated"]) == (3, 3)
    assert report["relations"]["overall"]["support"] == 2
    assert report["relations"]["pairs"] == 3


def test_a_relation_that_a_checkpoint_does_not_know_makes_a_bad_line(evaluate_relations):
    with pytest.raises(InputError, match=r"pairs\.txt:2: .*hates"):
        evaluate_relations("likes", "hates")
    report = evaluate_relations("likes", "hates", skip_bad_lines=True)
    assert (report["examples"], len(report["skipped"])) == (1, 1)
