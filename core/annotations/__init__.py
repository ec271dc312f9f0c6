"""Many posts analysed: one row a post, in a Parquet file or as one Record a line.

`columns` names what a row holds, `features` and `rows` fill it from a Record, `files` writes and
reads Parquet, `record_lines` the other form. No model is needed for any of it.
"""

from core.annotations.columns import About
from core.annotations.files import (
    Annotations,
    read_annotations,
    read_record,
    units_table,
    write_annotations,
)
from core.annotations.record_lines import read_records_jsonl, write_records_jsonl

__all__ = [
    "About",
    "Annotations",
    "read_annotations",
    "read_record",
    "read_records_jsonl",
    "units_table",
    "write_annotations",
    "write_records_jsonl",
]
