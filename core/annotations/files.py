"""Annotation files: Parquet, compressed, checked page by page, one Record at a time on demand.

They are read by the thread that asks: a run of 10,000 posts takes a tenth of a second, and Arrow's
own threads can outlive an interpreter that is shutting down.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from core.annotations.columns import FORMAT, METADATA_KEY, SCHEMA, SCHEMAS, UNIT, About
from core.errors import InputError, describe
from core.records import Record
from core.replacing import replacing

ROWS_AT_ONCE = 256  # of a row group: what is read to get at one Record

_PANDAS: dict[pa.DataType, Any] = {
    pa.string(): pd.StringDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


@dataclass(frozen=True)
class Annotations:
    """An annotation file without its Records.

    Attributes:
        table: One row a post, the columns of `columns.SCHEMA` but `record`, in nullable dtypes;
            those that the file is too old for are null throughout.
        about: What the file says about itself.
    """

    table: pd.DataFrame
    about: About


def write_annotations(path: Path, records: Iterable[Record], *, about: About) -> About:
    """Write posts to a Parquet file, which replaces what was there once it is whole.

    Args:
        path: Of the file; a killed run or a full disk leaves the previous one as it was.
        records: Of one task; taken one row group at a time.
        about: The file says this of itself; `posts` is counted.

    Returns:
        What the file says of itself.

    Raises:
        InputError: There is no post, an id occurs twice, a post is of another task, or the file
            cannot be written.
    """
    try:
        with replacing(path) as temporary:
            return _write(temporary, iter(records), about)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); make room or name another"
        ) from None


def read_annotations(path: Path) -> Annotations:
    """Read a Parquet file of posts, all but their Records.

    Raises:
        InputError: It is missing, damaged, no annotation file or of another format, has no posts,
            or an id occurs twice.
    """
    with _opened(path) as file:
        about = _about(path, file)
        columns = [name for name in SCHEMAS[about.format].names if name != "record"]
        read = file.read(columns=columns, use_threads=False)
    table = _to_pandas(_completed(read))
    if table.empty:
        raise InputError(f"{path}: has no posts; annotate some")
    repeated = table["id"][table["id"].duplicated()]
    if not repeated.empty:
        raise InputError(f"{path}: id {repeated.iloc[0]!r} occurs twice; annotate again")
    return Annotations(table, about)


def read_record(path: Path, row: int) -> Record:
    """Return the Record of a row, numbered from 0; only its row group is read.

    Raises:
        InputError: As for `read_annotations`, or there is no such row.
    """
    with _opened(path) as file:
        _about(path, file)
        rows = file.metadata.num_rows
        if not 0 <= row < rows:
            raise InputError(f"{path}: has no row {row}; it has {rows}, counted from 0")
        group, first = 0, 0
        while first + file.metadata.row_group(group).num_rows <= row:
            first += file.metadata.row_group(group).num_rows
            group += 1
        line = file.read_row_group(group, columns=["record"], use_threads=False)["record"][
            row - first
        ].as_py()
    try:
        return Record.model_validate_json(line)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise InputError(f"{path}: row {row} is no Record ({reason}); annotate again") from None


def units_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return every unit of a table's posts, one a row; `row` is the index of its post there.

    Args:
        table: Of `read_annotations`, or any part of it.
    """
    lists = pa.chunked_array(pa.array(table["units"], type=pa.list_(UNIT))).combine_chunks()
    units = _to_pandas(pa.Table.from_struct_array(lists.flatten()))
    parents = pc.list_parent_indices(lists).to_numpy()
    units.insert(0, "row", table.index.to_numpy()[parents])
    return units


def _completed(table: pa.Table) -> pa.Table:
    """Return a table of any format with the columns of this one, all but `record`."""
    fields = [field for field in SCHEMA if field.name != "record"]
    there = set(table.column_names)
    columns = [
        table[field.name] if field.name in there else pa.nulls(len(table), field.type)
        for field in fields
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table in nullable dtypes; lists stay Arrow's, which costs nothing."""
    made: pd.DataFrame = table.to_pandas(
        types_mapper=lambda kind: _PANDAS.get(kind) or pd.ArrowDtype(kind), use_threads=False
    )
    return made


def _write(path: Path, records: Iterator[Record], about: About) -> About:
    # Comparing with gold loads torch; who only reads need not wait for it.
    from core.annotations.rows import annotation_row

    seen: set[str] = set()
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", write_page_checksum=True) as writer:
        while group := list(islice(records, ROWS_AT_ONCE)):
            rows = []
            for record in group:
                _check(record, about, seen)
                rows.append(annotation_row(record))
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
        if not seen:
            raise InputError("there is no post to write; give some")
        about = about.model_copy(update={"format": FORMAT, "posts": len(seen)})
        writer.add_key_value_metadata({METADATA_KEY: about.model_dump_json()})
    return about


def _check(record: Record, about: About, seen: set[str]) -> None:
    name = record.post.id
    if name in seen:
        raise InputError(f"id {name!r} occurs twice among the posts; rename one")
    if record.task != about.task:
        raise InputError(f"post {name!r} is of the task {record.task}, the file of {about.task}")
    seen.add(name)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file; what is wrong with it while it is read becomes one sentence."""
    try:
        with path.open("rb") as stream:
            yield pq.ParquetFile(stream, pre_buffer=False, page_checksum_verification=True)
    except (pa.ArrowException, UnicodeDecodeError, IndexError) as error:
        # The last two from a damaged footer, which has no checksum.
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{path}: is damaged or no Parquet file ({reason}); annotate again"
        ) from None
    except OSError as error:
        # Arrow reports a failed checksum as an error of the system without a number.
        reason = error.strerror or str(error).partition("\n")[0]
        raise InputError(f"{path}: cannot be read ({reason}); give another") from None


def _about(path: Path, file: pq.ParquetFile) -> About:
    said = (file.metadata.metadata or {}).get(METADATA_KEY)
    if said is None:
        raise InputError(f"{path}: is no annotation file; make one with `python -m core annotate`")
    try:
        form = json.loads(said)["format"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: does not say what it is; annotate again") from None
    if form not in SCHEMAS:
        raise InputError(f"{path}: has the format {form}, not {FORMAT}; annotate again")
    try:
        about = About.model_validate_json(said)
    except ValidationError as error:
        raise InputError(f"{path}: says wrongly what it is ({describe(error)})") from None
    if not file.schema_arrow.equals(SCHEMAS[form]):
        raise InputError(f"{path}: has other columns than {form}; annotate again")
    return about
