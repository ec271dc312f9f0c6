"""What an annotation file holds: its columns, and what it says about itself."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
from pydantic import Field

from core.records import Frozen, Task

FORMAT: Final = "shap-ca-annotations/2"
METADATA_KEY: Final = b"shap_ca"  # in the Parquet file: `About` as JSON

_GIVEN = False  # as `nullable`: every post has it

UNIT: Final = pa.struct(
    [
        pa.field("kind", pa.string(), _GIVEN),  # entity, relation or label
        pa.field("gold", pa.string()),  # null: spurious
        pa.field("predicted", pa.string()),  # null: missed
        pa.field("error", pa.string(), _GIVEN),  # see core/evaluation/error_classes.py
        pa.field("score", pa.float64()),  # of the predicted unit
        pa.field("start", pa.int64(), _GIVEN),  # words; of a relation, those of its head
        pa.field("end", pa.int64(), _GIVEN),
        pa.field("text", pa.string(), _GIVEN),
        pa.field("found_without", pa.bool_()),  # gold, also right when no context is given
    ]
)

SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), _GIVEN),
        pa.field("text", pa.string(), _GIVEN),
        pa.field("task", pa.string(), _GIVEN),
        pa.field("checkpoint", pa.string(), _GIVEN),  # its name
        pa.field("image_sha256", pa.string()),
        pa.field("contexts", pa.int64(), _GIVEN),  # those switched on
        pa.field("has_gold", pa.bool_(), _GIVEN),
        # What the task's score counts, with all contexts and without any. A unit with a wrong type
        # or boundary is spurious and missed at once, so precision = correct / (correct + spurious).
        pa.field("correct", pa.int64()),
        pa.field("spurious", pa.int64()),
        pa.field("missed", pa.int64()),
        pa.field("bare_correct", pa.int64()),
        pa.field("bare_spurious", pa.int64()),
        pa.field("bare_missed", pa.int64()),
        pa.field("effect", pa.string(), _GIVEN),  # helped, no change, hurt, unknown
        pa.field("outcome", pa.string(), _GIVEN),  # right, partly, wrong, empty, no gold
        # The context with the largest scaled value on each side; null where no game was played.
        pa.field("phi_text", pa.float64()),
        pa.field("margin_text", pa.float64()),
        pa.field("rank_text", pa.int64()),
        pa.field("phi_image", pa.float64()),
        pa.field("margin_image", pa.float64()),
        pa.field("rank_image", pa.int64()),
        pa.field("verdict", pa.string(), _GIVEN),  # of that context, the text side's if any
        pa.field("gate_text", pa.float64()),  # mean; null without an image
        pa.field("gate_image", pa.float64()),
        pa.field("confidence", pa.float64()),  # smallest score of what is predicted
        # Features to slice by; see core/annotations/features.py.
        pa.field("words", pa.int64(), _GIVEN),
        pa.field("gold_units", pa.int64()),
        pa.field("entity_words", pa.float64()),
        pa.field("entity_density", pa.float64()),
        pa.field("capitals", pa.float64(), _GIVEN),
        pa.field("hashtags", pa.int64(), _GIVEN),
        pa.field("mentions", pa.int64(), _GIVEN),
        pa.field("urls", pa.int64(), _GIVEN),
        pa.field("context_words", pa.float64()),
        pa.field("copy_rate", pa.float64()),
        pa.field("name_overlap", pa.float64()),
        pa.field("specificity", pa.float64()),
        pa.field("made_up", pa.float64()),
        pa.field("left_out", pa.float64()),
        pa.field("agreement", pa.float64()),
        pa.field("log_likelihood", pa.float64()),
        pa.field("units", pa.list_(UNIT), _GIVEN),
        pa.field("record", pa.string(), _GIVEN),  # JSON, read one post at a time
    ]
)


_SINCE_2: Final = ("made_up", "left_out", "agreement", "log_likelihood")
# Formats that are read; a column that a file is too old for is null.
SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    "shap-ca-annotations/1": pa.schema([one for one in SCHEMA if one.name not in _SINCE_2]),
    FORMAT: SCHEMA,
}


class About(Frozen):
    """What an annotation file says about itself."""

    format: str = FORMAT
    task: Task
    checkpoint: str = Field(description="name@SHA-256 of the weights")
    dataset: str = Field(description="what was annotated, in words")
    posts: int = Field(0, ge=0, description="number of rows; counted when the file is written")
    created: str = Field(description="UTC, ISO 8601")
    command: str = Field(description="that makes the same file")
