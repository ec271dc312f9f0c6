"""Contexts of many photos in one file, of which only what is missing is generated.

The store takes every answer as it comes, so a killed run goes on where it was and nothing is asked
or paid for twice. The file is made from the store at the end, in the order of the photos, and
appears whole; what it held before, the store has taken when it was looked up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from core.contexts.context_lines import context_lines
from core.contexts.generator import ContextGenerator, Written
from core.contexts.importing import DamagedLine
from core.contexts.lookup import LookedUp, Progress
from core.contexts.photos import Photo
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage, read_image
from core.records import Frozen
from core.replacing import replacing, replacing_alone

_VANISHED = "what the store knew of it is gone or damaged; start again"


class Failure(Frozen):
    """A photo without an answer, and why."""

    image_id: str
    reason: str


@dataclass(frozen=True)
class Generated:
    """How a run ended.

    Attributes:
        contexts: Number of contexts in the file.
        described: Number of photos described now; the others the store knew, or they failed.
        failed: Photos that are not in the file, in order.
    """

    contexts: int
    described: int
    failed: tuple[Failure, ...]


@dataclass
class _Run:
    """What has become of photos so far."""

    failed: dict[str, str]
    described: int = 0

    def add(self, photos: Sequence[Photo], written: Written) -> None:
        if isinstance(written, InputError):
            self.failed.update((photo.id, str(written)) for photo in photos)
            return
        self.described += len(photos)


def generate_contexts(
    found: LookedUp,
    generator: ContextGenerator,
    store: ContextStore,
    out: Path,
    *,
    progress: Progress | None = None,
) -> Generated:
    """Describe the photos that are missing, and write the contexts of all into one file.

    Photos that failed go with their reasons into `<out>.failed`, and are tried again by the next
    run. Damaged lines of the file that is replaced are kept in `<out>.damaged`.

    Args:
        found: The photos, looked up for this generator, store and file.
        generator: Describes up to `at_once` photos in one call.
        store: Keeps the answers.
        out: Lines as `context_lines` writes them.
        progress: Called at the start and after each call of the generator.

    Raises:
        InputError: The generator cannot work, no photo has an answer, another run writes the same
            file, or the file or the store cannot be written.
    """
    run = _Run(dict(found.unreadable))
    try:
        with replacing_alone(out) as file:
            _report(progress, run, found)
            for part in _parts(found, generator, store):
                answers = _describe(part, found.digests, generator, store)
                for same, written in zip(part, answers, strict=True):
                    run.add(same, written)
                _report(progress, run, found)
            contexts = _write(file, found, run, generator, store)
            failed = _write_failed(out, found, run)
            _set_aside(out, found.damaged)
    except BlockingIOError:
        raise InputError(
            f"{out}: another run is writing it; wait for it or name another --out"
        ) from None
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written ({error.strerror}); make room or name another --out"
        ) from None
    return Generated(contexts, run.described, failed)


def _report(progress: Progress | None, run: _Run, found: LookedUp) -> None:
    if progress:
        done = found.known + run.described + len(run.failed)
        progress(done, len(found.photos), len(run.failed))


def _parts(
    found: LookedUp, generator: ContextGenerator, store: ContextStore
) -> Iterator[list[tuple[Photo, ...]]]:
    """Yield what the generator takes at once: photos, each with those of the same bytes."""
    # Asked again: another run may have described some since they were looked up.
    waiting = (
        same for sha256, same in found.missing.items() if store.find(sha256, generator) is None
    )
    while part := list(islice(waiting, generator.at_once)):
        yield part


def _describe(
    part: Sequence[tuple[Photo, ...]],
    digests: Mapping[str, str],
    generator: ContextGenerator,
    store: ContextStore,
) -> list[Written]:
    """Return an answer a photo, after the store has taken those that are contexts."""
    read = [_read(same[0], digests[same[0].id]) for same in part]
    images = [image for image in read if isinstance(image, LoadedImage)]
    written = iter(generator.generate(images) if images else [])
    answers: list[Written] = []
    for image in read:
        answer = next(written) if isinstance(image, LoadedImage) else image
        if isinstance(image, LoadedImage) and not isinstance(answer, InputError):
            store.keep(image.sha256, generator, answer)
        answers.append(answer)
    return answers


def _read(photo: Photo, sha256: str) -> LoadedImage | InputError:
    try:
        image = read_image(photo.path)
    except InputError as error:
        return error
    if image.sha256 != sha256:
        return InputError(f"{photo.path} has changed since the run began; start again")
    return image


def _write(
    file: BinaryIO, found: LookedUp, run: _Run, generator: ContextGenerator, store: ContextStore
) -> int:
    """Write every photo that did not fail; return the number of contexts."""
    count = 0
    for photo in found.photos:
        if photo.id in run.failed:
            continue
        sha256 = found.digests[photo.id]
        contexts = store.find(sha256, generator)
        if contexts is None:
            run.failed[photo.id] = _VANISHED
            continue
        file.write(context_lines(photo.id, sha256, contexts, generator))
        count += len(contexts)
    return count


def _write_failed(out: Path, found: LookedUp, run: _Run) -> tuple[Failure, ...]:
    """Write what failed beside the file, or remove what failed earlier; return it.

    Raises:
        InputError: Everything failed.
    """
    failed = tuple(
        Failure(image_id=photo.id, reason=run.failed[photo.id])
        for photo in found.photos
        if photo.id in run.failed
    )
    path = out.with_name(f"{out.name}.failed")
    if not failed:
        path.unlink(missing_ok=True)
        return failed
    with replacing(path) as temporary:
        lines = "".join(f"{failure.model_dump_json()}\n" for failure in failed)
        temporary.write_text(lines, encoding="utf-8")
    if len(failed) == len(found.photos):
        raise InputError(
            f"none of {len(failed)} photos can be described; the first: {failed[0].reason}"
        )
    return failed


def _set_aside(out: Path, damaged: Sequence[DamagedLine]) -> None:
    """Keep damaged lines, which the file is about to lose."""
    if damaged:
        with out.with_name(f"{out.name}.damaged").open("ab") as file:
            file.writelines(line.raw + b"\n" for line in damaged)
