"""One way to read every format."""

import json

import pytest

from core.datasets.readers import FORMATS, read_posts
from core.errors import InputError
from core.records import Context

WORDS = ["Ada", "visits", "Oslo"]
CONTENT = {
    "twitter": "IMGID:1\nAda\tB-PER\nvisits\tO\nOslo\tB-LOC\n",
    "image_text": json.dumps({"id": "1", "text": "Ada visits Oslo"}) + "\n",
    "mnre": repr(
        {
            "token": WORDS,
            "h": {"name": "Ada", "pos": [0, 1]},
            "t": {"name": "Oslo", "pos": [2, 3]},
            "img_id": "1",
            "relation": "/per/loc/place_of_residence",
        }
    )
    + "\n",
    "jmere": json.dumps([{"token": WORDS, "img_id": "1", "label_list": []}]),
}


@pytest.fixture
def write(tmp_path):
    def made(name: str):
        path = tmp_path / f"{name}.txt"
        path.write_text(CONTENT[name], encoding="utf-8")
        return path

    return made


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_examples_with_their_contexts(name, write):
    known = {"1": [Context(text="a harbour", generator="typed")]}
    (example,) = read_posts(name, write(name), known).examples
    assert [token.text for token in example.tokens] == WORDS
    assert [context.text for context in example.contexts] == ["a harbour"]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "image_text"])
def test_a_split_of_a_format_without_any_is_refused(name, write):
    with pytest.raises(InputError, match="only image_text files have splits; leave 'dev' out"):
        read_posts(name, write(name), split="dev")


def test_an_unknown_format_is_refused_with_the_known_ones(write):
    with pytest.raises(InputError, match=r"'conll' is unknown.*twitter, image_text, mnre, jmere"):
        read_posts("conll", write("twitter"))


@pytest.mark.parametrize(
    ("name", "limits"),
    [("twitter", {"types": ("ORG",)}), ("mnre", {"relations": ("None",)})],
)
def test_what_may_not_occur_makes_a_bad_line(name, limits, write):
    with pytest.raises(InputError, match=r"\.txt:\d"):
        read_posts(name, write(name), **limits)
    assert len(read_posts(name, write(name), None, True, **limits).skipped) == 1
