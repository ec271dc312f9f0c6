import json

import pytest

from core.datasets.image_text import read_image_text, unread_keys
from core.errors import InputError
from core.records import Context


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows):
        path = tmp_path / "posts.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write_rows


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "1.jpg").touch()
    return folder


def test_a_labelled_post_with_photo_is_read(write, images):
    path = write({"id": 3, "text": "Go #Rocky!", "image": "1.jpg", "label": "fake"})
    (example,) = read_image_text(path, images).examples
    assert (example.id, example.text, example.label) == ("3", "Go #Rocky!", "fake")
    assert [token.text for token in example.tokens] == ["Go", "#", "Rocky", "!"]
    assert example.image == (images / "1.jpg").resolve()
    assert example.entities is None


def test_sentiment_is_a_label_and_null_is_none(write):
    path = write({"text": "good", "sentiment": "positive"}, {"text": "what", "sentiment": None})
    assert [e.label for e in read_image_text(path).examples] == ["positive", None]


def test_captions_become_contexts_of_an_example_without_words(write, images):
    path = write({"image": "1.jpg", "captions": ["A dog .", "A brown dog ."], "split": "train"})
    (example,) = read_image_text(path, images, split="train").examples
    assert (example.id, example.text, example.tokens) == ("1", "", ())
    assert [context.text for context in example.contexts] == ["A dog .", "A brown dog ."]
    assert {context.generator for context in example.contexts} == {"caption"}


def test_only_the_asked_split_is_kept(write):
    path = write({"text": "a", "split": "train"}, {"text": "b", "split": "dev"}, {"text": "c"})
    assert [e.text for e in read_image_text(path, split="dev").examples] == ["b"]
    assert len(read_image_text(path).examples) == 3


def test_other_keys_can_be_named(write):
    path = write({"tweet": "hi", "mood": 1, "said": ["a dog"], "label": "x"})
    (example,) = read_image_text(
        path, text_key="tweet", label_key="mood", captions_key="said"
    ).examples
    assert (example.text, example.label, example.contexts[0].text) == ("hi", "1", "a dog")


def test_contexts_are_strings_or_objects_and_more_come_by_id(write):
    own = {"text": "a cat", "generator": "typed"}
    more = Context(text="a bird", generator="blip2")
    off = {**own, "text": "a fish", "included": False}
    path = write({"id": "p", "text": "hi", "contexts": ["a dog", off, own]})
    (example,) = read_image_text(path, contexts={"p": [more]}).examples
    assert [context.text for context in example.contexts] == ["a dog", "a cat", "a bird"]
    assert [c.generator for c in example.contexts] == ["precomputed", "typed", "blip2"]


def test_gold_entities_are_placed_on_words(write):
    entities = [{"start": 7, "end": 15, "type": "LOC"}, {"start": 0, "end": 3, "type": "OTHER"}]
    path = write({"text": "Bob in New York!", "entities": entities})
    (example,) = read_image_text(path).examples
    found = [(e.text, e.type, e.token_start, e.token_end) for e in example.entities]
    assert found == [("New York", "LOC", 2, 4), ("Bob", "MISC", 0, 1)]


def test_an_entity_that_says_its_words_stands_where_they_are(write):
    entities = [{"start": 4, "end": 7, "type": "PER", "text": "Bob"}]
    (example,) = read_image_text(write({"text": "Ah, Bob", "entities": entities})).examples
    assert example.entities[0].text == "Bob"


def test_keys_that_nothing_reads_are_counted(write):
    known = {"id": "1", "text": "x", "sentiment": "good", "split": "dev"}
    path = write({**known, "entites": []}, {"text": "y", "Label": "z", "entites": []}, "{")
    assert unread_keys(path) == {"entites": 2, "Label": 1}


def test_an_empty_list_of_entities_is_an_annotation(write):
    (example,) = read_image_text(write({"text": "hi", "entities": []})).examples
    assert example.entities == ()


def test_ids_are_unique_and_invented_where_missing(write):
    path = write({"id": "a", "text": "x"}, {"id": "a", "text": "y"}, {"text": "z"})
    assert [e.id for e in read_image_text(path).examples] == ["a", "a-2", "3"]


def test_without_a_folder_examples_carry_no_image(write):
    assert read_image_text(write({"text": "x", "image": "gone.jpg"})).examples[0].image is None


def test_empty_lines_are_passed_over(write):
    assert len(read_image_text(write({"text": "x"}, "", "  ", {"text": "y"})).examples) == 2


BAD = {
    "no JSON": ("{", "not valid JSON"),
    "no object": ("[]", "JSON list"),
    "nothing": ({"id": "x"}, "neither"),
    "no words": ({"text": " \u200b"}, "no visible words"),
    "many words": ({"text": "a " * 300}, "300 words"),
    "half a character": ('{"text": "a \\ud83d"}', "half a character"),
    "text is a number": ({"text": 5}, "'text' is a int"),
    "id is a list": ({"id": [1], "text": "x"}, "'id' is a list"),
    "label is an object": ({"text": "x", "label": {}}, "'label' is a dict"),
    "captions is a string": ({"captions": "a dog"}, "'captions' is a str"),
    "empty caption": ({"captions": ["a dog", " "]}, "item 2: is empty"),
    "caption is a number": ({"captions": [3]}, "item 1"),
    "unknown key of a context": ({"text": "x", "contexts": [{"words": "a"}]}, "item 1"),
    "image outside": ({"text": "x", "image": "../posts.jsonl"}, "outside"),
    "absolute image": ({"text": "x", "image": "/etc/hostname"}, "outside"),
    "image not there": ({"text": "x", "image": "2.jpg"}, "not in"),
    "entity inside a word": (
        {"text": "Bobby", "entities": [{"start": 0, "end": 3, "type": "PER"}]},
        "whole words",
    ),
    "entity without type": ({"text": "Bob", "entities": [{"start": 0, "end": 3}]}, "needs start"),
    "entity is a string": ({"text": "Bob", "entities": ["Bob"]}, "needs start"),
    "entity offset is a list": (
        {"text": "Bob", "entities": [{"start": [], "end": 3, "type": "PER"}]},
        "needs start",
    ),
    "entity elsewhere": (
        {"text": "Ah, Bob", "entities": [{"start": 3, "end": 6, "type": "PER", "text": "Bob"}]},
        "entity 'Bob': at 3 to 6 the sentence has ' Bo'",
    ),
    "overlapping entities": (
        {
            "text": "New York City",
            "entities": [
                {"start": 0, "end": 8, "type": "LOC"},
                {"start": 4, "end": 13, "type": "LOC"},
            ],
        },
        "overlaps",
    ),
}


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_with_file_and_line(write, images, row, reason):
    with pytest.raises(InputError, match=rf"posts\.jsonl:2: .*{reason}"):
        read_image_text(write({"text": "fine"}, row), images)


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_left_out_and_noted_when_asked(write, images, row, reason):
    path = write({"text": "fine"}, row, {"text": "well"})
    loaded = read_image_text(path, images, skip_bad_lines=True)
    assert [example.text for example in loaded.examples] == ["fine", "well"]
    (note,) = loaded.skipped
    assert "posts.jsonl:2: " in note
    assert reason in note


def test_a_named_label_that_is_missing_is_refused(write):
    with pytest.raises(InputError, match=r"posts\.jsonl:1: .*'mood'"):
        read_image_text(write({"text": "x"}), label_key="mood")
