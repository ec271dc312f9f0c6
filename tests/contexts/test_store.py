import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context


class CountingGenerator:
    """Says the photo's width, and remembers how often it was asked."""

    name = "counting"
    at_once = 1

    def __init__(self, fingerprint="1"):
        self.fingerprint = fingerprint
        self.calls = 0
        self._lock = threading.Lock()

    def generate(self, images):
        return [self._describe(image) for image in images]

    def _describe(self, image):
        with self._lock:
            self.calls += 1
        text = f"A photo {image.width} pixels wide, “schön”."
        return [Context(text=text, generator=self.name, seconds=0.5)] if image.width > 1 else []


def image(sha256="a" * 64, width=3):
    return LoadedImage(Image.new("RGB", (width, 2)), sha256=sha256, width=width, height=2)


@pytest.fixture
def store(tmp_path):
    return ContextStore(tmp_path / "contexts")


def entries(store):
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_photo_is_described_once_and_remembered_by_a_new_store(store):
    generator = CountingGenerator()
    first = store.get_or_generate(image(), generator)

    assert ContextStore(store.folder).get_or_generate(image(), generator) == first
    assert generator.calls == 1
    assert first[0].text == "A photo 3 pixels wide, “schön”."


def test_having_nothing_to_say_is_remembered_too(store):
    generator = CountingGenerator()

    assert [store.get_or_generate(image(width=1), generator) for _ in range(2)] == [[], []]
    assert generator.calls == 1


def test_another_photo_or_another_generator_is_another_entry(store):
    generator, other = CountingGenerator(), CountingGenerator(fingerprint="2")
    store.get_or_generate(image(), generator)
    store.get_or_generate(image("b" * 64), generator)
    store.get_or_generate(image(), other)

    assert (generator.calls, other.calls) == (2, 1)
    assert len(entries(store)) == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"\xff\xfe" + data,
        lambda data: json.dumps({"contexts": [{"text": ""}]}).encode(),
        lambda data: b"[]",
    ],
)
def test_a_damaged_entry_is_set_aside_and_made_anew(store, caplog, damage):
    generator = CountingGenerator()
    whole = store.get_or_generate(image(), generator)
    (path,) = entries(store)
    broken = damage(path.read_bytes())
    path.write_bytes(broken)

    assert store.get_or_generate(image(), generator) == whole
    assert generator.calls == 2
    assert "damaged" in caplog.text
    assert path.with_suffix(".damaged").read_bytes() == broken
    assert store.get_or_generate(image(), generator) == whole
    assert generator.calls == 2


def test_many_writers_leave_whole_entries_and_nothing_else(store):
    generator = CountingGenerator()
    photos = [image(f"{k:064x}", width=k + 2) for k in range(4)]

    def describe(k):
        return ContextStore(store.folder).get_or_generate(photos[k % 4], generator)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(describe, range(80)))

    assert results == [generator.generate([photos[k % 4]])[0] for k in range(80)]
    assert len(entries(store)) == 4
    assert {path.suffix for path in entries(store)} == {".json"}


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")

    contexts = ContextStore(tmp_path / "file" / "contexts").get_or_generate(
        image(), CountingGenerator()
    )

    assert len(contexts) == 1
    assert "cannot be cached" in caplog.text


_WRITER = """
import sys
from pathlib import Path
from core.contexts.perception import PerceptionGenerator
from core.contexts.store import ContextStore
from core.records import Context

store, generator = ContextStore(Path(sys.argv[1])), PerceptionGenerator(ocr=False)
for turn in range(20):
    for photo in range(10):
        text = f"{photo} by writer {sys.argv[2]}, " + "long " * 500
        store.keep(f"{photo:064x}", generator, [Context(text=text, generator="g")])
        known = store.find(f"{photo:064x}", generator)
        assert known and known[0].text.startswith(f"{photo} by writer "), known
"""


def test_several_processes_that_write_the_same_entries_never_show_a_broken_one(store):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(store.folder), str(number)],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for writer in writers:
        _, complaints = writer.communicate()
        assert (writer.returncode, complaints) == (0, "")
    assert len(entries(store)) == 10
    assert {path.suffix for path in entries(store)} == {".json"}


def test_what_is_kept_is_found_and_nothing_else_is(store):
    generator = CountingGenerator()
    written = [Context(text="Kept.", generator="counting", cost=0.25)]
    store.keep("a" * 64, generator, written)
    assert store.find("a" * 64, generator) == written
    assert store.find("b" * 64, generator) is None
    assert store.find("a" * 64, CountingGenerator(fingerprint="2")) is None


def test_keeping_in_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match=r"cannot be cached in .*file"):
        ContextStore(tmp_path / "file").keep("a" * 64, CountingGenerator(), [])


def test_what_the_generator_refuses_is_not_remembered(store):
    class Refusing(CountingGenerator):
        def generate(self, image):
            raise InputError("The weights are missing.")

    with pytest.raises(InputError, match="weights are missing"):
        store.get_or_generate(image(), Refusing())
    assert not store.folder.exists()


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_who_may_read_what_is_kept_is_for_the_user_to_say(store, umask, mode):
    before = os.umask(umask)
    try:
        store.keep("a" * 64, CountingGenerator(), [])
    finally:
        os.umask(before)
    [entry] = store.folder.glob("*/*.json")
    assert entry.stat().st_mode & 0o777 == mode
