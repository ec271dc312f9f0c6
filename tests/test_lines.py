import pytest

from core.errors import InputError
from core.lines import MAX_LINE_BYTES, decode_line, read_lines


def test_lines_are_numbered_and_lose_byte_order_mark_and_line_ends(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\ntwo")
    assert list(read_lines(path)) == [(1, b"one"), (2, b""), (3, b"two")]


def test_only_line_feeds_end_a_line(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a\u2028b\x85c\x0bd\n", encoding="utf-8")
    assert [decode_line(line) for _, line in read_lines(path)] == ["a\u2028b\x85c\x0bd"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt"):
        list(read_lines(tmp_path / "gone.txt"))


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        list(read_lines(tmp_path))


def test_bytes_that_are_no_utf_8_are_refused_with_their_place():
    with pytest.raises(InputError, match="byte 3"):
        decode_line(b"ab\xff")


def test_a_nul_byte_is_refused_with_its_place():
    with pytest.raises(InputError, match="byte 4"):
        decode_line("aé\0b".encode())


def test_a_line_of_the_greatest_length_is_read_and_a_longer_one_refused(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"x" * MAX_LINE_BYTES + b"\n" + b"y" * (MAX_LINE_BYTES + 1) + b"\nz")
    (_, whole), (_, longer), last = read_lines(path)
    assert decode_line(whole) == "x" * MAX_LINE_BYTES
    with pytest.raises(InputError, match="longer than 16 MB"):
        decode_line(longer)
    assert last == (3, b"z")


def test_an_empty_file_has_no_lines(tmp_path):
    path = tmp_path / "lines.txt"
    path.touch()
    assert list(read_lines(path)) == []
