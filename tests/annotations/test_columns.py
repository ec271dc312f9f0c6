import pyarrow as pa

from core.annotations.columns import SCHEMA, UNIT, About


def test_the_record_is_the_last_column():
    assert SCHEMA.names[-1] == "record"


def test_numbers_are_of_one_kind():
    kinds = {pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.list_(UNIT)}
    assert {field.type for field in SCHEMA} <= kinds


def test_what_a_file_says_of_itself_survives_json(about):
    assert About.model_validate_json(about.model_dump_json()) == about
