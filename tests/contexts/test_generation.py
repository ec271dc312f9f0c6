"""Photos looked up, described and written: what is asked, what is kept, what is told."""

import json
import threading

import pytest
from PIL import Image

from core.contexts.generation import generate_contexts
from core.contexts.lookup import look_up
from core.contexts.photos import find_photos
from core.contexts.precomputed import load_contexts
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import read_digest
from core.records import Context
from core.replacing import replacing_alone


class ColourGenerator:
    """Says the colour of a photo's corner; fails on red, has nothing to say of white."""

    name = "colour"
    fingerprint = "colour 1"
    at_once = 3

    def __init__(self):
        self.asked = []

    def generate(self, images):
        self.asked.append(len(images))
        return [self._describe(image.pixels.getpixel((0, 0))) for image in images]

    def _describe(self, colour):
        if colour == (255, 0, 0):
            return InputError("The server is overloaded.")
        if colour == (255, 255, 255):
            return []
        texts = (f"All of it is {colour}.", "Seen with one’s own eyes.")
        return [Context(text=text, generator=self.name, cost=0.25) for text in texts]


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(7):
        Image.new("RGB", (8, 8), (0, 0, 10 * number)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "contexts.jsonl"


@pytest.fixture
def run(tmp_path, photos, out):
    def start(generator=None, limit=None, imported=(), seen=None):
        generator, store = generator or ColourGenerator(), ContextStore(tmp_path / "store")
        found = look_up(find_photos(photos)[:limit], generator, store, out, imported=imported)
        report = seen.append if seen is not None else lambda _: None
        return generate_contexts(
            found, generator, store, out, progress=lambda *numbers: report(numbers)
        )

    return start


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_contexts_come_in_the_order_of_the_photos_and_are_read_as_precomputed(run, out):
    done = run()
    assert [line["image_id"] for line in lines(out)] == [str(n) for n in range(7) for _ in "ab"]
    assert (done.contexts, done.described, done.failed) == (14, 7, ())
    assert load_contexts(out).by_image["3"][0] == Context(
        text="All of it is (0, 0, 30).", generator="colour", model=out.name, cost=0.25
    )
    assert {path.name for path in out.parent.iterdir()} == {"photos", "store", out.name}


def test_the_generator_gets_as_many_photos_as_it_likes_and_none_twice(run, out):
    first, second = ColourGenerator(), ColourGenerator()
    run(first, limit=4)
    done = run(second)
    assert (first.asked, second.asked) == ([3, 1], [3])
    assert (done.described, done.contexts) == (3, 14)
    before = out.read_bytes()
    third = ColourGenerator()
    assert run(third).described == 0
    assert third.asked == []
    assert out.read_bytes() == before


def test_photos_of_the_same_bytes_are_described_once(run, photos, out):
    for name in ("again.png", "once-more.png"):
        (photos / name).write_bytes((photos / "0.png").read_bytes())
    generator = ColourGenerator()
    done = run(generator)
    assert sum(generator.asked) == 7
    said = {name: [c.text for c in found] for name, found in load_contexts(out).by_image.items()}
    assert said["again"] == said["once-more"] == said["0"]
    assert (len(said), done.described) == (9, 9)


def test_photos_that_fail_are_told_with_reasons_and_tried_again(run, photos, out):
    Image.new("RGB", (8, 8), "red").save(photos / "red.png")
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(40))
    (photos / "empty.gif").write_bytes(b"")
    (photos / "folder.png").mkdir()
    (photos / "lost.png").symlink_to(photos / "nowhere")
    (photos / "text.jpg").write_text("no photo")
    done = run()
    reasons = {failure.image_id: failure.reason for failure in done.failed}
    assert reasons["red"] == "The server is overloaded."
    assert "damaged or truncated JPEG" in reasons["broken"]
    assert "is empty" in reasons["empty"]
    assert "not an image of a known kind" in reasons["text"]
    assert "cannot be read" in reasons["lost"]
    failed_file = out.with_name("contexts.jsonl.failed")
    assert {line["image_id"]: line["reason"] for line in lines(failed_file)} == reasons
    assert set(reasons) | set(load_contexts(out).by_image) == {
        *map(str, range(7)),
        *("red", "broken", "empty", "text", "lost"),
    }

    for name in ("broken.jpg", "empty.gif", "text.jpg", "lost.png"):
        (photos / name).unlink()
    Image.new("RGB", (8, 8), "green").save(photos / "red.png")
    assert run().failed == ()
    assert not failed_file.exists()
    assert "red" in load_contexts(out).by_image


def test_nothing_to_say_is_an_answer(run, photos, out):
    Image.new("RGB", (8, 8), "white").save(photos / "white.png")
    assert run().failed == ()
    assert load_contexts(out).by_image["white"] == []
    again = ColourGenerator()
    run(again)
    assert again.asked == []


def test_when_everything_fails_the_file_that_was_there_stays(run, photos, out):
    run()
    before = out.read_bytes()
    for number in range(7):
        (photos / f"{number}.png").write_bytes(b"gone")
    with pytest.raises(InputError, match=r"none of 7 photos can be described; the first: .*0\.png"):
        run()
    assert out.read_bytes() == before
    assert len(lines(out.with_name("contexts.jsonl.failed"))) == 7


def test_a_generator_that_cannot_work_ends_the_run_and_keeps_what_was_said(run, out):
    class Expiring(ColourGenerator):
        def generate(self, images):
            if len(self.asked) == 2:
                raise InputError("The key has expired.")
            return super().generate(images)

    with pytest.raises(InputError, match="key has expired"):
        run(Expiring())
    assert not out.exists()
    assert not out.with_name("contexts.jsonl.partial").exists()
    rest = ColourGenerator()
    run(rest)
    assert rest.asked == [1]


def test_progress_begins_with_what_is_known_and_ends_with_all(run, photos):
    run(limit=2)
    (photos / "empty.gif").write_bytes(b"")
    seen = []
    run(seen=seen)
    assert seen == [(2, 8, 0), (5, 8, 0), (8, 8, 1)]


def test_a_changed_photo_is_described_anew(run, photos, out):
    run()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(photos / "3.png")
    generator = ColourGenerator()
    run(generator)
    assert generator.asked == [1]
    assert load_contexts(out).by_image["3"][0].text == "All of it is (9, 9, 9)."


def test_a_photo_that_changes_while_it_waits_fails(photos, out, tmp_path):
    generator, store = ColourGenerator(), ContextStore(tmp_path / "store")
    found = look_up(find_photos(photos), generator, store, out)
    Image.new("RGB", (8, 8), (9, 9, 9)).save(photos / "3.png")
    (failure,) = generate_contexts(found, generator, store, out).failed
    assert (failure.image_id, "has changed" in failure.reason) == ("3", True)


def test_a_file_alone_brings_a_lost_store_back(run, out, tmp_path):
    run()
    before = out.read_bytes()
    (tmp_path / "store").rename(tmp_path / "lost")
    generator = ColourGenerator()
    run(generator)
    assert generator.asked == []
    assert out.read_bytes() == before


def test_damaged_lines_are_told_set_aside_and_made_anew(run, photos, out, tmp_path):
    run()
    whole = out.read_bytes()
    torn = whole.splitlines(keepends=True)
    torn[4] = b'{"image_id": "2", "te\n'
    out.write_bytes(b"".join(torn)[:-5])
    (tmp_path / "store").rename(tmp_path / "lost")
    generator, store = ColourGenerator(), ContextStore(tmp_path / "store")
    found = look_up(find_photos(photos), generator, store, out)
    assert [warning.split(" ")[0] for warning in found.warnings] == [f"{out}:5:", f"{out}:14:"]
    generate_contexts(found, generator, store, out)
    assert out.read_bytes() == whole
    assert sum(generator.asked) == 3  # photos 1 and 2 beside the first damage, 6 before the second
    aside = out.with_name("contexts.jsonl.damaged").read_bytes()
    assert aside == torn[4] + torn[13][:-5] + b"\n"


def test_a_file_of_another_generator_is_not_replaced(run, out):
    out.write_text('{"image_id": "1", "text": "by somebody else"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"contexts\.jsonl:1: was not written by colour"):
        run()
    assert "by somebody else" in out.read_text(encoding="utf-8")


def test_contexts_from_elsewhere_count_as_the_generators_where_that_is_said(run, out, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"image_id": "1", "text": "from a cluster"}\n', encoding="utf-8")
    generator = ColourGenerator()
    run(generator, imported=[other])
    assert sum(generator.asked) == 6
    assert [context.text for context in load_contexts(out).by_image["1"]] == ["from a cluster"]


def test_two_runs_do_not_write_the_same_file(run, out):
    with replacing_alone(out) as file:
        file.write(b"a first run is at it")
        with pytest.raises(InputError, match="another run is writing it"):
            run()
    assert out.read_bytes() == b"a first run is at it"


def test_two_runs_may_share_a_store(photos, tmp_path):
    folder, results = tmp_path / "store", {}

    def describe(name):
        generator, store = ColourGenerator(), ContextStore(folder)
        out = tmp_path / f"{name}.jsonl"
        found = look_up(find_photos(photos), generator, store, out)
        results[name] = generate_contexts(found, generator, store, out).contexts

    threads = [threading.Thread(target=describe, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {"one": 14, "two": 14}
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["no/folder/contexts.jsonl", "photos"])
def test_a_file_that_cannot_be_written_is_named(photos, tmp_path, name):
    generator, store = ColourGenerator(), ContextStore(tmp_path / "store")
    with pytest.raises(InputError, match=f"{name}: cannot be"):
        generate_contexts(
            look_up(find_photos(photos), generator, store, tmp_path / name),
            generator,
            store,
            tmp_path / name,
        )
    assert generator.asked == []


def test_photos_are_looked_up_without_being_decoded(photos, out, tmp_path):
    generator, store = ColourGenerator(), ContextStore(tmp_path / "store")
    (photos / "0.png").write_bytes(b"no photo at all")
    store.keep(read_digest(photos / "0.png"), generator, [])
    found = look_up(find_photos(photos), generator, store, out)
    assert (found.known, len(found.missing), dict(found.unreadable)) == (1, 6, {})
