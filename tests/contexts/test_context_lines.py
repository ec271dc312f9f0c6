import json

import pytest

from core.contexts.context_lines import context_lines, parse_line
from core.contexts.perception import PerceptionGenerator
from core.errors import InputError
from core.records import Context

SHA = "a" * 64


@pytest.fixture(scope="module")
def generator():
    return PerceptionGenerator(ocr=False)


def test_lines_say_what_was_written_about_what_by_whom_and_nothing_that_is_not_known(generator):
    written = [
        Context(
            text="Ein “schöner” Turm.", generator="g", prompt="describe@1", cost=0.5, seconds=2
        ),
        Context(text="A tower.", generator="g", model="m", log_likelihood=-1.5),
    ]
    first, second = map(json.loads, context_lines("1", SHA, written, generator).splitlines())
    about = {"image_id": "1", "sha256": SHA, "fingerprint": generator.fingerprint, "generator": "g"}
    assert first == {
        **about,
        "text": "Ein “schöner” Turm.",
        "prompt": "describe@1",
        "cost": 0.5,
        "seconds": 2.0,
    }
    assert second == {**about, "text": "A tower.", "model": "m", "log_likelihood": -1.5}


def test_what_is_written_is_read_again(generator):
    context = Context(
        text="A tower.",
        generator="g",
        model="m",
        prompt="p@1",
        seconds=1.25,
        log_likelihood=-0.5,
        cost=0.001,
    )
    (raw,) = context_lines("1", SHA, [context], generator).splitlines()
    assert parse_line(raw).context("other") == context


def test_nothing_to_say_is_a_line_with_an_empty_text(generator):
    (raw,) = context_lines("1", SHA, [], generator).splitlines()
    assert (parse_line(raw).image_id, parse_line(raw).text) == ("1", "")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"image_id": "1", "text": "a to', "no JSON object"),
        (b"[]", "no JSON object|valid dictionary"),
        (b'{"text": "a tower"}', '"image_id": Field required'),
        (b'{"image_id": "1"}', '"text": Field required'),
        (b'{"image_id": " ", "text": "a tower"}', '"image_id"'),
        (b'{"image_id": "1", "text": "a", "cost": -1}', '"cost"'),
        (b'{"image_id": "1", "text": "a", "seconds": NaN}', '"seconds"|no JSON object'),
        (b'{"image_id": "1", "text": "a", "sha256": "../../etc"}', '"sha256"'),
        (b'{"image_id": "1", "text": "\xff"}', "not UTF-8"),
    ],
)
def test_a_line_that_says_something_else_is_refused(raw, why):
    with pytest.raises(InputError, match=why):
        parse_line(raw)


def test_text_is_cleaned_and_numbers_are_ids():
    line = parse_line(b'{"image_id": 7, "text": " a\\u202e\\n tower\\u0000 "}')
    assert (line.image_id, line.text) == ("7", "a tower")
