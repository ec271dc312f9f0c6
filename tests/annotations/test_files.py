import json
import resource
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.annotations.columns import METADATA_KEY, SCHEMA
from core.annotations.files import (
    ROWS_AT_ONCE,
    read_annotations,
    read_record,
    units_table,
    write_annotations,
)
from core.errors import InputError


@pytest.fixture
def posts(make_record, make_outcome):
    gold = make_outcome(("PER", 0, 2), ("LOC", 3, 4))
    return [
        make_record("right", gold=gold, predicted=[("PER", 0, 2), ("LOC", 3, 4)]),
        make_record("unknown", image=False),
        make_record("empty", gold=make_outcome(), predicted=[]),
        make_record("wrong", gold=gold, predicted=[("ORG", 0, 2)], scores=[0.5]),
    ]


@pytest.fixture
def path(tmp_path, posts, about):
    path = tmp_path / "run.parquet"
    write_annotations(path, posts, about=about)
    return path


def test_every_record_comes_back_as_it_was(path, posts):
    assert [read_record(path, row) for row in range(len(posts))] == posts


def test_the_file_says_what_it_is(path, about):
    assert read_annotations(path).about == about.model_copy(update={"posts": 4})


def test_the_table_holds_every_column_but_the_record(path):
    table = read_annotations(path).table
    assert list(table.columns) == SCHEMA.names[:-1]
    assert list(table["id"]) == ["right", "unknown", "empty", "wrong"]
    assert list(table["outcome"]) == ["right", "no gold", "empty", "wrong"]


def test_what_is_unknown_is_missing_and_never_a_number(path):
    table = read_annotations(path).table
    assert table["correct"].dtype == pd.Int64Dtype()
    assert table["phi_image"].dtype == pd.Float64Dtype()
    assert table["has_gold"].dtype == pd.BooleanDtype()
    assert pd.isna(table["correct"][1])
    assert list(table["correct"].dropna()) == [2, 0, 0]
    assert list(table["phi_image"].isna()) == [False, True, False, False]


def test_units_come_one_a_row_with_the_place_of_their_post(path):
    units = units_table(read_annotations(path).table)
    assert list(units["row"]) == [0, 0, 3, 3]
    assert list(units["error"]) == ["correct", "correct", "type", "missed"]
    assert list(units["gold"]) == ["PER", "LOC", "PER", "LOC"]
    assert pd.isna(units["predicted"][3])
    assert list(units["score"][:3]) == [1.0, 1.0, 0.5]
    assert units["found_without"].isna().all()


def test_units_of_a_part_of_the_table_keep_its_index(path):
    table = read_annotations(path).table
    assert list(units_table(table[table["outcome"] == "wrong"])["row"]) == [3, 3]
    assert units_table(table[table["outcome"] == "empty"]).empty


def test_many_posts_lie_in_groups_of_which_one_is_read(tmp_path, make_record, about):
    path = tmp_path / "run.parquet"
    count = 2 * ROWS_AT_ONCE + 1
    records = (make_record(str(number)) for number in range(count))
    assert write_annotations(path, records, about=about).posts == count
    stored = pq.ParquetFile(path).metadata
    sizes = [stored.row_group(group).num_rows for group in range(stored.num_row_groups)]
    assert sizes == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    for row in (0, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, count - 1):
        assert read_record(path, row).post.id == str(row)


@pytest.mark.parametrize("row", [-1, 4])
def test_a_row_that_is_not_there_is_refused(path, row):
    with pytest.raises(InputError, match=f"has no row {row}"):
        read_record(path, row)


def refused(path: Path) -> str:
    messages = []
    for read in (read_annotations, lambda file: read_record(file, 0)):
        with pytest.raises(InputError) as raised:
            read(path)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
    assert "\n" not in messages[0]
    assert messages[0].startswith(f"{path}: ")
    return messages[0]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "No such file" in refused(tmp_path / "none.parquet")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_file_cut_short_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "damaged or no Parquet file" in refused(path)


def test_bytes_changed_in_the_middle_are_noticed(path):
    stored = pq.ParquetFile(path).metadata.row_group(0)
    content = bytearray(path.read_bytes())
    for column in range(stored.num_columns):
        first = stored.column(column)
        start = first.dictionary_page_offset or first.data_page_offset
        content[start + first.total_compressed_size - 1] ^= 0xFF
    path.write_bytes(content)
    refused(path)


def test_a_footer_whose_bytes_were_changed_is_read_or_refused(path):
    """It has no checksum: what its names and offsets then say may be anything."""
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    read = 0
    for place in range(footer, footer + 400):
        changed = bytearray(content)
        changed[place] ^= 0x80
        path.write_bytes(changed)
        try:
            read_annotations(path)
            read += 1
        except InputError:
            pass
    assert read < 400


def test_another_programs_parquet_is_refused(tmp_path):
    path = tmp_path / "foreign.parquet"
    pd.DataFrame({"id": ["a"]}).to_parquet(path)
    assert "is no annotation file" in refused(path)


def rewrite(path: Path, said: object) -> None:
    table = pq.read_table(path)
    metadata = {METADATA_KEY: said if isinstance(said, bytes) else json.dumps(said).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_a_file_of_the_first_format_is_read_and_what_it_lacks_is_unknown(path, about, posts):
    new = read_annotations(path).table
    columns = ["made_up", "left_out", "agreement", "log_likelihood"]
    assert set(columns) < set(SCHEMA.names)
    first = about.model_copy(update={"format": "shap-ca-annotations/1"})
    table = pq.read_table(path).drop_columns(columns)
    said = {METADATA_KEY: first.model_dump_json().encode()}
    pq.write_table(table.replace_schema_metadata(said), path)
    read = read_annotations(path)
    assert read.about == first
    assert list(read.table.columns) == list(new.columns)
    assert list(read.table.dtypes) == list(new.dtypes)
    assert read.table[columns].isna().all(axis=None)
    others = [name for name in new.columns if name not in [*columns, "units"]]
    pd.testing.assert_frame_equal(read.table[others], new[others])
    assert read_record(path, 2) == posts[2]


def test_a_file_of_an_older_format_is_refused(path):
    rewrite(path, {"format": "shap-ca-annotations/0"})
    assert "has the format shap-ca-annotations/0" in refused(path)


@pytest.mark.parametrize("said", [b"no json", b"[]", b"{}", b"\xff"])
def test_a_file_that_does_not_say_what_it_is_is_refused(path, said):
    rewrite(path, said)
    assert "does not say what it is" in refused(path)


def test_a_file_that_says_too_little_is_refused(path):
    rewrite(path, {"format": "shap-ca-annotations/2"})
    assert "task" in refused(path)


def test_a_file_with_other_columns_is_refused(path, about):
    table = pq.read_table(path).drop_columns(["rank_text"])
    said = {METADATA_KEY: about.model_dump_json().encode()}
    pq.write_table(table.replace_schema_metadata(said), path)
    assert "has other columns" in refused(path)


def test_a_file_without_posts_is_refused(path, about):
    said = {METADATA_KEY: about.model_dump_json().encode()}
    pq.write_table(SCHEMA.empty_table().replace_schema_metadata(said), path)
    with pytest.raises(InputError, match="has no posts"):
        read_annotations(path)


def test_a_file_with_an_id_twice_is_refused(path, about):
    table = pq.read_table(path)
    said = {METADATA_KEY: about.model_dump_json().encode()}
    twice = pa.concat_tables([table, table]).replace_schema_metadata(said)
    pq.write_table(twice, path)
    with pytest.raises(InputError, match="'right' occurs twice"):
        read_annotations(path)


def test_a_record_of_another_schema_is_refused(path, about):
    table = pq.read_table(path)
    records = pa.array(['{"schema_version": "9.0"}'] * len(table))
    said = {METADATA_KEY: about.model_dump_json().encode()}
    changed = table.set_column(len(SCHEMA) - 1, SCHEMA.field("record"), records)
    pq.write_table(changed.cast(SCHEMA).replace_schema_metadata(said), path)
    with pytest.raises(InputError, match="row 2 is no Record"):
        read_record(path, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda posts: [], "no post to write"),
        (lambda posts: [*posts, posts[0]], "'right' occurs twice"),
        (
            lambda posts: [posts[0].model_copy(update={"task": "jmere"})],
            "of the task jmere, the file of mner",
        ),
    ],
)
def test_posts_that_make_no_file_leave_the_previous_one(path, posts, about, change, message):
    before = path.read_bytes()
    with pytest.raises(InputError, match=message):
        write_annotations(path, change(posts), about=about)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path, posts, about):
    with pytest.raises(InputError, match="cannot be written"):
        write_annotations(tmp_path / "no" / "run.parquet", posts, about=about)


def test_a_full_disk_leaves_the_previous_file(path, make_record, about):
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        records = (make_record(str(number)) for number in range(2 * ROWS_AT_ONCE))
        with pytest.raises(InputError, match="cannot be written"):
            write_annotations(path, records, about=about)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
