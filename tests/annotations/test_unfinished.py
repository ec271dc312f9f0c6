import resource
from pathlib import Path

import pytest

from core.annotations.unfinished import UnfinishedRun
from core.errors import InputError
from core.images import read_image
from core.records import Context, Example, Pair

MADE_WITH = "tiny@123"  # as the records of `made`


@pytest.fixture
def made(make_record):
    """Build the Record of a post without a photo."""
    return lambda name="a", **changes: make_record(name, image=False, **changes)


@pytest.fixture
def examples(made):
    post = made().post
    return [Example(id=name, text=post.text, tokens=tuple(post.tokens)) for name in ("a", "b")]


@pytest.fixture
def out(tmp_path, examples, made):
    """Where a run will end up that was killed after post b."""
    out = tmp_path / "run.parquet"
    with UnfinishedRun(out, examples) as run:
        run.append(made("b"))
    return out


def partial(out):
    return out.with_name("run.parquet.partial.jsonl")


def names(run):
    return [(example.id, record.post.id) for example, record in run.records()]


def test_what_was_made_is_taken_over(out, examples, made):
    with UnfinishedRun(out, examples) as run:
        assert run.path == partial(out)
        run.resume(MADE_WITH)
        assert (len(run), "a" in run, "b" in run) == (1, False, True)
        run.append(made("a"))
        assert list(run.records()) == [
            (examples[0], made("a")),
            (examples[1], made("b")),
        ]


@pytest.mark.parametrize("rest", [b"{", b'{"given":"1f","record":{"task"', b"x" * 100])
def test_a_line_that_a_kill_cut_off_is_removed(out, examples, made, rest):
    whole = partial(out).read_bytes()
    partial(out).write_bytes(whole + rest)
    with UnfinishedRun(out, examples) as run:
        run.resume(MADE_WITH)
        assert len(run) == 1
        run.append(made("a"))
        assert names(run) == [("a", "a"), ("b", "b")]
    assert partial(out).read_bytes().startswith(whole)
    assert partial(out).read_bytes().count(b"\n") == 2


def test_a_run_may_start_anew(out, examples, made):
    with UnfinishedRun(out, examples) as run:
        run.clear()
        assert len(run) == 0
        run.append(made("a"))
        assert names(run) == [("a", "a")]
    assert partial(out).read_bytes().count(b"\n") == 1


def refused(out, examples, made_with=MADE_WITH):
    before = partial(out).read_bytes()
    with UnfinishedRun(out, examples) as run, pytest.raises(InputError) as raised:
        run.resume(made_with)
    assert partial(out).read_bytes() == before
    assert str(raised.value).startswith(f"{partial(out)}: ")
    assert str(raised.value).endswith("; delete it, or start anew with --no-resume")
    return str(raised.value)


def test_a_run_of_another_checkpoint_is_refused(out, examples):
    assert "was begun with tiny@123, not tiny@456" in refused(out, examples, "tiny@456")


def test_a_run_over_other_posts_is_refused(out, examples):
    assert "holds post 'b', which is not among these posts" in refused(out, examples[:1])


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Another sentence"},
        {"tokens": ()},
        {"contexts": (Context(text="a harbour", generator="typed"),)},
        {"pair": Pair(head=(0, 1), tail=(1, 2))},
        {"image": Path("no/photo.jpg")},
    ],
)
def test_what_was_made_of_a_post_that_has_changed_is_made_anew(out, examples, made, change):
    changed = [examples[0], examples[1].model_copy(update=change)]
    with UnfinishedRun(out, changed) as run:
        run.resume(MADE_WITH)
        assert len(run) == 0
        run.append(made("b"))
    for posts, kept in ((examples, 1), (changed, 0 if "image" in change else 1)):
        with UnfinishedRun(out, posts) as run:
            run.resume(MADE_WITH)
            assert len(run) == kept


def test_a_photo_is_known_by_its_bytes(tmp_path, examples, make_record, data_root):
    photo, other = (data_root / "images" / f"{colour}.png" for colour in ("red", "blue"))
    moved = tmp_path / "moved.png"
    moved.write_bytes(photo.read_bytes())
    shown, out = examples[0].model_copy(update={"image": photo}), tmp_path / "run.jsonl"
    record = make_record("a")
    seen = record.post.model_copy(update={"image": read_image(photo).info})
    with UnfinishedRun(out, [shown]) as run:
        run.append(record.model_copy(update={"post": seen}))
    for image, kept in ((photo, 1), (moved, 1), (other, 0), (None, 0)):
        with UnfinishedRun(out, [shown.model_copy(update={"image": image})]) as run:
            run.resume(MADE_WITH)
            assert len(run) == kept


def test_what_people_say_is_no_part_of_what_a_record_was_made_of(out, examples):
    corrected = [example.model_copy(update={"entities": ()}) for example in examples]
    with UnfinishedRun(out, corrected) as run:
        run.resume(MADE_WITH)
        assert [example for example, _ in run.records()] == corrected[1:]


def test_a_file_that_is_no_run_is_refused_and_kept(out, examples):
    partial(out).write_text("my notes\n", encoding="utf-8")
    assert "is no unfinished run" in refused(out, examples)


def test_two_processes_do_not_write_the_same_run(out, examples):
    with UnfinishedRun(out, examples), pytest.raises(InputError, match="another run is writing it"):
        UnfinishedRun(out, examples)
    UnfinishedRun(out, examples).__exit__(None, None, None)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        UnfinishedRun(tmp_path / "no" / "run.parquet", [])


def test_a_full_disk_keeps_the_whole_records(out, examples, made):
    limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with UnfinishedRun(out, examples) as run:
        run.resume(MADE_WITH)
        resource.setrlimit(resource.RLIMIT_FSIZE, (partial(out).stat().st_size + 10, hard))
        try:
            with pytest.raises(InputError, match="cannot be written"):
                run.append(made("a"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    with UnfinishedRun(out, examples) as run:
        run.resume(MADE_WITH)
        assert (len(run), "b" in run) == (1, True)
