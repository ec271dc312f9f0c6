"""Posts to take away: their columns as CSV, their Records as JSONL."""

import io

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dashboard.errors.runs import Run

ROWS_AT_ONCE = 256


def as_csv(run: Run, rows: NDArray[np.intp]) -> str:
    """Return one line a post with every column that holds a single value."""
    return str(run.table.drop(columns="units").iloc[rows].to_csv(index=False))


def as_jsonl(run: Run, rows: NDArray[np.intp]) -> bytes:
    """Return one Record a line, letter by letter as the run holds them."""
    wanted = np.zeros(len(run), bool)
    wanted[rows] = True
    lines, first = io.BytesIO(), 0
    for batch in pq.ParquetFile(run.file.path).iter_batches(ROWS_AT_ONCE, columns=["record"]):
        records = batch.column("record")
        for place in np.flatnonzero(wanted[first : first + len(records)]):
            lines.write(records[int(place)].as_py().encode() + b"\n")
        first += len(records)
    return lines.getvalue()
