import pytest

from core.annotations.record_lines import read_records_jsonl, write_records_jsonl
from core.errors import InputError
from core.lines import MAX_LINE_BYTES


@pytest.fixture
def path(tmp_path, make_record):
    path = tmp_path / "run.jsonl"
    write_records_jsonl(path, [make_record("a"), make_record("b")])
    return path


def test_records_come_back_as_they_were(path, make_record):
    assert list(read_records_jsonl(path)) == [make_record("a"), make_record("b")]


def test_a_file_that_is_written_again_is_replaced(path, make_record):
    assert write_records_jsonl(path, [make_record("c")]) == 1
    assert [record.post.id for record in read_records_jsonl(path)] == ["c"]


def test_empty_lines_windows_line_ends_and_a_byte_order_mark_are_harmless(path, make_record):
    content = path.read_bytes().replace(b"\n", b"\r\n\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + content)
    assert [record.post.id for record in read_records_jsonl(path)] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"{}", b"\xff", b'{"schema_version": "9.0"}', b"nothing", b"[" * 100_000],
    ids=["half", "list", "empty", "no UTF-8", "other schema", "no JSON", "deep"],
)
def test_a_bad_line_is_named_with_its_file(path, line):
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(InputError) as refused:
        list(read_records_jsonl(path))
    assert str(refused.value).startswith(f"{path}:3: ")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_line_without_end_is_refused_before_it_fills_the_memory(path):
    with path.open("r+b") as file:
        file.truncate(3 * MAX_LINE_BYTES)  # zeros that take no room on the disk
    with pytest.raises(InputError, match=":3: is longer than 16 MB"):
        list(read_records_jsonl(path))


def test_an_id_that_occurs_twice_is_named_with_both_lines(path):
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(InputError, match=r":3: id 'a' was used in line 1"):
        list(read_records_jsonl(path))


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        list(read_records_jsonl(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="cannot be written"):
        write_records_jsonl(tmp_path / "no" / "run.jsonl", [])
