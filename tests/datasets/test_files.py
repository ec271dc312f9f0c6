import pytest

from core.datasets.files import UniqueIds, contexts_of, parse_object, path_inside
from core.errors import InputError
from core.records import Context


@pytest.mark.parametrize(
    "line",
    [b"{", b"[1]", b"3", b'{"a": }', b"\xff", b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"],
)
def test_what_is_no_json_object_is_refused(line):
    with pytest.raises(InputError):
        parse_object(line)


def test_repeated_ids_are_numbered_without_meeting_others():
    ids = UniqueIds()
    assert [ids.add(name) for name in ["a", "b", "a", "a-2", "a"]] == [
        "a",
        "b",
        "a-2",
        "a-2-2",
        "a-3",
    ]


def test_a_file_in_a_subfolder_lies_inside(tmp_path):
    assert path_inside(tmp_path, "sub/../x.jpg") == tmp_path.resolve() / "x.jpg"


@pytest.mark.parametrize("name", ["../x.jpg", "a/../../x.jpg", "/etc/passwd"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="outside"):
        path_inside(tmp_path, name)


@pytest.mark.parametrize("name", ["x\x00.jpg", "x" * 5000])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="no file can have"):
        path_inside(tmp_path, name)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret.jpg").touch()
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(InputError, match="outside"):
        path_inside(folder, "link.jpg")


@pytest.mark.parametrize(
    ("known", "names"),
    [
        ("p", ("p",)),
        ("p.jpg", ("p.jpg",)),
        ("p", ("p.jpg",)),
        ("p", ("p.JPG",)),
        ("p", ("7", "sub/p.png")),
        ("p.jpg", ("p", "p.jpg")),
        ("post.1", ("post.1", None)),
    ],
)
def test_contexts_are_found_by_the_name_of_a_post_or_of_its_photo(known, names):
    dog = Context(text="a dog", generator="typed")
    assert contexts_of({known: [dog], "another": []}, *names) == (dog,)


@pytest.mark.parametrize("names", [(), (None,), ("q",), ("p.1",), ("p.jpgx",), ("xp.jpg",)])
def test_contexts_of_others_are_not_taken(names):
    assert contexts_of({"p": [Context(text="a dog", generator="typed")]}, *names) == ()


def test_the_name_of_a_post_goes_before_that_of_its_photo():
    dog, cat = (Context(text=text, generator="typed") for text in ("a dog", "a cat"))
    assert contexts_of({"p": [dog], "1": [cat]}, "1", "p.jpg") == (cat,)
    assert contexts_of(None, "1") == ()
