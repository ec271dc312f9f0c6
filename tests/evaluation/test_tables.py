"""Scores in words."""

from dataclasses import asdict

from core.evaluation.alignment import AlignmentReport
from core.evaluation.mner import tag_report
from core.evaluation.tables import figures, score_table

GOLD = [["B-PER", "O"], ["B-LOC", "O"]]
ENTITIES = tag_report(GOLD, [["B-PER", "O"], ["O", "B-LOC"]]).model_dump()
NOTHING_FOUND = tag_report(GOLD, [["O", "O"], ["O", "O"]]).model_dump()
ALIGNED = asdict(
    AlignmentReport(
        posts=40, game_size=32, auroc=0.9, auroc_similarity=0.8, recall_at_1=0.7, seed=0
    )
)
EVERYTHING = {
    "file": "posts.txt",
    "examples": 2,
    "skipped": ["posts.txt:7: is bad"],
    "entities": ENTITIES,
    "entities_without_contexts": NOTHING_FOUND,
    "text_alignment": ALIGNED,
    "image_alignment": {**ALIGNED, "auroc": 0.6},
    "label_accuracy": {"with_image": 0.5, "without_image": 0.25},
}


def test_every_figure_has_a_name():
    assert figures(EVERYTHING) == [
        ("entity precision", 0.5),
        ("entity recall", 0.5),
        ("entity F1", 0.5),
        ("entity precision, no contexts", 0.0),
        ("entity recall, no contexts", 0.0),
        ("entity F1, no contexts", 0.0),
        ("own against foreign contexts, text side, AUROC of Kφ (games of 32)", 0.9),
        ("the same by similarity, text side", 0.8),
        ("own context first, text side (games of 32)", 0.7),
        ("own against foreign contexts, image side, AUROC of Kφ (games of 32)", 0.6),
        ("the same by similarity, image side", 0.8),
        ("own context first, image side (games of 32)", 0.7),
        ("label accuracy, with image", 0.5),
        ("label accuracy, without image", 0.25),
    ]


def test_what_was_not_scored_has_no_figure():
    assert figures({"examples": 3}) == []
    assert [name for name, _ in figures({"label_accuracy": {"with_image": 1.0}})] == [
        "label accuracy, with image"
    ]


def test_the_table_lists_entities_by_type_and_overall():
    rows = [line.split() for line in score_table(EVERYTHING).splitlines()]
    begin = rows.index(["type", "precision", "recall", "F1", "support"])
    assert rows[begin + 1 : begin + 5] == [
        ["LOC", "0.0000", "0.0000", "0.0000", "1"],
        ["PER", "1.0000", "1.0000", "1.0000", "1"],
        ["overall", "0.5000", "0.5000", "0.5000", "2"],
        [],
    ]


def test_the_table_says_every_other_figure_once():
    lines = score_table(EVERYTHING).splitlines()
    for name, value in figures(EVERYTHING)[3:]:
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        assert line.removeprefix(name).strip() == f"{value:.4f}"
    assert not any(line.startswith("entity F1 ") for line in lines)


def test_columns_are_aligned():
    lines = score_table(EVERYTHING).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("type"))
    assert len({len(line) for line in lines[begin : begin + 4]}) == 1
    assert len({len(line) for line in lines[begin + 5 :]}) == 1


def test_skipped_lines_are_counted_and_named():
    lines = score_table(EVERYTHING).splitlines()
    assert lines[:2] == ["posts.txt: 2 examples, 1 skipped", "posts.txt:7: is bad"]


def test_a_report_without_scores_is_one_line():
    report = {"file": "posts.txt", "examples": 1, "skipped": []}
    assert score_table(report) == "posts.txt: 1 examples, 0 skipped"
