"""The shipped samples keep their promises, and their reader names the line that breaks one."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.datasets.samples import BankEntry, Sample, find_sample, read_bank, read_samples
from core.datasets.tokens import tokenize
from core.errors import InputError

FOLDER = Path(__file__).parents[2] / "sample_data"
RELATIONS = {
    "/loc/loc/contain",
    "/misc/loc/held_on",
    "/org/loc/locate_at",
    "/per/loc/place_of_birth",
    "/per/loc/place_of_residence",
    "/per/misc/awarded",
    "/per/misc/present_in",
    "/per/org/member_of",
    "/per/per/peer",
    "/per/per/siblings",
}
ROW: dict[str, Any] = {
    "id": "a",
    "text": "Rome, at last 🏟️ #Rome",
    "image": None,
    "contexts": [{"text": "an arena", "generator": "precomputed", "model": "written by hand"}],
    "entities": [{"text": "Rome", "type": "LOC", "start": 0, "end": 4}],
    "relations": [],
    "tags": ["no image"],
    "note": "Look at the first word.",
}


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """The shipped posts."""
    return read_samples(FOLDER)


@pytest.fixture(scope="module")
def bank() -> list[BankEntry]:
    """The shipped reference bank."""
    return read_bank(FOLDER)


@pytest.fixture(scope="module")
def licences() -> dict[str, dict[str, str]]:
    """The licence line of each photo, by file name."""
    with (FOLDER / "photos" / "LICENSES.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len({row["file"] for row in rows}) == len(rows)
    return {row["file"]: row for row in rows}


def write_posts(folder: Path, *rows: dict[str, Any] | str) -> Path:
    """Write posts.jsonl from rows (or raw lines) and return its folder."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "posts.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def test_tour_has_enough_posts_of_every_kind(samples: list[Sample]) -> None:
    tags = Counter(tag for sample in samples for tag in sample.tags)

    assert len(samples) >= 26
    assert tags["misaligned"] >= 6
    assert tags["text in image"] >= 3
    assert tags["no image"] >= 2
    assert tags["photo decides"] >= 2
    assert tags["aligned"] > tags["misaligned"]


def test_tour_starts_with_the_eiffel_tower(samples: list[Sample]) -> None:
    assert samples[0].id == "eiffel-tower"
    assert samples[0].tags == ("aligned",)


def test_tags_say_what_the_post_is(samples: list[Sample]) -> None:
    for sample in samples:
        assert len(set(sample.tags)) == len(sample.tags), sample.id
        assert ("no image" in sample.tags) == (sample.image is None), sample.id
        verdicts = {"aligned", "misaligned"} & set(sample.tags)
        assert len(verdicts) == 1 or (sample.image is None and not verdicts), sample.id


def test_gold_entities_stand_apart_in_reading_order(samples: list[Sample]) -> None:
    for sample in samples:
        for left, right in zip(sample.entities, sample.entities[1:], strict=False):
            assert left.end <= right.start, sample.id
        for entity in sample.entities:
            assert entity.text == entity.text.strip("# @"), sample.id


def test_gold_entities_begin_and_end_at_words(samples: list[Sample]) -> None:
    for sample in samples:
        tokens = tokenize(sample.text)
        for entity in sample.entities:
            assert entity.start in {token.start for token in tokens}, entity
            assert entity.end in {token.end for token in tokens}, entity


def test_every_entity_type_occurs_often_enough_to_learn_from(samples: list[Sample]) -> None:
    types = Counter(entity.type for sample in samples for entity in sample.entities)

    assert set(types) == {"PER", "LOC", "ORG", "MISC"}
    assert min(types.values()) >= 8


def test_relations_join_entities_of_the_types_in_their_name(samples: list[Sample]) -> None:
    relations = [(sample, relation) for sample in samples for relation in sample.relations]

    assert len(relations) >= 20
    for sample, relation in relations:
        _, head_type, tail_type, _ = relation.type.split("/")
        assert relation.type in RELATIONS, sample.id
        assert relation.head != relation.tail, sample.id
        assert sample.entities[relation.head].type.lower() == head_type, sample.id
        assert sample.entities[relation.tail].type.lower() == tail_type, sample.id


def test_posts_with_a_photo_have_two_to_five_contexts_written_by_hand(
    samples: list[Sample],
) -> None:
    for sample in samples:
        texts = {context.text for context in sample.contexts}
        assert len(texts) == len(sample.contexts) <= 5, sample.id
        assert len(texts) >= 2 or sample.image is None, sample.id
        for context in sample.contexts:
            assert (context.generator, context.model) == ("precomputed", "written by hand")


def test_one_post_has_neither_photo_nor_context(samples: list[Sample]) -> None:
    assert any(sample.image is None and not sample.contexts for sample in samples)


def test_notes_are_one_short_sentence(samples: list[Sample]) -> None:
    for sample in samples:
        assert sample.note.endswith((".", "?")), sample.id
        assert 30 <= len(sample.note) <= 180, sample.id


def test_posts_are_all_different(samples: list[Sample]) -> None:
    assert len({sample.text for sample in samples}) == len(samples)


def test_every_photo_is_used_small_clean_and_licensed(
    samples: list[Sample], bank: list[BankEntry], licences: dict[str, dict[str, str]]
) -> None:
    used = {row.image.name for row in [*samples, *bank] if row.image}
    photos = {path.name: path for path in (FOLDER / "photos").glob("*.jpg")}

    assert used == set(photos) == set(licences)
    for name, path in photos.items():
        assert path.stat().st_size <= 130 * 1024, name
        with Image.open(path) as image:
            image.load()
            assert (image.format, image.mode) == ("JPEG", "RGB"), name
            assert not image.getexif(), name
            assert not {"comment", "xmp", "icc_profile", "photoshop"} & set(image.info), name


def test_every_licence_is_free_and_names_author_and_source(
    licences: dict[str, dict[str, str]],
) -> None:
    for name, row in licences.items():
        assert row["licence"].startswith(("Public Domain", "CC0-1.0")), name
        assert row["author"], name
        assert row["source"], name


def test_samples_stay_below_four_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 4 * 2**20


def test_bank_mixes_sample_posts_and_everyday_scenes(bank: list[BankEntry]) -> None:
    with_photo = sum(entry.image is not None for entry in bank)

    assert 30 <= len(bank) <= 36
    assert 16 <= with_photo <= 20
    assert 12 <= len(bank) - with_photo <= 16


def test_bank_contexts_are_captions_clearly_different_from_one_another(
    bank: list[BankEntry],
) -> None:
    words = [set(entry.context.lower().strip(".").split()) for entry in bank]

    for index, (entry, own) in enumerate(zip(bank, words, strict=True)):
        assert 8 <= len(entry.context.split()) <= 20, entry.id
        for other in words[:index]:
            assert len(own & other) / len(own | other) < 0.4, entry.id


def test_bank_entries_with_a_photo_belong_to_the_sample_of_their_id(
    samples: list[Sample], bank: list[BankEntry]
) -> None:
    by_id = {sample.id: sample for sample in samples}

    for entry in bank:
        assert (entry.id in by_id) == (entry.image is not None)
        if entry.id in by_id:
            sample = by_id[entry.id]
            assert (entry.text, entry.image) == (sample.text, sample.image)
            assert entry.context in {context.text for context in sample.contexts}


def test_no_post_borrows_its_context_word_for_word_from_the_bank(
    samples: list[Sample], bank: list[BankEntry]
) -> None:
    owner = {entry.context: entry.id for entry in bank}

    for sample in samples:
        for context in sample.contexts:
            assert owner.get(context.text, sample.id) == sample.id


def test_offsets_count_code_points_also_after_an_emoji(tmp_path: Path) -> None:
    entity = {"text": "Rome", "type": "LOC", "start": 18, "end": 22}

    (sample,) = read_samples(write_posts(tmp_path, ROW | {"entities": [entity]}))

    assert sample.text[:18] == "Rome, at last 🏟️ #"


def test_image_path_is_ready_to_open(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.jpg")

    (sample,) = read_samples(write_posts(tmp_path, ROW | {"image": "a.jpg"}))

    assert sample.image == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"entities": [{"text": "Roma", "type": "LOC", "start": 0, "end": 4}]}, "'Roma' is 'Rome'"),
        ({"entities": [{"text": "Rome", "type": "CITY", "start": 0, "end": 4}]}, "entities.0.type"),
        (
            {"entities": [{"text": "Rome", "type": "LOC", "start": "0", "end": 4}]},
            "entities.0.start",
        ),
        ({"relations": [{"head": 0, "tail": 1, "type": "/loc/loc/contain"}]}, "beyond the last"),
        ({"tags": ["funny"]}, "tags.0"),
        ({"colour": "red"}, "colour"),
        ({"text": ""}, "text"),
        ({"image": "gone.jpg"}, "gone.jpg does not exist"),
        ({"image": "../secret.jpg"}, "lies outside"),
    ],
)
def test_a_broken_row_is_named_by_file_line_and_field(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    folder = write_posts(tmp_path, ROW, ROW | {"id": "b"} | change)

    with pytest.raises(InputError) as caught:
        read_samples(folder)

    assert str(caught.value).startswith(f"{folder / 'posts.jsonl'}:2: ")
    assert complaint in str(caught.value)


@pytest.mark.parametrize("line", ["", "{", "[1]", '{"id": "b"}'])
def test_a_line_that_is_no_post_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match=r"posts\.jsonl:2: "):
        read_samples(write_posts(tmp_path, ROW, line))


def test_an_id_used_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"posts\.jsonl:2: id 'a' was used in line 1"):
        read_samples(write_posts(tmp_path, ROW, ROW))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"bank\.jsonl: cannot be read"):
        read_bank(tmp_path)


def test_a_sample_is_found_by_its_id_and_the_nearest_is_named(tmp_path: Path) -> None:
    folder = write_posts(tmp_path, ROW, ROW | {"id": "tower-bridge"})
    assert find_sample(folder, "a").id == "a"
    with pytest.raises(InputError, match="the nearest is tower-bridge"):
        find_sample(folder, "tower-brigde")
