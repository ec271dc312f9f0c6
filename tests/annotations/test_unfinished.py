import resource

import pytest

from core.annotations.unfinished import UnfinishedRun
from core.errors import InputError
from core.records import Example

MADE_WITH = "tiny@123"  # as the records of `make_record`


@pytest.fixture
def examples(make_record):
    post = make_record().post
    return {
        name: Example(id=name, text=post.text, tokens=tuple(post.tokens)) for name in ("a", "b")
    }


@pytest.fixture
def out(tmp_path, make_record):
    """Where a run will end up that was killed after post b."""
    out = tmp_path / "run.parquet"
    with UnfinishedRun(out) as run:
        run.append(make_record("b"))
    return out


def partial(out):
    return out.with_name("run.parquet.partial.jsonl")


def test_what_was_made_is_taken_over(out, examples, make_record):
    with UnfinishedRun(out) as run:
        assert run.path == partial(out)
        run.resume(examples, MADE_WITH)
        assert (len(run), "a" in run, "b" in run) == (1, False, True)
        run.append(make_record("a"))
        assert list(run.records(["a", "none", "b"])) == [make_record("a"), make_record("b")]


@pytest.mark.parametrize("rest", [b"{", b'{"schema_version":"1.2","task":"mner"', b"x" * 100])
def test_a_line_that_a_kill_cut_off_is_removed(out, examples, make_record, rest):
    whole = partial(out).read_bytes()
    partial(out).write_bytes(whole + rest)
    with UnfinishedRun(out) as run:
        run.resume(examples, MADE_WITH)
        assert len(run) == 1
        run.append(make_record("a"))
        assert [record.post.id for record in run.records("ab")] == ["a", "b"]
    assert partial(out).read_bytes().startswith(whole)
    assert partial(out).read_bytes().count(b"\n") == 2


def test_a_run_may_start_anew(out, examples, make_record):
    with UnfinishedRun(out) as run:
        run.clear()
        assert len(run) == 0
        run.append(make_record("a"))
        assert list(run.records(["a"])) == [make_record("a")]
    assert partial(out).read_bytes().count(b"\n") == 1


def refused(out, examples, made_with=MADE_WITH):
    before = partial(out).read_bytes()
    with UnfinishedRun(out) as run, pytest.raises(InputError) as raised:
        run.resume(examples, made_with)
    assert partial(out).read_bytes() == before
    assert str(raised.value).startswith(f"{partial(out)}: ")
    assert str(raised.value).endswith("; delete it, or start anew with --no-resume")
    return str(raised.value)


def test_a_run_of_another_checkpoint_is_refused(out, examples):
    assert "was begun with tiny@123, not tiny@456" in refused(out, examples, "tiny@456")


def test_a_run_over_other_posts_is_refused(out, examples):
    assert "holds post 'b', which is not among these posts" in refused(out, {"a": examples["a"]})
    other = examples["b"].model_copy(update={"text": "Another sentence"})
    assert "not among these posts" in refused(out, {**examples, "b": other})


def test_a_run_with_other_contexts_is_refused(out, examples, make_record):
    contexts = tuple(make_record().contexts)
    with UnfinishedRun(out) as run:
        run.resume({"b": examples["b"].model_copy(update={"contexts": contexts})}, MADE_WITH)
    other = examples["b"].model_copy(update={"contexts": contexts[:1]})
    assert "with other contexts" in refused(out, {"b": other})


def test_a_file_that_is_no_run_is_refused_and_kept(out, examples):
    partial(out).write_text("my notes\n", encoding="utf-8")
    assert "is no Record" in refused(out, examples)


def test_two_processes_do_not_write_the_same_run(out):
    with UnfinishedRun(out), pytest.raises(InputError, match="another run is writing it"):
        UnfinishedRun(out)
    UnfinishedRun(out).__exit__(None, None, None)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        UnfinishedRun(tmp_path / "no" / "run.parquet")


def test_a_full_disk_keeps_the_whole_records(out, examples, make_record):
    limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with UnfinishedRun(out) as run:
        run.resume(examples, MADE_WITH)
        resource.setrlimit(resource.RLIMIT_FSIZE, (partial(out).stat().st_size + 10, hard))
        try:
            with pytest.raises(InputError, match="cannot be written"):
                run.append(make_record("a"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    with UnfinishedRun(out) as run:
        run.resume(examples, MADE_WITH)
        assert (len(run), "b" in run) == (1, True)
