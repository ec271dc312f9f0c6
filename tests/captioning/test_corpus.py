import json

import pytest

from core.captioning.corpus import read_corpus
from core.captioning.settings import CorpusConfig
from core.errors import InputError

ROWS = [
    {"image": "a.jpg", "captions": ["A dog .", "The dog"], "split": "train"},
    {"image": "b.jpg", "captions": ["A cat"], "split": "dev", "more": 1},
    {"image": "c.jpg", "captions": [], "split": "train"},
]


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setenv("SHAPCA_DATA", str(tmp_path))

    def write(*lines):
        (tmp_path / "data.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
        return CorpusConfig(file="data.jsonl", images="photos")

    return write


def test_the_photos_of_a_split_are_read_in_order(corpus, tmp_path):
    [photo] = read_corpus(corpus(*map(json.dumps, ROWS)), "train")
    assert photo.path == tmp_path / "photos" / "a.jpg"
    assert photo.captions == ("A dog .", "The dog")


def test_a_bad_line_is_named(corpus):
    config = corpus(json.dumps(ROWS[0]), '{"image": 3}')
    with pytest.raises(InputError, match=r"data\.jsonl:2: .*captions"):
        read_corpus(config, "train")


def test_a_line_that_is_no_text_is_named(corpus, tmp_path):
    config = corpus(json.dumps(ROWS[0]))
    with (tmp_path / "data.jsonl").open("ab") as file:
        file.write(b'{"image": "\xff"}')
    with pytest.raises(InputError, match=r"data\.jsonl:3: is not UTF-8"):
        read_corpus(config, "train")


def test_a_split_without_photos_is_refused(corpus):
    with pytest.raises(InputError, match="no photo is of the split 'test'"):
        read_corpus(corpus(json.dumps(ROWS[0])), "test")
