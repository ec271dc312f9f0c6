"""Contexts kept on disk, so that no photo is described twice by the same generator.

An entry's name is a hash of what decides its content: the photo's bytes and the generator's
fingerprint. Entries are never changed, so there is nothing to invalidate.
"""

import hashlib
import logging
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from core.contexts.generator import ContextGenerator
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context, Frozen
from core.replacing import replacing

_log = logging.getLogger(__name__)


class _Entry(Frozen):
    contexts: list[Context]


class ContextStore:
    """A folder of cached contexts; any number of threads and processes may share it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Name the folder; it is created by the first write.

        Args:
            folder: Where entries lie; the user's cache folder when None.
        """
        default = Path(platformdirs.user_cache_dir("shap-ca", appauthor=False)) / "contexts"
        self.folder = default if folder is None else folder

    def get_or_generate(self, image: LoadedImage, generator: ContextGenerator) -> list[Context]:
        """Return the photo's contexts, from disk when they are there and whole.

        A folder that cannot be written costs time, not the answer.

        Raises:
            InputError: The generator cannot work, or not on this photo.
        """
        known = self.find(image.sha256, generator)
        if known is not None:
            return known
        [written] = generator.generate([image])
        if isinstance(written, InputError):
            raise written
        try:
            self.keep(image.sha256, generator, written)
        except InputError as error:
            _log.warning("%s", error)
        return written

    def find(self, sha256: str, generator: ContextGenerator) -> list[Context] | None:
        """Return what this generator once said of a photo, None when that is not known.

        A damaged entry is renamed to end in ".damaged", reported as a warning, and not known.

        Args:
            sha256: Of the photo's bytes: `LoadedImage.sha256`, or `core.images.read_digest`.
            generator: That is asked.
        """
        path = self._path(sha256, generator)
        try:
            return _Entry.model_validate_json(path.read_bytes()).contexts
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("The cached contexts %s cannot be read: %s", path, error)
        except ValidationError:
            _log.warning("The cached contexts %s are damaged and are made anew.", path)
            _set_aside(path)
        return None

    def keep(self, sha256: str, generator: ContextGenerator, contexts: list[Context]) -> None:
        """Remember what a generator says of a photo; of several writers the last one wins.

        Raises:
            InputError: The folder cannot be written.
        """
        path = self._path(sha256, generator)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:  # a reader sees a whole entry or none
                temporary.write_text(_Entry(contexts=contexts).model_dump_json(), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"Contexts cannot be cached in {self.folder} ({error.strerror}): make room, or "
                "name another folder."
            ) from None

    def _path(self, sha256: str, generator: ContextGenerator) -> Path:
        key = hashlib.sha256(f"{sha256}\n{generator.fingerprint}".encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.json"


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_suffix(".damaged"))
    except OSError as error:
        _log.warning("%s cannot be set aside: %s", path, error)
