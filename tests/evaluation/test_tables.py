"""Scores in words."""

from dataclasses import asdict

import pytest

from core.evaluation.alignment import AlignmentReport
from core.evaluation.classification import label_report
from core.evaluation.jmere import joint_report
from core.evaluation.mner import entity_report
from core.evaluation.mre import relation_report
from core.evaluation.tables import figures, score_table
from core.records import Entity, Outcome


def entity(name: str, word: int) -> Entity:
    return Entity(
        text="a", type=name, start=2 * word, end=2 * word + 1, token_start=word, token_end=word + 1
    )


GOLD = [[entity("PER", 0)], [entity("LOC", 0)]]
ENTITIES = entity_report(GOLD, [[entity("PER", 0)], [entity("LOC", 1)]]).model_dump()
NOTHING_FOUND = entity_report(GOLD, [[], []]).model_dump()
ALIGNED = asdict(
    AlignmentReport(
        posts=40,
        game_size=32,
        auroc=0.9,
        auroc_similarity=0.8,
        recall_at_1=0.7,
        own_value=2.0,
        foreign_value=0.1,
        seed=0,
    )
)
EVERYTHING = {
    "file": "posts.txt",
    "examples": 3,
    "annotated": 2,
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


def test_the_table_says_every_figure_once():
    lines = score_table(EVERYTHING).splitlines()
    for name, value in figures(EVERYTHING):
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        assert line.removeprefix(name).strip() == f"{value:.4f}"


def test_every_task_has_its_figures_in_words():
    relations = relation_report(["peer", "None"], ["peer", "part_of"]).model_dump()
    assert dict(figures({"relations_without_image": relations})) == {
        "relation precision, no image": 0.5,
        "relation recall, no image": 1.0,
        "relation F1, no image": pytest.approx(2 / 3),
    }
    labels = label_report(["good", "bad"], ["good", "good"], ["bad", "good"]).model_dump()
    assert dict(figures({"labels": labels})) == {
        "label accuracy": 0.5,
        "label macro F1": pytest.approx(1 / 3),
        "share of the most frequent label": 0.5,
    }
    nothing = joint_report([Outcome()], [Outcome()], directed=True).model_dump()
    assert dict(figures({"quintuples_directed": nothing})) == {
        "directed quintuple precision": 0.0,
        "directed quintuple recall": 0.0,
        "directed quintuple F1": 0.0,
        "entity F1 beside the directed quintuples": 0.0,
    }


def test_relations_and_labels_are_listed_by_name():
    report = {"file": "f", "examples": 1, "skipped": []}
    relations = relation_report(["peer"], ["peer"]).model_dump()
    listed = score_table({**report, "relations": relations}).splitlines()
    assert [line.split()[0] for line in listed[3:5]] == ["peer", "overall"]
    labels = label_report(["good"], ["good"], ["good"]).model_dump()
    assert score_table({**report, "labels": labels}).splitlines()[3].split()[0] == "good"


def test_columns_are_aligned():
    lines = score_table(EVERYTHING).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("type"))
    assert len({len(line) for line in lines[begin : begin + 4]}) == 1
    assert len({len(line) for line in lines[begin + 5 :]}) == 1


def test_skipped_lines_are_counted_and_named():
    lines = score_table(EVERYTHING).splitlines()
    assert lines[:2] == [
        "posts.txt: 3 examples, 2 annotated, 1 skipped",
        "posts.txt:7: is bad",
    ]


def test_a_report_without_scores_is_one_line():
    report = {"file": "posts.txt", "examples": 1, "skipped": []}
    assert score_table(report) == "posts.txt: 1 examples, 0 annotated, 0 skipped"
