"""The command `contexts`, run as its user runs it, and killed."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from core.cli import main
from core.contexts.precomputed import load_contexts
from tests.misbehaving_server import Answer, always, failing, good, in_turn

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "core", "contexts"]
KILLS = 10
PHOTOS = 200


def save_plain(folder, count, side=8):
    """Photos of one colour each, which perception describes without its models."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.new("RGB", (side, side), (number, 255 - number, 90)).save(folder / f"{number}.png")


@pytest.fixture
def folder(tmp_path):
    save_plain(tmp_path / "photos", 3)
    return tmp_path / "photos"


@pytest.fixture
def run(folder, tmp_path, capsys):
    def start(*arguments, status=0):
        chosen = ["--images", str(folder), "--out", str(tmp_path / "out.jsonl")]
        kept = ["--generator", "perception", "--store", str(tmp_path / "store")]
        with pytest.raises(SystemExit) as ended:
            main(["contexts", *chosen, *kept, "--set", "ocr=false", *arguments])
        assert ended.value.code == status
        return capsys.readouterr()

    return start


def test_photos_of_a_folder_are_described_into_one_file(run, tmp_path):
    printed = run()
    assert "3 contexts of 3 photos, 0 of them known before; 0 failed" in printed.out
    assert "3/3" in printed.err
    found = load_contexts(tmp_path / "out.jsonl").by_image
    assert list(found) == ["0", "1", "2"]
    assert all("green" in context.text for contexts in found.values() for context in contexts)
    assert "3 of them known before" in run().out


def test_only_the_first_photos_are_described_where_that_is_said(run, tmp_path):
    assert "2 contexts of 2 photos" in run("--limit", "2").out
    assert list(load_contexts(tmp_path / "out.jsonl").by_image) == ["0", "1"]


def test_a_dry_run_says_what_would_be_described_and_describes_nothing(run, folder, tmp_path):
    run("--limit", "1")
    (folder / "same.png").write_bytes((folder / "2.png").read_bytes())
    before = (tmp_path / "out.jsonl").read_bytes()
    (folder / "lost.png").symlink_to(folder / "nowhere")
    printed = run("--dry-run").out
    assert "5 photos: 1 known, 1 unreadable; perception would describe 2 different ones" in printed
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_photos_that_fail_are_told_and_the_others_are_written(run, folder, tmp_path):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    printed = run()
    assert "left out: broken: " in printed.err
    assert "3 contexts of 3 photos, 0 of them known before; 1 failed" in printed.out
    (row,) = (tmp_path / "out.jsonl.failed").read_text(encoding="utf-8").splitlines()
    assert json.loads(row)["image_id"] == "broken"


def test_contexts_from_elsewhere_are_taken_over_and_damaged_lines_told(run, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"image_id": "1", "text": "a wall"}\n\n{"image_id": "2", "te', "utf-8")
    printed = run("--from", str(other))
    assert f"damaged: {other}:3: " in printed.err
    assert "1 of them known before" not in printed.out  # next to a damaged line
    other.write_text('{"image_id": "0", "text": "a wall"}\n', "utf-8")
    (tmp_path / "out.jsonl").unlink()
    again = run("--from", str(other), "--store", str(tmp_path / "second"))
    assert "1 of them known before" in again.out
    assert load_contexts(tmp_path / "out.jsonl").by_image["0"][0].text == "a wall"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--generator", "nobody"], "there is no generator 'nobody'"),
        (["--set", "colour=red"], "colour: unknown key"),
        (["--images", "/nowhere/at/all"], "/nowhere/at/all: cannot be read"),
        (["--from", "/nowhere/at/all"], "/nowhere/at/all: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_status_2(run, arguments, why):
    error = run(*arguments, status=2).err
    assert why in error.splitlines()[-1]
    assert "Traceback" not in error


@pytest.fixture
def asking(folder, tmp_path, capsys, misbehaving_server, monkeypatch):
    """Run the command on a server that may misbehave."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def start(*arguments, status=0):
        settings = (
            f'base_url="{misbehaving_server.base_url}"',
            "retries=1",
            "timeout_seconds=3.0",
            "input_price=2.5",
            "output_price=10.0",
        )
        overrides = [part for setting in settings for part in ("--set", setting)]
        chosen = ["--images", str(folder), "--out", str(tmp_path / "out.jsonl")]
        kept = ["--generator", "gpt-4o", "--store", str(tmp_path / "store")]
        with pytest.raises(SystemExit) as ended:
            main(["contexts", *chosen, *kept, *overrides, *arguments])
        assert ended.value.code == status
        return capsys.readouterr()

    return start


def test_a_dry_run_tells_what_a_server_would_get_and_cost_and_sends_nothing(
    asking, misbehaving_server
):
    printed = asking("--dry-run").out
    assert "3 requests of" in printed
    assert (
        f"to 127.0.0.1:{misbehaving_server.base_url.split(':')[2][:-3]}, which is this" in printed
    )
    assert "$" in printed
    assert misbehaving_server.asked == []


def test_a_dry_run_leaves_out_what_cannot_be_sent(asking, folder):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    printed = asking("--dry-run").out
    assert "3 requests of" in printed
    assert f"left out: {folder / 'broken.jpg'} " in printed


def test_what_was_paid_is_told_when_nothing_could_be_used(asking, misbehaving_server):
    misbehaving_server.answer = always(good(""))
    paid = 3 * (500 * 2.5 + 20 * 10) / 1e6
    printed = asking(status=2)
    assert f"3 requests, {paid:.4f} US dollars" in printed.err
    assert "none of 3 photos can be described" in printed.err


def test_every_photo_of_a_misbehaving_server_ends_as_done_or_failed_with_its_reason(
    asking, misbehaving_server, folder, tmp_path
):
    for number in range(40):  # of different sizes: colours next to each other are one JPEG
        Image.new("RGB", (8 + number, 8), "teal").save(folder / f"{number}.png")
    answers = [
        always(good()),
        in_turn(failing(429, retry_after="0"), good()),
        always(failing(429, retry_after="0")),
        in_turn(failing(500), good()),
        always(failing(500)),
        always(Answer(body=good().body[:-40])),
        always(Answer(body=b"<html>", content_type="text/html")),
        always(good(refusal="I cannot help with that.", text=None)),
        always(good("")),
        in_turn(Answer(body=good().body, wait=30), good()),
    ]
    kinds, lock = {}, threading.Lock()

    def answer(asked):
        with lock:  # requests come at once, and every answer is to be given to four photos
            kind = kinds.setdefault(asked.jpeg, len(kinds) % len(answers))
        return answers[kind](asked)

    misbehaving_server.answer = answer
    printed = asking()

    done = load_contexts(tmp_path / "out.jsonl").by_image
    lines = (tmp_path / "out.jsonl.failed").read_text(encoding="utf-8").splitlines()
    failed = {row["image_id"]: row["reason"] for row in map(json.loads, lines)}
    assert set(done).isdisjoint(failed)
    assert set(done) | set(failed) == {str(number) for number in range(40)}
    assert (len(done), len(failed)) == (16, 24)
    assert all(failed.values())
    assert printed.err.count("left out: ") == 24
    # Refusals and answers without words are paid for as well, and a late one is asked for twice.
    paid = (16 + 8) * (500 * 2.5 + 20 * 10) / 1e6
    assert f"{len(misbehaving_server.asked)} requests, {paid:.4f} US dollars" in printed.err

    misbehaving_server.answer = always(good())
    assert "40 contexts of 40 photos, 16 of them known before; 0 failed" in asking().out


@pytest.mark.slow
def test_ten_kills_at_random_moments_end_with_every_context_once_and_nothing_described_twice(
    tmp_path,
):
    save_plain(tmp_path / "photos", PHOTOS, side=1000)
    out, store = tmp_path / "out.jsonl", tmp_path / "store"
    command = [*COMMAND, "--images", str(tmp_path / "photos"), "--out", str(out)]
    command += ["--store", str(store), "--set", "ocr=false"]
    draw = random.Random(13)
    # Early enough that the run cannot be over before it is killed.
    moments = sorted(draw.sample(range(1, PHOTOS - 40), KILLS))
    kept: dict[Path, int] = {}
    for moment in moments:
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and len(entries(store)) < moment:
                time.sleep(0.001)
            time.sleep(draw.uniform(0, 0.005))
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert not out.exists()
        now = entries(store)
        assert len(now) >= moment
        assert kept.items() <= now.items()  # what was there was not written again
        kept = now

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{PHOTOS} contexts of {PHOTOS} photos, {len(kept)} of them known before" in done.stdout
    assert kept.items() <= entries(store).items()
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert sorted(int(row["image_id"]) for row in rows) == list(range(PHOTOS))
    assert all(row["text"] for row in rows)
    assert not list(tmp_path.glob("out.jsonl.*"))


def entries(store):
    """Return the entries of a store with the moments they were written at."""
    return {path: path.stat().st_mtime_ns for path in store.glob("*/*.json")}
