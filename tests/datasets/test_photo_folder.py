import pytest

from core.datasets.photo_folder import MAX_BYTES, read_photo_folder
from core.errors import InputError
from core.records import Context


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.txt").write_text("Anna sings in Oslo\n", encoding="utf-8")
    (tmp_path / "b.JPG").write_bytes(b"photo")
    (tmp_path / "a.txt").write_text("No photo here", encoding="utf-8")
    (tmp_path / "README.md").write_text("not a post", encoding="utf-8")
    return tmp_path


def test_a_text_with_the_photo_of_its_name_is_a_post(folder):
    loaded = read_photo_folder(folder)
    alone, both = loaded.examples
    assert (alone.id, alone.text, alone.image) == ("a", "No photo here", None)
    assert (both.id, both.text, both.image) == ("b", "Anna sings in Oslo", folder / "b.JPG")
    assert [token.text for token in both.tokens] == ["Anna", "sings", "in", "Oslo"]
    assert (both.entities, both.label, both.contexts) == (None, None, ())
    assert loaded.skipped == ()


def test_contexts_are_known_by_the_name_of_the_post(folder):
    said = Context(text="a harbour", generator="typed")
    alone, both = read_photo_folder(folder, {"b": [said], "c": [said]}).examples
    assert (alone.contexts, both.contexts) == ((), (said,))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no visible words"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"word " * 1000, "1000 words"),
        (b"x" * (MAX_BYTES + 1), "is longer than"),
    ],
    ids=["empty", "no UTF-8", "too many words", "too long"],
)
def test_a_text_that_is_no_post_is_told_of_and_left_out(folder, content, reason):
    (folder / "c.txt").write_bytes(content)
    loaded = read_photo_folder(folder)
    assert [example.id for example in loaded.examples] == ["a", "b"]
    (told,) = loaded.skipped
    assert told.startswith(f"{folder / 'c.txt'}: ")
    assert reason in told


def test_photos_that_belong_to_no_text_or_share_one_are_told_of(folder):
    (folder / "c.png").write_bytes(b"photo")
    (folder / "b.png").write_bytes(b"photo")
    loaded = read_photo_folder(folder)
    assert [example.id for example in loaded.examples] == ["a"]
    assert "several photos, b.JPG and b.png" in loaded.skipped[0]
    assert loaded.skipped[1] == f"{folder / 'c.png'}: has no c.txt beside it"


def test_windows_line_ends_and_a_byte_order_mark_are_harmless(folder):
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbfNo photo here\r\n")
    assert read_photo_folder(folder).examples[0].text == "No photo here"


def test_a_folder_without_posts_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no text"):
        read_photo_folder(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_photo_folder(tmp_path / "none")
