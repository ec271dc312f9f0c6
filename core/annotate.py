"""Many posts through the pipeline into one annotation file; a run that was killed goes on."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import torch

from core.amounts import amount
from core.annotations.columns import About
from core.annotations.files import read_annotations, write_annotations
from core.annotations.gold import marked_by_people
from core.annotations.record_lines import read_records_jsonl, write_records_jsonl
from core.annotations.unfinished import UnfinishedRun
from core.config import HeadConfig
from core.contexts.precomputed import load_all_contexts
from core.datasets.files import Loaded
from core.datasets.photo_folder import read_photo_folder
from core.devices import choose_device
from core.errors import InputError
from core.evaluation.gold import check_gold, is_annotated, is_labelled
from core.images import read_image
from core.pipeline import Pipeline
from core.posts import read_dataset
from core.records import Example, Record
from core.training.checkpoint import Checkpoint, load_checkpoint
from core.workers import in_processes

# Number of posts done, of all, and of those that could not be read.
Progress = Callable[[int, int, int], None]

FORMS = (".parquet", ".jsonl")


@dataclass(frozen=True)
class Annotated:
    """How a run ended.

    Attributes:
        posts: Number of posts in the file.
        resumed: Of these, how many an earlier process had made.
        failed: The posts that could not be read: id and reason.
    """

    posts: int
    resumed: int
    failed: tuple[str, ...]


def load_posts(
    file: Path | None,
    folder: Path | None,
    *,
    dataset: str,
    contexts: Sequence[Path] = (),
    images: Path | None = None,
    split: str | None = None,
    skip_bad_lines: bool = False,
) -> Loaded:
    """Read the posts of a file, as `core.posts.read_dataset` does, or else of a folder.

    Raises:
        InputError: Both or neither are given, a folder comes with what belongs to a file, or what
            is given cannot be read.
    """
    if folder is None and file is not None:
        return read_dataset(dataset, file, contexts, images, split, skip_bad_lines=skip_bad_lines)
    if folder is None or file is not None:
        raise InputError("posts come from a file or a folder; give one of --file and --folder")
    if images or split:
        raise InputError(
            "a --folder has its photos beside the texts, and no splits; leave --images and --split "
            "out"
        )
    known = load_all_contexts(contexts, skip_bad_lines=skip_bad_lines)
    loaded = read_photo_folder(folder, known.by_image)
    known.check_used(loaded.examples)
    return Loaded(loaded.examples, (*known.skipped, *loaded.skipped))


def annotate(
    examples: Sequence[Example],
    checkpoint: str | Path,
    out: Path,
    *,
    dataset: str,
    command: str,
    device: str = "auto",
    describe: bool = True,
    workers: int = 1,
    resume: bool = True,
    progress: Progress | None = None,
) -> Annotated:
    """Analyse posts and write their Records, with what people say of them, to one file.

    A post that cannot be read is left out and told of. Records are kept in `<out>.partial.jsonl`
    as they are made; started again with the same arguments, a run goes on after the last of them,
    and makes anew what was made of posts that have changed since.

    Args:
        examples: The posts.
        checkpoint: Name or folder.
        out: The file: `.parquet` (see `core.annotations`), or `.jsonl`, one Record a line. Posts
            are in it in their order; what was there is replaced once all is done.
        dataset: What the posts are, in words.
        command: That makes the same file.
        device: See `core.devices`.
        describe: Whether the models that ship describe the photos of posts without contexts.
        workers: Number of processes, each with a model of its own.
        resume: Whether to go on with what an earlier process left, instead of starting anew.
        progress: Called at the start and after each post.

    Raises:
        InputError: There are no posts or none can be read, an id occurs twice, a gold answer is
            none that the checkpoint could give, the checkpoint is missing, the file cannot be
            written or holds what this run does not make, or what an earlier process left is of
            another run.
    """
    _check(examples, out, workers)
    device = choose_device(device)
    ready = load_checkpoint(checkpoint)
    _check_gold(examples, ready.config.head, dataset)
    failed: list[str] = []
    with UnfinishedRun(out, examples, describe=describe) as run:
        if resume:
            run.resume(ready.fingerprints["checkpoint"])
        else:
            run.clear()
        resumed = len(run)
        waiting = [example for example in examples if example.id not in run]
        if workers == 1:
            results = _in_this_process(ready, device, waiting, describe)
        else:
            results = in_processes(
                partial(_in_worker, checkpoint, device, describe), waiting, workers=workers
            )
        with closing(results):
            _report(progress, run, failed, examples)
            for result in results:
                if isinstance(result, Record):
                    run.append(result)
                else:
                    failed.append(result)
                _report(progress, run, failed, examples)
        _finish(run, out, failed, ready.config.head, _about(ready, dataset, command))
        return Annotated(len(run), resumed, tuple(failed))


def annotate_post(pipeline: Pipeline, example: Example, *, describe: bool) -> Record | str:
    """Return the Record of a post, or why it cannot be read; for `describe` see `annotate`."""
    contexts = list(example.contexts)
    try:
        return pipeline.analyse(
            example.text,
            read_image(example.image) if example.image else None,
            contexts or (None if describe else contexts),
            tokens=example.tokens,
            id=example.id,
            pair=example.pair,
        )
    except InputError as error:
        return f"{example.id}: {error}"


def _check(examples: Sequence[Example], out: Path, workers: int) -> None:
    if out.suffix not in FORMS:
        raise InputError(f"{out}: is written as {' or '.join(FORMS)}; let its name end so")
    if workers < 1:
        raise InputError(f"{workers} workers cannot do anything; give 1 or more")
    if not examples:
        raise InputError("there is no post to annotate; give a file with some")
    name, times = Counter(example.id for example in examples).most_common(1)[0]
    if times > 1:
        raise InputError(f"id {name!r} occurs {times} times among the posts; rename all but one")
    if out.exists():
        _check_replaceable(out, {example.id for example in examples})


def _check_replaceable(out: Path, ids: Set[str]) -> None:
    """Refuse to replace what this run does not make anew: other posts, or the posts themselves."""
    try:
        if out.suffix == ".jsonl":
            there = [record.post.id for record in read_records_jsonl(out)]
        else:
            there = list(read_annotations(out).table["id"])
    except InputError as error:
        raise InputError(
            f"{out} holds something else than Records, which would be lost ({error}); name another "
            "--out, or remove it"
        ) from None
    if others := [name for name in there if name not in ids]:
        raise InputError(
            f"{out} holds {amount(len(others), 'post')} that would be lost, such as {others[0]!r}: "
            "this run does not read them; name another --out, or remove it"
        )


def _check_gold(examples: Sequence[Example], head: HeadConfig, dataset: str) -> None:
    """Refuse gold answers that the model cannot give, as `evaluate` does: they only look wrong."""
    asked = [post for post in examples if is_annotated(post, head) or is_labelled(post, head)]
    check_gold([post for post in asked if post.tokens], head, dataset)


def _in_this_process(
    ready: Checkpoint, device: str, examples: Sequence[Example], describe: bool
) -> Generator[Record | str]:
    """Yield what becomes of each post.

    With one thread, as in a worker: sums are then added in the same order, to the last bit, and a
    post alone is too small to gain by more.
    """
    if not examples:
        return
    pipeline = Pipeline(ready, device=device)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for example in examples:
            yield annotate_post(pipeline, example, describe=describe)
    finally:
        torch.set_num_threads(threads)


def _in_worker(
    checkpoint: str | Path, device: str, describe: bool, example: Example
) -> Record | str:
    return annotate_post(_worker_pipeline(checkpoint, device), example, describe=describe)


@cache
def _worker_pipeline(checkpoint: str | Path, device: str) -> Pipeline:
    """Load a worker's own pipeline, once; workers share the cores, one thread each."""
    torch.set_num_threads(1)
    return Pipeline.load(checkpoint, device)


def _report(
    progress: Progress | None, run: UnfinishedRun, failed: list[str], examples: Sequence[Example]
) -> None:
    if progress:
        progress(len(run) + len(failed), len(examples), len(failed))


def _about(ready: Checkpoint, dataset: str, command: str) -> About:
    return About(
        task=ready.config.head.task,
        checkpoint=ready.fingerprints["checkpoint"],
        dataset=dataset,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
    )


def _finish(
    run: UnfinishedRun, out: Path, failed: list[str], head: HeadConfig, about: About
) -> None:
    if not len(run):
        raise InputError(
            f"none of {amount(len(failed), 'post')} can be read; the first: {failed[0]}"
        )
    # What people say is added last: it may have been corrected since the Record was made.
    records = (
        record.model_copy(update={"gold": marked_by_people(record, example, head)})
        for example, record in run.records()
    )
    if out.suffix == ".jsonl":
        write_records_jsonl(out, records)
    else:
        write_annotations(out, records, about=about)
    run.path.unlink()
