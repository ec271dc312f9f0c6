import pytest

from core.annotations.columns import SCHEMA
from core.annotations.rows import annotation_row
from core.records import Label, Record, Relation


def test_a_row_fills_every_column(make_record):
    assert set(annotation_row(make_record())) == set(SCHEMA.names)


def test_the_record_is_kept_whole(make_record, make_outcome):
    record = make_record(gold=make_outcome(("PER", 0, 2)))
    assert Record.model_validate_json(annotation_row(record)["record"]) == record


def test_what_the_post_is_is_read_off(make_record):
    row = annotation_row(make_record("p1", off=[1]))
    assert (row["id"], row["task"], row["checkpoint"]) == ("p1", "mner", "tiny")
    assert row["image_sha256"] == "ab" * 32
    assert row["contexts"] == 1


def test_counts_are_those_of_the_score_with_and_without_contexts(make_record, make_outcome):
    gold = make_outcome(("PER", 0, 2), ("LOC", 3, 4), ("ORG", 5, 7))
    record = make_record(
        gold=gold,
        # right; another type: wrong on both sides; boundary: likewise; spurious
        predicted=[("PER", 0, 2), ("ORG", 3, 4), ("ORG", 6, 7), ("MISC", 2, 3)],
        without=make_outcome(("LOC", 3, 4)),
    )
    row = annotation_row(record)
    assert (row["correct"], row["spurious"], row["missed"]) == (1, 3, 2)
    assert (row["bare_correct"], row["bare_spurious"], row["bare_missed"]) == (1, 0, 2)
    assert row["gold_units"] == 3
    assert (row["effect"], row["outcome"]) == ("hurt", "partly")


def test_units_say_what_went_wrong_and_what_contexts_changed(make_record, make_outcome):
    record = make_record(
        gold=make_outcome(("PER", 0, 2), ("LOC", 3, 4)),
        predicted=[("PER", 0, 2), ("ORG", 6, 7)],
        scores=[0.9, 0.4],
        without=make_outcome(("LOC", 3, 4)),
    )
    right, missed, spurious = annotation_row(record)["units"]
    assert right == {
        "kind": "entity",
        "gold": "PER",
        "predicted": "PER",
        "error": "correct",
        "score": 0.9,
        "start": 0,
        "end": 2,
        "text": "Ada Lovelace",
        "found_without": False,
    }
    assert (missed["error"], missed["score"], missed["found_without"]) == ("missed", None, True)
    assert (spurious["error"], spurious["score"]) == ("spurious", 0.4)
    assert (spurious["text"], spurious["found_without"]) == ("IBM", None)


@pytest.mark.parametrize(
    ("without", "effect"),
    [
        ([], "helped"),
        ([("PER", 0, 2)], "no change"),
        ([("PER", 0, 2), ("LOC", 3, 4)], "hurt"),
        (None, "unknown"),
    ],
)
def test_contexts_help_when_fewer_units_are_wrong_with_them(
    make_record, make_outcome, without, effect
):
    bare = None if without is None else make_outcome(*without)
    gold = make_outcome(("PER", 0, 2), ("LOC", 3, 4))
    row = annotation_row(make_record(gold=gold, predicted=[("PER", 0, 2)], without=bare))
    assert row["effect"] == effect
    assert (row["bare_correct"] is None) == (without is None)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([("PER", 0, 2)], [("PER", 0, 2)], "right"),
        ([("PER", 0, 2)], [("PER", 0, 2), ("LOC", 3, 4)], "partly"),
        ([("PER", 0, 2)], [("PER", 0, 1)], "wrong"),
        ([], [("PER", 0, 1)], "wrong"),
        ([], [], "empty"),
    ],
)
def test_the_outcome_of_a_post_is_named(make_record, make_outcome, gold, predicted, expected):
    row = annotation_row(make_record(gold=make_outcome(*gold), predicted=predicted))
    assert row["outcome"] == expected


def test_a_post_without_gold_counts_nothing(make_record, make_outcome):
    row = annotation_row(make_record(without=make_outcome()))
    assert not row["has_gold"]
    assert [row[name] for name in ("correct", "bare_missed", "gold_units")] == [None] * 3
    assert (row["effect"], row["outcome"], row["units"]) == ("unknown", "no gold", [])


def test_a_side_stands_for_its_best_context(make_record):
    row = annotation_row(make_record(values=(0.5, 2.0)))
    assert (row["phi_text"], row["margin_text"], row["rank_text"]) == (2.0, 1.0, 2)
    assert (row["phi_image"], row["margin_image"], row["rank_image"]) == (2.0, 1.0, 2)
    assert row["verdict"] == "misaligned"
    assert (row["gate_text"], row["gate_image"]) == (4 / 7, 0.5)


def test_a_context_that_is_off_stands_for_nothing(make_record):
    row = annotation_row(make_record(off=[1]))
    assert (row["phi_text"], row["verdict"]) == (0.5, "aligned")


def test_sides_that_were_not_played_are_empty(make_record):
    row = annotation_row(make_record(image=False))
    assert row["phi_text"] == 2.0
    assert [row[name] for name in ("phi_image", "rank_image", "gate_text")] == [None] * 3
    row = annotation_row(make_record(contexts=(), values=()))
    assert (row["phi_text"], row["verdict"], row["contexts"]) == (None, "unknown", 0)


def test_confidence_is_the_smallest_score(make_record):
    row = annotation_row(make_record(predicted=[("PER", 0, 2), ("LOC", 3, 4)], scores=[0.9, 0.3]))
    assert row["confidence"] == 0.3
    assert annotation_row(make_record(predicted=[]))["confidence"] is None


def test_the_relation_of_a_pair_is_scored_with_its_probability(make_record, make_outcome):
    pair = [("entity", 0, 2), ("entity", 3, 4)]
    label = Label(name="/per/loc/place_of_birth", probabilities={"/per/loc/place_of_birth": 0.7})
    record = make_record(
        task="mre",
        predicted=pair,
        label=label,
        gold=make_outcome(*pair, label="None"),
        without=make_outcome(*pair, label="None"),
    )
    row = annotation_row(record)
    assert (row["correct"], row["spurious"], row["missed"], row["effect"]) == (0, 1, 0, "hurt")
    assert row["confidence"] == 0.7
    (unit,) = row["units"]
    assert (unit["kind"], unit["score"], unit["text"]) == ("relation", 0.7, "Ada Lovelace → London")


def test_joint_extraction_counts_relations_and_lists_entities_too(make_record, make_outcome):
    ends = [("per", 0, 2), ("loc", 3, 4)]
    record = make_record(
        task="jmere",
        predicted=ends,
        scores=[0.8, 0.6],
        relations=[Relation(head=0, tail=1, type="place_of_birth", score=0.25)],
        gold=make_outcome(*ends, ("org", 6, 7), relations=[(0, 1, "place_of_birth")]),
    )
    row = annotation_row(record)
    assert (row["correct"], row["spurious"], row["missed"], row["gold_units"]) == (1, 0, 0, 1)
    assert row["confidence"] == 0.25
    kinds = [(unit["kind"], unit["error"], unit["score"]) for unit in row["units"]]
    assert kinds == [
        ("entity", "correct", 0.8),
        ("entity", "correct", 0.6),
        ("entity", "missed", None),
        ("relation", "correct", 0.25),
    ]


def test_a_label_of_the_whole_post_is_one_unit(make_record, make_outcome):
    label = Label(name="good", probabilities={"good": 0.6, "bad": 0.4})
    record = make_record(
        task="classification", predicted=[], label=label, gold=make_outcome(label="bad")
    )
    row = annotation_row(record)
    assert (row["correct"], row["spurious"], row["missed"]) == (0, 1, 1)
    assert [(u["kind"], u["error"], u["score"]) for u in row["units"]] == [("label", "type", 0.6)]
