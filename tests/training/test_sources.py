"""From the sources of a config to examples."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from core.config import DataConfig, SourceConfig
from core.contexts.perception import PerceptionGenerator
from core.datasets.tokens import tokenize, tokens_from_words
from core.encoders.feature_cache import FeatureCache
from core.encoders.image import load_image_encoder
from core.errors import InputError
from core.images import read_image
from core.records import Example
from core.training.sources import image_features, load_source, without_overlap

PHOTOS = Path(__file__).parents[2] / "sample_data" / "photos"


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def data_in(root: Path) -> DataConfig:
    return DataConfig(root=str(root), sources=(), dev=source())


def source(**fields: object) -> SourceConfig:
    given = {"name": "s", "kind": "image_text", "file": "posts.jsonl"} | fields
    return SourceConfig.model_validate(given)


def sentence(text: str) -> Example:
    return Example(id=text, text=text, tokens=tokenize(text) if text else ())


def texts_of(example: Example) -> list[str]:
    return [context.text for context in example.contexts]


@pytest.fixture
def two_files(tmp_path):
    first = [{"image_id": "1", "text": "a dog"}, {"image_id": "2", "text": "a cat"}]
    second = [{"image_id": "1", "text": "an animal"}, {"image_id": "3", "text": "a boat"}]
    return [
        write_lines(tmp_path / "first.jsonl", first),
        write_lines(tmp_path / "second.jsonl", second),
    ]


def test_both_kinds_of_sources_are_given_their_contexts(two_files, tmp_path):
    names = [path.name for path in two_files]
    (tmp_path / "posts.txt").write_text("IMGID:1\nOslo\tB-LOC\n", encoding="utf-8")
    (tweet,) = load_source(
        source(kind="twitter", file="posts.txt", contexts=names), data_in(tmp_path)
    )
    assert texts_of(tweet) == ["a dog", "an animal"]
    write_lines(tmp_path / "posts.jsonl", [{"id": "1", "text": "Oslo", "captions": ["a town"]}])
    (post,) = load_source(source(contexts=names), data_in(tmp_path))
    assert texts_of(post) == ["a town", "a dog", "an animal"]


def test_split_label_and_captions_are_found_under_the_names_given(tmp_path):
    rows = [
        {"id": "1", "text": "x", "split": "train", "mood": "good", "said": ["a dog"]},
        {"id": "2", "text": "y", "split": "test", "mood": "bad"},
    ]
    write_lines(tmp_path / "posts.jsonl", rows)
    wanted = source(split="train", label_key="mood", captions_key="said")
    (example,) = load_source(wanted, data_in(tmp_path))
    assert (example.id, example.label, texts_of(example)) == ("1", "good", ["a dog"])


def test_sentences_of_a_held_out_set_are_dropped_whatever_their_case_and_spaces():
    examples = [sentence(text) for text in ("ADA visits  London!", "Ada visits Oslo!", "STRASSE")]
    held_out = [sentence(text) for text in ("Ada Visits london !", "Straße")]
    assert [e.text for e in without_overlap(examples, held_out)] == ["Ada visits Oslo!"]


def test_a_sentence_cut_into_other_words_is_the_same_sentence():
    cut = sentence("I can't @Ada")
    assert [token.text for token in cut.tokens] != ["I", "can't", "@Ada"]
    text, tokens = tokens_from_words(["I", "can't", "@Ada"])
    assert without_overlap([Example(id="1", text=text, tokens=tokens)], [cut]) == []


def test_photos_without_a_sentence_overlap_with_nothing():
    examples = [sentence(""), sentence("Oslo")]
    assert without_overlap(examples, [sentence("")]) == examples


@pytest.fixture
def split_data(tmp_path):
    """Posts 0 to 199, in which n and n + 100 are near duplicates."""
    rows = [{"id": number, "text": f"post {number}"} for number in range(200)]
    write_lines(tmp_path / "posts.jsonl", rows)
    groups = [[number, number + 100] for number in range(100)]
    (tmp_path / "near.json").write_text(json.dumps(groups), encoding="utf-8")
    return data_in(tmp_path)


def ids_of(data: DataConfig, part: str, **fields: object) -> set[str]:
    return {example.id for example in load_source(source(part=part, **fields), data)}


@pytest.mark.parametrize("near_duplicates", [None, "near.json"])
def test_the_two_parts_are_disjoint_and_complete(split_data, near_duplicates):
    dev, train = (
        ids_of(split_data, part, dev_share=0.3, near_duplicates=near_duplicates)
        for part in ("dev", "train")
    )
    assert not dev & train
    assert dev | train == {str(number) for number in range(200)}
    assert len(dev) / 200 == pytest.approx(0.3, abs=0.15)


def test_near_duplicates_stay_on_one_side(split_data):
    def torn(**fields):
        dev = ids_of(split_data, "dev", dev_share=0.3, **fields)
        return [n for n in range(100) if (str(n) in dev) != (str(n + 100) in dev)]

    assert torn(near_duplicates="near.json") == []
    assert torn()


def test_groups_of_near_duplicates_that_share_a_post_stay_together(split_data):
    chains = [[n, n + 50] for n in range(50)] + [[n + 50, n + 100] for n in range(50)]
    chains += [[n + 100, n + 150] for n in range(50)] + [[]]
    split_data.path("near.json").write_text(json.dumps(chains), encoding="utf-8")
    dev = ids_of(split_data, "dev", dev_share=0.3, near_duplicates="near.json")
    sides = [{str(n + step) in dev for step in (0, 50, 100, 150)} for n in range(50)]
    assert all(len(side) == 1 for side in sides)
    assert {True, False} == {side.pop() for side in sides}


def test_posts_of_one_photo_stay_on_one_side(tmp_path):
    (tmp_path / "images").mkdir()
    rows = []
    for number in range(60):
        name = f"{number}.png"
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "images" / name)
        rows += [{"text": f"post {number}", "image": name}, {"text": "again", "image": name}]
    write_lines(tmp_path / "posts.jsonl", rows)
    dev = ids_of(data_in(tmp_path), "dev", dev_share=0.5, images="images")
    assert 0 < len(dev) < 120
    assert all((str(n) in dev) == (f"{n}-2" in dev) for n in range(60))


def test_a_post_keeps_its_side_when_others_come_and_go(split_data):
    before = ids_of(split_data, "dev", dev_share=0.3)
    rows = [{"id": number, "text": f"post {number}"} for number in range(150, 250)]
    write_lines(split_data.path("posts.jsonl"), rows)
    after = ids_of(split_data, "dev", dev_share=0.3)
    both = {str(number) for number in range(150, 200)}
    assert before & both == after & both


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"near\.json: cannot be read"),
        (b"[[1, 2]", "not a JSON list of lists"),
        (b"[1, 2]", "not a JSON list of lists"),
        (b'{"1": [2]}', "not a JSON list of lists"),
        (b"\xff", "not a JSON list of lists"),
    ],
)
def test_near_duplicates_that_cannot_be_read_are_refused(split_data, content, message):
    path = split_data.path("near.json")
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        ids_of(split_data, "dev", near_duplicates="near.json")


def test_perceived_contexts_join_those_of_the_file(tmp_path):
    rows = [
        {"id": "cat", "text": "look", "image": "chelsea.jpg", "captions": ["Chelsea"]},
        {"id": "none", "text": "no photo", "captions": ["nothing"]},
    ]
    write_lines(tmp_path / "posts.jsonl", rows)
    wanted = source(images=str(PHOTOS), perceive=True)
    cat, none = load_source(wanted, data_in(tmp_path), cache=tmp_path / "cache")
    expected = PerceptionGenerator(ocr=False).generate([read_image(PHOTOS / "chelsea.jpg")])[0]
    assert texts_of(cat) == ["Chelsea", *(context.text for context in expected)]
    assert {context.generator for context in cat.contexts[1:]} == {"perception"}
    assert texts_of(none) == ["nothing"]
    # The seconds it took are those of the first time.
    assert load_source(wanted, data_in(tmp_path), cache=tmp_path / "cache") == [cat, none]


def test_perceived_contexts_tell_of_words_in_the_photo_when_asked_to(tmp_path):
    write_lines(
        tmp_path / "posts.jsonl", [{"id": "page", "text": "read", "image": "drawnPoster.jpg"}]
    )
    silent, reading = (
        load_source(
            source(images=str(PHOTOS), perceive=True, ocr=ocr),
            data_in(tmp_path),
            cache=tmp_path / "cache",
        )[0]
        for ocr in (False, True)
    )
    assert not any("written" in text for text in texts_of(silent))
    assert any("written" in text for text in texts_of(reading))


def test_features_stand_beside_the_example_of_their_photo(tiny_image_model, tmp_path):
    cache = FeatureCache(load_image_encoder(str(tiny_image_model)), tmp_path)
    names = ["chelsea.jpg", None, "coffee.jpg", "chelsea.jpg"]
    examples = [
        sentence("x").model_copy(update={"image": PHOTOS / name if name else None})
        for name in names
    ]
    found = image_features(examples, cache)
    assert found[1] is None
    for name, features in zip(names, found, strict=True):
        if name:
            alone = cache.get([PHOTOS / name])
            torch.testing.assert_close(features.regions, alone.regions[0], atol=0, rtol=0)
            torch.testing.assert_close(features.pooled, alone.pooled[0], atol=0, rtol=0)
    assert not torch.equal(found[0].pooled, found[2].pooled)


def test_examples_without_photos_have_no_features(tiny_image_model, tmp_path):
    cache = FeatureCache(load_image_encoder(str(tiny_image_model)), tmp_path)
    assert image_features([sentence("x"), sentence("y")], cache) == [None, None]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"posts\.jsonl"):
        load_source(source(), data_in(tmp_path))
