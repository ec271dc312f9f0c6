"""Bulk annotation by tiny real models: what is written, what a kill leaves, what workers change."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.annotate import annotate, load_posts
from core.annotations import read_annotations, read_record, read_records_jsonl
from core.cli import main
from core.errors import InputError
from core.evaluation.mner import entity_report
from core.records import Example, Outcome, Record

pytestmark = pytest.mark.usefixtures("no_page_as_main")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def examples(data_root) -> tuple[Example, ...]:
    return load_posts(
        data_root / "posts.txt", None, dataset="twitter", contexts=[data_root / "contexts.jsonl"]
    ).examples


def run(examples, checkpoint, out, **options):
    return annotate(examples, checkpoint, out, dataset="posts", command="test", **options)


def bare(record: Record) -> Record:
    """A record without what the clock said."""
    contexts = [context.model_copy(update={"seconds": None}) for context in record.contexts]
    return record.model_copy(update={"timings": {}, "contexts": contexts})


def records(path: Path) -> list[Record]:
    return [bare(record) for record in read_records_jsonl(path)]


def stopped_after(places: int, examples, checkpoint, out) -> None:
    def stop(done: int, total: int, failed: int) -> None:
        if done == places:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(examples, checkpoint, out, progress=stop)


@pytest.fixture(scope="module")
def whole(examples, tiny_checkpoint, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run.jsonl"
    run(examples, tiny_checkpoint, out)
    return out


def test_every_post_becomes_a_row_with_its_gold(examples, tiny_checkpoint, tmp_path):
    out = tmp_path / "run.parquet"
    done = run(examples, tiny_checkpoint, out)
    assert (done.posts, done.resumed, done.failed) == (len(examples), 0, ())
    table, about = (made := read_annotations(out)).table, made.about
    assert list(table["id"]) == [example.id for example in examples]
    assert table["has_gold"].all()
    assert (about.task, about.dataset, about.posts) == ("mner", "posts", len(examples))
    assert about.checkpoint.startswith("tiny@")
    assert list(tmp_path.iterdir()) == [out]


def test_counts_add_up_to_the_score_of_the_same_predictions(examples, tiny_checkpoint, tmp_path):
    out = tmp_path / "run.parquet"
    run(examples, tiny_checkpoint, out)
    table = read_annotations(out).table
    read = [read_record(out, row) for row in range(len(table))]
    scored = entity_report([r.gold.entities for r in read], [r.entities for r in read]).overall
    assert table["correct"].sum() == scored.true_positives
    assert table["spurious"].sum() == scored.false_positives
    assert table["missed"].sum() == scored.false_negatives
    assert table["gold_units"].sum() == scored.support
    gold = [len(example.entities) for example in examples]
    assert list(table["gold_units"]) == gold


def test_both_forms_hold_the_same_records(examples, tiny_checkpoint, whole, tmp_path):
    out = tmp_path / "run.parquet"
    run(examples, tiny_checkpoint, out)
    read = [bare(read_record(out, row)) for row in range(len(examples))]
    assert read == records(whole)


def test_a_run_that_was_stopped_goes_on_where_it_was(examples, tiny_checkpoint, whole, tmp_path):
    out = tmp_path / "run.jsonl"
    stopped_after(3, examples, tiny_checkpoint, out)
    assert not out.exists()
    seen: list[tuple[int, int, int]] = []
    done = run(examples, tiny_checkpoint, out, progress=lambda *at: seen.append(at))
    assert (done.posts, done.resumed) == (len(examples), 3)
    assert seen == [(place, len(examples), 0) for place in range(3, len(examples) + 1)]
    assert records(out) == records(whole)
    assert list(tmp_path.iterdir()) == [out]


def test_what_changed_while_a_run_was_stopped_is_what_the_file_holds(
    examples, tiny_checkpoint, tmp_path
):
    out, posts = tmp_path / "run.jsonl", list(examples[:4])
    stopped_after(3, posts, tiny_checkpoint, out)
    posts[0] = posts[0].model_copy(update={"entities": ()})
    posts[1] = posts[1].model_copy(update={"contexts": ()})
    done = run(posts, tiny_checkpoint, out)
    assert (done.posts, done.resumed) == (4, 2)
    made = tmp_path / "anew.jsonl"
    run(posts, tiny_checkpoint, made)
    assert records(out) == records(made)
    assert [len(record.contexts) for record in records(out)] == [1, 0, 1, 1]
    assert records(out)[0].gold == Outcome()


def test_gold_that_the_model_cannot_give_is_refused_by_its_post(
    examples, tiny_checkpoint, tmp_path
):
    [entity, *_] = (post := examples[0]).entities
    person = entity.model_copy(update={"type": "person"})
    renamed = post.model_copy(update={"entities": (person,)})
    with pytest.raises(InputError, match=f", post {post.id}: entity .* is of type person, known"):
        run([renamed], tiny_checkpoint, tmp_path / "run.jsonl")
    assert not any(tmp_path.iterdir())


def test_photos_are_described_unless_contexts_are_given(
    examples, tiny_checkpoint, data_root, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    photo = data_root / "images" / "red.png"
    post = examples[0].model_copy(update={"contexts": (), "image": photo})
    out = tmp_path / "run.jsonl"
    for describe in (False, True):
        stopped_after(1, [post, examples[1]], tiny_checkpoint, out)
        done = run([post, examples[1]], tiny_checkpoint, out, describe=describe)
        assert done.resumed == describe  # it was begun with descriptions
        assert bool(records(out)[0].contexts) == describe
        assert len(records(out)[1].contexts) == 1


def test_a_run_may_be_started_anew(examples, tiny_checkpoint, tmp_path):
    out = tmp_path / "run.jsonl"
    out.with_name("run.jsonl.partial.jsonl").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(InputError, match="--no-resume"):
        run(examples[:1], tiny_checkpoint, out)
    assert run(examples[:1], tiny_checkpoint, out, resume=False).posts == 1


def test_what_an_earlier_checkpoint_left_is_refused(examples, tiny_checkpoint, tmp_path):
    out = tmp_path / "run.jsonl"
    stopped_after(1, examples, tiny_checkpoint, out)
    partial = out.with_name("run.jsonl.partial.jsonl")
    left = partial.read_text(encoding="utf-8").replace("tiny@", "huge@")
    partial.write_text(left, encoding="utf-8")
    with pytest.raises(InputError, match="was begun with huge@"):
        run(examples, tiny_checkpoint, out)


def test_posts_that_cannot_be_read_are_told_of_and_left_out(examples, tiny_checkpoint, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    first, second, third = examples[:3]
    bad_photo = second.model_copy(update={"image": broken})
    no_words = third.model_copy(update={"text": "", "tokens": (), "entities": None})
    out = tmp_path / "run.jsonl"
    seen: list[tuple[int, int, int]] = []
    done = run(
        [first, bad_photo, no_words], tiny_checkpoint, out, progress=lambda *at: seen.append(at)
    )
    assert done.posts == 1
    assert [reason.partition(": ")[0] for reason in done.failed] == [second.id, third.id]
    assert str(broken) in done.failed[0]
    assert seen[-1] == (3, 3, 2)
    with pytest.raises(InputError, match="none of 2 posts can be read; the first: 2: "):
        run([bad_photo, no_words], tiny_checkpoint, tmp_path / "none.jsonl")


def test_a_post_that_was_repaired_takes_its_place_when_the_run_goes_on(
    examples, tiny_checkpoint, whole, tmp_path
):
    out = tmp_path / "run.jsonl"
    broken = examples[0].model_copy(update={"image": tmp_path / "no.jpg"})
    stopped_after(len(examples), [broken, *examples[1:]], tiny_checkpoint, out)
    assert run(examples, tiny_checkpoint, out).resumed == len(examples) - 1
    assert records(out) == records(whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"examples": []}, "no post to annotate"),
        ({"out": Path("run.csv")}, "let its name end so"),
        ({"workers": 0}, "0 workers"),
        ({"checkpoint": "unknown"}, "unknown"),
        ({"device": "tpu"}, "tpu"),
        ({"out": Path("no/folder/run.parquet")}, "cannot be written"),
    ],
)
def test_what_makes_no_run_is_refused(
    examples, tiny_checkpoint, tmp_path, monkeypatch, change, message
):
    monkeypatch.chdir(tmp_path)
    given = {"examples": examples, "checkpoint": tiny_checkpoint, "out": Path("run.parquet")}
    with pytest.raises(InputError, match=message):
        run(**{**given, **change})


def test_a_file_of_posts_is_not_replaced_by_its_records(examples, tiny_checkpoint, tmp_path):
    out = tmp_path / "posts.jsonl"
    posts = "".join(json.dumps({"id": post.id, "text": post.text}) + "\n" for post in examples)
    out.write_text(posts, encoding="utf-8")
    with pytest.raises(InputError, match="something else than Records, which would be lost"):
        run(examples, tiny_checkpoint, out)
    assert out.read_text(encoding="utf-8") == posts
    assert list(tmp_path.iterdir()) == [out]
    out.write_text("", encoding="utf-8")
    assert run(examples[:2], tiny_checkpoint, out).posts == len(records(out)) == 2


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_records_of_posts_that_this_run_does_not_read_are_kept(
    examples, tiny_checkpoint, tmp_path, ending
):
    out = tmp_path / f"run{ending}"
    run(examples[:3], tiny_checkpoint, out)
    before = out.read_bytes()
    with pytest.raises(InputError, match=f"holds 1 post .* lost, such as {examples[0].id!r}"):
        run(examples[1:], tiny_checkpoint, out)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]
    assert run(examples[:4], tiny_checkpoint, out).posts == 4  # the same and one more
    out.write_bytes(before[: len(before) // 2])
    with pytest.raises(InputError, match="something else than Records"):
        run(examples, tiny_checkpoint, out)


def test_ids_must_differ(examples, tiny_checkpoint, tmp_path):
    with pytest.raises(InputError, match="id '1' occurs 2 times"):
        run([*examples, examples[0]], tiny_checkpoint, tmp_path / "run.jsonl")


def test_posts_come_from_a_file_or_a_folder(tmp_path):
    for file, folder in ((None, None), (tmp_path, tmp_path)):
        with pytest.raises(InputError, match="one of --file and --folder"):
            load_posts(file, folder, dataset="twitter")
    for belongs_to_a_file in ({"images": tmp_path}, {"split": "dev"}):
        with pytest.raises(InputError, match="leave --images and --split out"):
            load_posts(None, tmp_path, dataset="image_text", **belongs_to_a_file)


def test_a_folder_takes_contexts_too(data_root, tmp_path):
    for name in ("1", "other"):
        (tmp_path / f"{name}.txt").write_text("Anna by the sea", encoding="utf-8")
    contexts = [data_root / "contexts.jsonl"]
    loaded = load_posts(None, tmp_path, dataset="image_text", contexts=contexts)
    assert {example.id: len(example.contexts) for example in loaded.examples} == {
        "1": 1,
        "other": 0,
    }


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "core", "annotate", *map(str, arguments)]


def test_a_folder_is_annotated_from_the_command_line(tiny_checkpoint, tmp_path, capsys):
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "sea.txt").write_text("Anna by the sea", encoding="utf-8")
    Image.new("RGB", (8, 8), "blue").save(folder / "sea.png")
    (folder / "land.txt").write_text("Anna on land", encoding="utf-8")
    (folder / "broken.txt").write_text("Anna nowhere", encoding="utf-8")
    (folder / "broken.jpg").write_bytes(b"no photo")
    out = tmp_path / "run.parquet"
    arguments = ["--folder", str(folder), "--checkpoint", str(tiny_checkpoint), "--out", str(out)]
    with pytest.raises(SystemExit) as ended:
        main(["annotate", *arguments])
    assert ended.value.code == 0
    printed = capsys.readouterr()
    assert "2 posts" in printed.out
    assert "3 posts, 2 with a photo at hand, 0 with contexts\n" in printed.err
    assert "left out: broken: " in printed.err
    table = read_annotations(out).table
    assert list(table["id"]) == ["land", "sea"]
    assert list(table["image_sha256"].isna()) == [True, False]
    assert list(table["outcome"]) == ["no gold", "no gold"]


def test_photos_that_a_file_names_but_nobody_showed_are_told_of(tiny_checkpoint, tmp_path, capsys):
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"id": "sea", "text": "Anna by the sea", "image": "sea.jpg"}\n')
    arguments = ["--file", str(posts), "--checkpoint", str(tiny_checkpoint)]
    with pytest.raises(SystemExit) as ended:
        main(["annotate", *arguments, "--out", str(tmp_path / "run.jsonl")])
    assert ended.value.code == 0
    told = capsys.readouterr().err
    assert "1 post, 0 with a photo at hand, 0 with contexts: --images names" in told


@pytest.fixture
def long_file(data_root, tmp_path) -> list[str]:
    """The arguments of a run over 400 posts."""
    posts = (data_root / "posts.txt").read_text(encoding="utf-8")
    (tmp_path / "posts.txt").write_text(f"{posts}\n" * 50, encoding="utf-8")
    return ["--dataset", "twitter", "--file", str(tmp_path / "posts.txt")]


def wait_for_lines(path: Path, number: int, process: subprocess.Popen) -> None:
    while not path.exists() or path.read_bytes().count(b"\n") < number:
        assert process.poll() is None, "the run ended too soon"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_killed_process_loses_nothing_that_was_made(tiny_checkpoint, tmp_path, long_file, capsys):
    out, unbroken = tmp_path / "run.jsonl", tmp_path / "unbroken.jsonl"
    partial = tmp_path / "run.jsonl.partial.jsonl"
    arguments = [*long_file, "--checkpoint", str(tiny_checkpoint), "--limit", "60"]
    words = command(*arguments, "--out", out)
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        wait_for_lines(partial, 5, process)
        process.kill()
    kept = partial.read_bytes().count(b"\n")
    with partial.open("ab") as file:
        file.write(b'{"schema_version"')  # as a kill in the midst of a line leaves it
    for path in (out, unbroken):
        with pytest.raises(SystemExit) as ended:
            main(["annotate", *arguments, "--out", str(path)])
        assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert f"60 posts, {kept} of them from an earlier start" in printed
    assert not partial.exists()
    assert records(out) == records(unbroken)


@pytest.mark.slow
def test_two_workers_write_what_one_writes(examples, tiny_checkpoint, whole, tmp_path):
    out = tmp_path / "run.jsonl"
    done = run(examples, tiny_checkpoint, out, workers=2)
    assert (done.posts, done.failed) == (len(examples), ())
    assert records(out) == records(whole)


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """What is started hears Ctrl-C even where these tests run in the background and do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_ends_in_one_line_and_keeps_what_is_done(tiny_checkpoint, tmp_path, long_file):
    out = tmp_path / "run.parquet"
    partial = tmp_path / "run.parquet.partial.jsonl"
    words = command(*long_file, "--checkpoint", tiny_checkpoint, "--out", out, "--workers", 2)
    with subprocess.Popen(
        words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_for_lines(partial, 3, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "stopped; the same command goes on from here" in errors
    kept = [json.loads(line)["record"]["post"]["id"] for line in partial.read_bytes().splitlines()]
    assert len(kept) >= 3
