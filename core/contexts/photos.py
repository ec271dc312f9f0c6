"""The photos of a folder, by the ids that contexts are keyed by."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from core.errors import InputError
from core.images import SUFFIXES


@dataclass(frozen=True)
class Photo:
    """A file that ends like a photo.

    Attributes:
        id: Its name without the ending.
        path: Where it lies.
    """

    id: str
    path: Path


def find_photos(folder: Path) -> list[Photo]:
    """Return the photos of a folder and of the folders in it, in order of their paths.

    Passed over are hidden files and folders, folders that are links, and other files.

    Raises:
        InputError: A folder cannot be read, there is no photo, or two have the same id.
    """
    paths: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(parent, name) for name in names if not name.startswith(".")]
    photos = [Photo(_id(path), path) for path in sorted(paths) if path.suffix.lower() in SUFFIXES]
    if not photos:
        raise InputError(f"{folder}: holds no photo; give a folder of {', '.join(SUFFIXES)} files")
    seen: dict[str, Path] = {}
    for photo in photos:
        if photo.id in seen:
            raise InputError(
                f"{photo.path} and {seen[photo.id]} have one id, {photo.id!r}; rename one"
            )
        seen[photo.id] = photo.path
    return photos


def _id(path: Path) -> str:
    """Return the name as text, whatever bytes the system lets it be made of."""
    name = os.fsencode(path.stem).decode("utf-8", "replace").strip()
    if not name:
        raise InputError(f"{path}: has no name before its ending; give it one")
    return name


def _refuse(error: OSError) -> NoReturn:
    raise InputError(f"{error.filename}: cannot be read ({error.strerror}); give a folder")
