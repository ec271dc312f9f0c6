"""Files of posts, scored by a checkpoint nobody trained."""

import json

import pytest

from core.config import HeadConfig
from core.errors import InputError
from core.scoring import evaluate_file

GOOD = "IMGID:1\nAda\tB-PER\nsings\tO\n"
BAD = "IMGID:2\nOslo LOC\n"


@pytest.fixture
def evaluate(tiny_checkpoint, tmp_path, monkeypatch):
    """Score the tiny checkpoint on a file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(dataset, file, **changes):
        given = {"contexts": [], "images": None, "split": None, "skip_bad_lines": False}
        return evaluate_file(tiny_checkpoint, dataset, file, device="cpu", **given | changes)

    return run


@pytest.fixture
def posts(tmp_path):
    def write(content: str):
        path = tmp_path / "posts.txt"
        path.write_text(content, encoding="utf-8")
        return path

    return write


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


def test_posts_with_unknown_gold_are_left_out_where_bad_lines_are(evaluate, posts):
    whale = '{"text": "a whale", "entities": [{"start": 2, "end": 7, "type": "ANIMAL"}]}\n'
    file = posts(f'{whale}{{"text": "Oslo", "entities": []}}\n')
    report = evaluate("image_text", file, skip_bad_lines=True)
    assert report["examples"] == 1
    assert [note.partition(": ")[0] for note in report["skipped"]] == [f"{file}, post 1"]
    with pytest.raises(InputError, match=r"post 1: entity 'whale' is of type ANIMAL"):
        evaluate("image_text", file)


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
