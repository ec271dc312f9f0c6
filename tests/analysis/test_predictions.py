"""Predictions of other systems."""

import json

import pytest

from core.analysis.predictions import EXAMPLE, annotate_predictions, read_predictions
from core.annotations import About, read_annotations, read_record, units_table, write_annotations
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.records import Entity, Games, NoGame, Outcome, Post, Record, Relation

TEXT = "Ada Lovelace visits London with #IBM"
ADA, LONDON, IBM = (0, 12), (20, 26), (33, 36)


def entity(span, type, words):
    return Entity(
        text=TEXT[slice(*span)],
        type=type,
        start=span[0],
        end=span[1],
        token_start=words[0],
        token_end=words[1],
    )


GOLD = Outcome(
    entities=[
        entity(ADA, "PER", (0, 2)),
        entity(LONDON, "LOC", (3, 4)),
        entity(IBM, "ORG", (6, 7)),
    ],
    relations=[Relation(head=0, tail=2, type="works_for")],
)


@pytest.fixture
def make_run(tmp_path):
    """Write the run of a task over two posts, p and q, whose gold is `GOLD` or as given."""

    def make(task="mner", gold=GOLD, entities=()):
        none = {side: NoGame(side=side, reason="none") for side in ("text", "image")}
        records = [
            Record(
                task=task,
                post=Post(id=name, text=TEXT, tokens=list(tokenize(TEXT))),
                contexts=[],
                games=Games(**none),
                entities=list(entities),
                gold=gold,
                verdicts=[],
                timings={},
                fingerprints={"checkpoint": "tiny@1"},
            )
            for name in ("p", "q")
        ]
        about = About(task=task, checkpoint="tiny@1", dataset="by hand", created="", command="")
        write_annotations(tmp_path / "run.parquet", records, about=about)
        return tmp_path / "run.parquet"

    return make


@pytest.fixture
def predict(tmp_path):
    """Write lines to a file and read them as predictions."""

    def read(*lines):
        path = tmp_path / "theirs.jsonl"
        rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return read_predictions(path, "theirs.jsonl")

    return read


def line(name="p", *entities, **more):
    spans = [{"start": span[0], "end": span[1], "type": type} for span, type in entities]
    return {"id": name, "entities": spans, **more}


def joined(predictions, run):
    out = run.with_name("joined.parquet")
    about = annotate_predictions(predictions, run, out)
    return about, read_annotations(out).table


def test_the_example_of_a_line_is_one(predict):
    assert len(predict(EXAMPLE).posts) == 1


def test_predictions_meet_the_gold_of_the_run(predict, make_run):
    said = line("p", (ADA, "PER"), (LONDON, "ORG"))
    about, table = joined(predict(said), make_run())
    row = table.iloc[0]

    assert (about.checkpoint, about.task, about.posts) == ("theirs.jsonl", "mner", 1)
    assert (row["correct"], row["spurious"], row["missed"]) == (1, 1, 2)
    assert list(units_table(table)["error"]) == ["correct", "type", "missed"]


def test_entities_cover_the_words_that_their_characters_touch(predict, make_run):
    run = make_run()
    joined(predict(line("p", ((1, 5), "PER"))), run)
    found = read_record(run.with_name("joined.parquet"), 0).entities[0]

    assert (found.text, found.token_start, found.token_end) == ("Ada Lovelace", 0, 2)


def test_relations_are_scored_for_jmere(predict, make_run):
    relation = {"head": 1, "tail": 0, "type": "works_for"}
    said = line("p", (ADA, "PER"), (IBM, "ORG"), relations=[relation])
    _, table = joined(predict(said), make_run("jmere"))

    assert (table["correct"].iloc[0], table["spurious"].iloc[0]) == (1, 0)


def test_a_label_is_scored_for_a_whole_post_and_for_a_marked_pair(predict, make_run):
    _, table = joined(
        predict({"id": "p", "label": "good"}, {"id": "q", "label": "bad"}),
        make_run("classification", Outcome(label="good")),
    )
    assert list(table["correct"]) == [1, 0]

    pair = GOLD.entities[:2]
    run = make_run("mre", Outcome(entities=pair, label="born_in"), entities=pair)
    _, table = joined(predict({"id": "p", "label": "born_in"}), run)
    assert list(table["correct"]) == [1]
    assert units_table(table)["text"].iloc[0] == "Ada Lovelace → London"


def test_a_post_without_a_prediction_of_its_label_is_missed(predict, make_run):
    run = make_run("classification", Outcome(label="good"))
    _, table = joined(predict({"id": "p"}), run)

    assert (table["correct"].iloc[0], table["missed"].iloc[0]) == (0, 1)


def test_posts_that_the_run_does_not_have_take_no_part(predict, make_run):
    about, table = joined(predict(line("zzz"), line("q")), make_run())

    assert about.posts == 1
    assert list(table["id"]) == ["q"]


def test_nothing_in_common_is_refused_with_an_id_of_each(predict, make_run):
    with pytest.raises(InputError, match=r"shares no post.*'zzz'.*'p'"):
        joined(predict(line("zzz")), make_run())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "Invalid JSON"),
        ("[]", "valid dictionary|object"),
        ('{"entities": []}', "id"),
        ('{"id": "x", "entities": [{"start": 4, "end": 4, "type": "PER"}]}', "no characters"),
        ('{"id": "x", "entities": [{"start": -1, "end": 4, "type": "PER"}]}', "start"),
        ('{"id": "x", "relations": [{"head": 0, "tail": 1, "type": "r"}]}', "beyond the 0"),
        ('{"id": "p"}', "line 1"),
        ('{"id": "x\x00"}', "NUL"),
    ],
)
def test_the_first_bad_line_is_named(predict, bad, message):
    with pytest.raises(InputError, match=rf"(?s)^theirs\.jsonl:3: .*({message})"):
        predict(line("p"), "", bad, "{")


@pytest.mark.parametrize("span", [(30, 90), (12, 13)])
def test_an_entity_outside_its_post_or_on_no_word_names_its_line(predict, make_run, span):
    with pytest.raises(InputError, match=r"theirs\.jsonl:2: entity at"):
        joined(predict(line("q"), line("p", (span, "PER"))), make_run())


def test_keys_we_do_not_know_are_passed_over(predict):
    found = predict({"id": "p", "model": "other", "entities": []})

    assert found.posts["p"][0] == 1


def test_an_empty_file_is_refused_with_an_example(predict):
    with pytest.raises(InputError, match=r"has no prediction; a line looks like"):
        predict("")


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "theirs.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "p"}\r\n{"id": "q"}\r\n')

    assert list(read_predictions(path).posts) == ["p", "q"]
