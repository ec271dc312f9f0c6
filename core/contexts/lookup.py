"""What the store knows of many photos, before anything is generated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.contexts.generator import ContextGenerator
from core.contexts.importing import DamagedLine, import_contexts
from core.contexts.photos import Photo
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import read_digest

# Number of photos done, of all, and of those that failed.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class LookedUp:
    """Photos, and which of them are to be described.

    Attributes:
        photos: All of them, in order.
        digests: SHA-256 of those that can be read, by id.
        unreadable: Why the others cannot, by id.
        missing: Those that the store does not know, by digest: several may have the same bytes.
        damaged: Lines of the file to be written that cannot be read.
        warnings: What cannot be read in that file and in those imported, as `file:line: why`.
    """

    photos: tuple[Photo, ...]
    digests: Mapping[str, str]
    unreadable: Mapping[str, str]
    missing: Mapping[str, tuple[Photo, ...]]
    damaged: tuple[DamagedLine, ...]
    warnings: tuple[str, ...]

    @property
    def known(self) -> int:
        """Number of photos whose contexts the store knows."""
        return len(self.digests) - sum(len(same) for same in self.missing.values())


def look_up(
    photos: Sequence[Photo],
    generator: ContextGenerator,
    store: ContextStore,
    out: Path,
    *,
    imported: Sequence[Path] = (),
    progress: Progress | None = None,
) -> LookedUp:
    """Return what is missing, after the store took what files hold; no photo is decoded.

    Args:
        photos: Each with an id of its own.
        generator: That is to describe what is missing.
        store: That may know some.
        out: The file to be written; what it holds already, from the same generator, counts.
        imported: Files whose contexts count as the generator's; see `import_contexts`.
        progress: Called at the start and after each photo.

    Raises:
        InputError: As for `import_contexts`.
    """
    digests, unreadable = _digests(photos, progress)
    damaged: list[DamagedLine] = []
    if out.exists():
        damaged = import_contexts(out, digests, generator, store, unsigned=False)
    warnings = [line.reason for line in damaged]
    for path in imported:
        others = import_contexts(path, digests, generator, store)
        warnings += [line.reason for line in others]
    missing: dict[str, tuple[Photo, ...]] = {}
    for photo in photos:
        sha256 = digests.get(photo.id)
        if sha256 and (sha256 in missing or store.find(sha256, generator) is None):
            missing[sha256] = (*missing.get(sha256, ()), photo)
    return LookedUp(tuple(photos), digests, unreadable, missing, tuple(damaged), tuple(warnings))


def _digests(
    photos: Sequence[Photo], progress: Progress | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the digest of each photo by its id, and why others have none."""
    digests: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for done, photo in enumerate(photos):
        if progress:
            progress(done, len(photos), len(unreadable))
        try:
            digests[photo.id] = read_digest(photo.path)
        except InputError as error:
            unreadable[photo.id] = str(error)
    if progress:
        progress(len(photos), len(photos), len(unreadable))
    return digests, unreadable
