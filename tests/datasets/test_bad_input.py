"""Files as users have them: every reader refuses what is bad by file and place, or counts it."""

import json
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.contexts.precomputed import load_contexts
from core.datasets.files import Loaded
from core.datasets.image_text import read_image_text
from core.datasets.jmere import read_jmere
from core.datasets.mnre import read_mnre
from core.datasets.twitter import read_twitter
from core.errors import InputError

NOBODY = 65_534
MANY = 100_000_000  # bytes


@dataclass(frozen=True)
class Format:
    """A reader with a way to write its files.

    Attributes:
        read: Path and whether bad lines are skipped -> ids and notes.
        post: Id -> one good post, as it stands in a file.
        join: Posts -> file.
        place: Lines before a post, and its number -> how a message names it.
    """

    read: Callable[[Path, bool], tuple[list[str], Sequence[str]]]
    post: Callable[[str], str]
    join: Callable[[Sequence[str]], str] = "\n".join
    place: Callable[[int, int], str] = "{:d}: ".format
    sep: str = ":"


def seen(loaded: Loaded) -> tuple[list[str], Sequence[str]]:
    return [example.id for example in loaded.examples], loaded.skipped


def context_ids(path: Path, skip: bool) -> tuple[list[str], Sequence[str]]:
    loaded = load_contexts(path, skip_bad_lines=skip)
    return list(loaded.by_image), loaded.skipped


def pair(image: str = "1", **changes: object) -> dict[str, object]:
    marked = {"name": "Ann", "pos": [0, 1]}, {"name": "Rome", "pos": [2, 3]}
    row = {"token": ["Ann", "sees", "Rome"], "h": marked[0], "t": marked[1], "img_id": image}
    return {**row, "relation": "/per/loc/visits", **changes}


def fact(start: object = 0, end: object = 1, tags: str = "per", relation: str = "visits") -> object:
    words = ["Ann", "sees", "Rome"]
    name = " ".join(words[start:end]) if isinstance(start, int) and isinstance(end, int) else "Ann"
    tail = {"name": "Rome", "pos": [2, 3], "tags": "loc"}
    head = {"name": name, "pos": [start, end], "tags": tags}
    return [{"beg_ent": head, "sec_ent": tail, "relation": relation}]


def tweet(image: object = "1", *facts: object) -> str:
    row = {"token": ["Ann", "sees", "Rome"], "img_id": image, "label_list": facts or [fact()]}
    return json.dumps(row)


def sentence(**row: object) -> str:
    return json.dumps({"id": "2", "text": "Ann sees Rome", **row})


FORMATS = {
    "twitter": Format(
        lambda path, skip: seen(read_twitter(path, None, skip, types=("PER", "LOC"))),
        lambda name: f"IMGID:{name}\nAnn\tB-PER\nsees\tO\n",
    ),
    "image_text": Format(
        lambda path, skip: seen(read_image_text(path, path.parent, skip)),
        lambda name: json.dumps({"id": name, "text": "Ann sees Rome", "contexts": ["a tower"]}),
    ),
    "mnre": Format(
        lambda path, skip: seen(read_mnre(path, None, skip, relations=("/per/loc/visits",))),
        lambda name: repr(pair(name)),
    ),
    "jmere": Format(
        lambda path, skip: seen(
            read_jmere(path, None, skip, types=("PER", "LOC"), relations=("visits",))
        ),
        tweet,
        lambda posts: f"[{', '.join(posts)}]",
        lambda _, number: f", item {number}: ",
        "",
    ),
    "contexts": Format(context_ids, lambda name: json.dumps({"image_id": name, "text": "a tower"})),
}
LINES = [name for name in FORMATS if name != "jmere"]  # which is one JSON list

# What takes the place of the second of three posts; where in it the fault is; what is said of it.
BAD_POSTS = {
    "twitter, unknown tag": ("IMGID:2\nAnn\tQ-PER\n", 1, "is no tag"),
    "twitter, unknown type": ("IMGID:2\nAnn\tB-DOG\n", 1, "unknown type"),
    "twitter, no id": ("IMGID:\nAnn\tO\n", 0, "no image"),
    "twitter, no words": ("IMGID:2\n", 0, "no words"),
    "image_text, offsets inside words": (
        sentence(entities=[{"start": 1, "end": 3, "type": "PER"}]), 0, "begin and end with words"
    ),
    "image_text, offsets beyond the text": (
        sentence(entities=[{"start": 9, "end": 99, "type": "PER"}]), 0, "begin and end with words"
    ),
    "image_text, offsets turned around": (
        sentence(entities=[{"start": 9, "end": 3, "type": "PER"}]), 0, "begin and end with words"
    ),
    "image_text, numbers as strings": (
        sentence(entities=[{"start": "0", "end": "3", "type": "PER"}]), 0, "numbers"
    ),
    "image_text, overlapping entities": (
        sentence(entities=[{"start": 0, "end": e, "type": "PER"} for e in (3, 8)]), 0, "overlaps"
    ),
    "image_text, a missing image": (sentence(image="gone.jpg"), 0, "is not in"),
    "image_text, an image elsewhere": (sentence(image="../x.jpg"), 0, "outside"),
    "image_text, an empty context": (sentence(contexts=[" "]), 0, "is empty"),
    "image_text, a context that is no text": (sentence(contexts=[3]), 0, "valid string"),
    "image_text, no text": (sentence(text=""), 0, "has neither"),
    "image_text, an id that is a list": (sentence(id=[1]), 0, "write a string"),
    "mnre, words beyond the sentence": (repr(pair(h={"pos": [2, 9]})), 0, "words 2 to 9"),
    "mnre, words turned around": (repr(pair(h={"pos": [2, 1]})), 0, "words 2 to 1"),
    "mnre, negative words": (repr(pair(h={"pos": [-2, 1]})), 0, "h.pos.0"),
    "mnre, numbers as strings": (repr(pair(h={"pos": ["0", "1"]})), 0, "valid integer"),
    "mnre, one name twice": (repr(pair(h={"pos": [2, 3]})), 0, "same words"),
    "mnre, unknown relation": (repr(pair(relation="/per/loc/eats")), 0, "is unknown"),
    "mnre, no id": (repr(pair(img_id="")), 0, "img_id"),
    "mnre, code": ("__import__('os').abort()", 0, "no Python literal"),
    "jmere, words beyond the sentence": (tweet("2", fact(1, 9)), 0, "no words"),
    "jmere, words turned around": (tweet("2", fact(1, 0)), 0, "no words"),
    "jmere, numbers as strings": (tweet("2", fact("0", "1")), 0, "valid integer"),
    "jmere, unknown type": (tweet("2", fact(tags="dog")), 0, "unknown type"),
    "jmere, unknown relation": (tweet("2", fact(relation="eats")), 0, "unknown relation"),
    "jmere, two types of the same words": (
        tweet("2", fact(), fact(tags="loc")), 0, "of type PER and of type LOC"
    ),
    "jmere, no id": (tweet(""), 0, "img_id"),
    "jmere, an id that is a number": (tweet(2), 0, "img_id"),
    "jmere, no object": ("3", 0, "is no object"),
    "contexts, no id": (json.dumps({"text": "a tower"}), 0, "image_id"),
    "contexts, an empty id": (json.dumps({"image_id": " ", "text": "a tower"}), 0, "image_id"),
    "contexts, no text": (json.dumps({"image_id": "2"}), 0, '"text"'),
    "contexts, a text that is a list": (json.dumps({"image_id": "2", "text": []}), 0, '"text"'),
}  # fmt: skip


def refused(kind: Format, path: Path, skip: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        kind.read(path, skip)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("case", "post", "line", "reason"), [(k, *v) for k, v in BAD_POSTS.items()]
)
def test_a_bad_post_is_refused_by_its_place_or_skipped_and_noted(
    tmp_path, case, post, line, reason
):
    kind = FORMATS[case.split(",")[0]]
    path = tmp_path / "posts"
    first = kind.post("1")
    path.write_text(kind.join([first, post, kind.post("3")]), encoding="utf-8")
    before = kind.join([first, ""]).count("\n")
    named = f"{path}{kind.sep}{kind.place(before + line + 1, 2)}"

    message = refused(kind, path)
    assert message.startswith(named)
    assert reason in message

    ids, notes = kind.read(path, True)
    assert ids == ["1", "3"]
    assert list(notes) == [message]


@pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize(
    ("change", "twice"), [("\r\n", False), ("\ufeff", False), ("", True)],
    ids=["Windows line ends", "byte order mark", "an id that is taken"],
)  # fmt: skip
def test_harmless_differences_cost_no_post(tmp_path, kind, change, twice):
    posts = kind.join([kind.post("1"), kind.post("1" if twice else "2")]) + "\n"
    posts = posts.replace("\n", change) if change == "\r\n" else change + posts
    path = tmp_path / "posts"
    path.write_bytes(posts.encode())
    ids, notes = kind.read(path, False)
    expected = ["1", "1-2"] if twice else ["1", "2"]
    assert ids == (["1"] if twice and kind is FORMATS["contexts"] else expected)
    assert not notes


@pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS)
def test_an_empty_file_is_empty_or_refused(tmp_path, kind):
    path = tmp_path / "posts"
    path.touch()
    if kind is FORMATS["jmere"]:
        assert "valid JSON" in refused(kind, path)
    else:
        assert kind.read(path, False) == ([], ())


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Take the right to read a file away, from an administrator too."""
    path.chmod(0)
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)
        path.chmod(0o600)


@pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("skip", [False, True])
def test_what_cannot_be_opened_is_refused_even_when_bad_lines_may_be_skipped(tmp_path, kind, skip):
    assert "cannot be read (Is a directory)" in refused(kind, tmp_path, skip)
    assert "cannot be read (No such file" in refused(kind, tmp_path / "gone", skip)
    path = tmp_path / "posts"
    path.write_text(kind.join([kind.post("1")]), encoding="utf-8")
    with without_rights(path):
        assert "cannot be read (Permission denied)" in refused(kind, path, skip)


NESTED = {
    "nested lists": b"[" * 10_000,
    "nested objects": b'{"a":' * 10_000,
    "nested value": b'{"id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
}


def written(path: Path, kind: Format, second: bytes) -> Path:
    """Write three posts, the second of which may be anything."""
    posts = [kind.post("1"), second.decode(errors="surrogateescape"), kind.post("3")]
    path.write_bytes(kind.join(posts).encode(errors="surrogateescape"))
    return path


@pytest.mark.parametrize("kind", [FORMATS[name] for name in LINES], ids=LINES)
@pytest.mark.parametrize(("sign", "reason"), [(b"\0", "NUL byte"), (b"\xe9", "not UTF-8")])
def test_what_is_no_text_costs_its_post(tmp_path, kind, sign, reason):
    path = written(tmp_path / "posts", kind, kind.post("2").encode().replace(b"e", sign, 1))
    message = refused(kind, path)
    assert reason in message
    assert kind.read(path, True) == (["1", "3"], (message,))


@pytest.mark.parametrize("kind", [FORMATS[name] for name in LINES[1:]], ids=LINES[1:])
@pytest.mark.parametrize("second", NESTED.values(), ids=NESTED)
def test_a_post_nested_ten_thousand_deep_costs_itself(tmp_path, kind, second):
    path = written(tmp_path / "posts", kind, second)
    message = refused(kind, path)
    assert message.startswith(f"{path}:2: ")
    assert len(message) < 400
    assert kind.read(path, True) == (["1", "3"], (message,))


@pytest.mark.parametrize("content", [b"\0", b"[\xe9]", *NESTED.values(), b'{"a": 1}', b"[}"])
@pytest.mark.parametrize("skip", [False, True])
def test_a_list_that_cannot_be_read_is_refused_as_a_whole(tmp_path, content, skip):
    path = tmp_path / "posts"
    path.write_bytes(content)
    assert len(refused(FORMATS["jmere"], path, skip)) < 400


@contextmanager
def little_memory() -> Iterator[None]:
    """Demand that no more is held at once than a fraction of the file."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.7 * MANY


@pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS)
def test_a_line_of_a_hundred_megabytes_never_fills_the_memory(tmp_path, kind):
    path = tmp_path / "posts"
    with path.open("wb") as file:
        file.write(kind.join([kind.post("1"), ""]).encode())
        file.seek(MANY, os.SEEK_CUR)  # a hole, which takes no room on the disk
        file.write(b"\n" + kind.post("3").encode())
    with little_memory():
        if kind is FORMATS["jmere"]:
            assert "is larger than 64 MB" in refused(kind, path)
        else:
            ids, (note,) = kind.read(path, True)
            assert ids == ["1", "3"]
            assert "is longer than 16 MB" in note or "the limit is" in note
