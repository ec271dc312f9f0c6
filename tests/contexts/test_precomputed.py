import json

import pytest

from core.contexts.precomputed import PrecomputedContexts, load_all_contexts, load_contexts
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.records import Example


@pytest.fixture
def write(tmp_path):
    def write_lines(*lines, start="", end="\n"):
        path = tmp_path / "blip2.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_bytes((start + end.join(texts)).encode("utf-8", "surrogatepass"))
        return path

    return write_lines


def texts_of(loaded):
    return {image: [c.text for c in contexts] for image, contexts in loaded.by_image.items()}


def test_contexts_are_grouped_by_image_in_the_order_of_the_file(write):
    path = write(
        {"image_id": "7", "text": "a dog"},
        {"image_id": "8", "text": "a cat"},
        {"image_id": "7", "text": "a brown dog"},
    )

    loaded = load_contexts(path)

    assert texts_of(loaded) == {"7": ["a dog", "a brown dog"], "8": ["a cat"]}
    assert loaded.skipped == ()


def test_generator_and_model_are_the_lines_own_or_say_which_file(write):
    path = write(
        {"image_id": "7", "text": "a dog"},
        {"image_id": "7", "text": "a pup", "generator": "llava", "model": "llava-1.5", "note": 1},
    )

    found = [(c.generator, c.model) for c in load_contexts(path).by_image["7"]]

    assert found == [("precomputed", "blip2.jsonl"), ("llava", "llava-1.5")]


def test_byte_order_mark_windows_line_ends_and_blank_lines_are_no_trouble(write):
    path = write({"image_id": 7, "text": " a\tdog "}, "", "  ", start="\ufeff", end="\r\n")

    assert texts_of(load_contexts(path)) == {"7": ["a dog"]}


def test_empty_texts_are_an_image_without_context_and_repeats_are_kept_once(write):
    path = write(
        {"image_id": "7", "text": " \n"},
        {"image_id": "8", "text": "a cat"},
        {"image_id": "8", "text": "a  cat"},
    )

    assert texts_of(load_contexts(path)) == {"7": [], "8": ["a cat"]}


BAD_LINES = [
    "{not json",
    '["image_id", "text"]',
    '{"image_id": "9"}',
    '{"image_id": "", "text": "a dog"}',
    '{"image_id": "9", "text": null}',
    '{"image_id": true, "text": "a dog"}',
    '{"image_id": "9", "text": "\\ud800"}',
    "[" * 10_000,
]


@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_is_refused_with_file_and_number(write, bad):
    path = write({"image_id": "7", "text": "a dog"}, bad)

    with pytest.raises(InputError, match=r"blip2\.jsonl:2: .*\{\"image_id\"") as caught:
        load_contexts(path)
    assert "\n" not in str(caught.value)


def test_bad_lines_are_counted_when_they_may_be_skipped(write):
    path = write(*BAD_LINES, {"image_id": "7", "text": "a dog"})

    loaded = load_contexts(path, skip_bad_lines=True)

    assert texts_of(loaded) == {"7": ["a dog"]}
    assert len(loaded.skipped) == len(BAD_LINES)
    assert loaded.skipped[0].startswith(f"{path}:1: ")


def test_bytes_that_are_no_utf8_are_a_bad_line(tmp_path):
    path = tmp_path / "latin.jsonl"
    path.write_bytes('{"image_id": "7", "text": "café"}'.encode("latin-1"))

    with pytest.raises(InputError, match=r"latin\.jsonl:1: is not UTF-8"):
        load_contexts(path)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read"):
        load_contexts(tmp_path / "nowhere.jsonl")


def test_files_are_joined_in_their_order_and_so_are_their_bad_lines(write, tmp_path):
    first = write({"image_id": "7", "text": "a dog"}, "{").rename(tmp_path / "first.jsonl")
    second = write({"image_id": "7", "text": "a pup"}, {"image_id": "8", "text": "a cat"}, "{")

    loaded = load_all_contexts([first, second], skip_bad_lines=True)

    assert texts_of(loaded) == {"7": ["a dog", "a pup"], "8": ["a cat"]}
    assert [note.split(": ")[0] for note in loaded.skipped] == [f"{first}:2", f"{second}:3"]


def test_contexts_that_belong_to_no_post_are_told_of(write):
    known = load_contexts(write({"image_id": "7", "text": "a dog"}))
    dog, other = (
        Example(id="p", text="x", tokens=tokenize("x"), contexts=tuple(contexts))
        for contexts in (known.by_image["7"], ())
    )
    known.check_used([other, dog])
    known.check_used([])
    PrecomputedContexts({}).check_used([other])
    with pytest.raises(InputError, match=r"no post .* tell of '7', posts are called 'p'"):
        known.check_used([other])


def test_a_post_whose_photo_nothing_was_said_of_is_told_of(write):
    silent, told = {"image_id": "7.jpg", "text": ""}, {"image_id": "8.jpg", "text": "a dog"}
    known = load_contexts(write(silent, told))
    known.check_used([Example(id="7", text="x", tokens=tokenize("x"))])
