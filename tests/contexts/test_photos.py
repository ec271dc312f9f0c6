import os

import pytest

from core.contexts.photos import find_photos
from core.errors import InputError


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def test_photos_of_all_folders_come_in_order_of_their_paths_and_nothing_else_does(tmp_path):
    for name in ("b/2.JPG", "a.png", "b/1.b.webp", "notes.txt", ".hidden.jpg", ".git/3.jpg"):
        touch(tmp_path / name)

    assert [(photo.id, photo.path) for photo in find_photos(tmp_path)] == [
        ("a", tmp_path / "a.png"),
        ("1.b", tmp_path / "b" / "1.b.webp"),
        ("2", tmp_path / "b" / "2.JPG"),
    ]


def test_a_folder_that_is_a_link_to_itself_ends(tmp_path):
    touch(tmp_path / "1.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert len(find_photos(tmp_path)) == 1


@pytest.mark.parametrize("second", ["1.png", "sub/1.jpg"])
def test_two_photos_of_one_id_are_both_named(tmp_path, second):
    touch(tmp_path / "1.jpg"), touch(tmp_path / second)
    with pytest.raises(InputError, match="rename one") as refused:
        find_photos(tmp_path)
    assert str(tmp_path / "1.jpg") in str(refused.value)
    assert str(tmp_path / second) in str(refused.value)


def test_a_folder_without_photos_or_no_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no photo"):
        find_photos(tmp_path)
    with pytest.raises(InputError, match="none: cannot be read"):
        find_photos(tmp_path / "none")
    with pytest.raises(InputError, match=r"1\.jpg: cannot be read"):
        find_photos(touch(tmp_path / "1.jpg"))


def test_a_name_that_is_no_text_gets_an_id_that_is(tmp_path):
    try:
        touch(tmp_path / os.fsdecode(b"caf\xe9.jpg"))
    except OSError:
        pytest.skip("this system keeps such names out")
    (photo,) = find_photos(tmp_path)
    assert photo.id == "caf\ufffd"
    assert photo.path.exists()


def test_a_name_of_nothing_but_an_ending_is_refused(tmp_path):
    touch(tmp_path / " .jpg")
    with pytest.raises(InputError, match="has no name before its ending"):
        find_photos(tmp_path)
