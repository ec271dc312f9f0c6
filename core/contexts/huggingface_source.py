"""Where a model of Hugging Face lies, and in which state: what a cache must know of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, hf_hub_download

from core.errors import InputError
from core.weights import resolve_model, sha256_file

_DECIDING = (".jinja", ".json", ".model", ".safetensors", ".txt")
_DIGITS = 12
_HUB_SECONDS = 10.0


@dataclass(frozen=True)
class ModelSource:
    """Where a model lies, and in which state.

    Attributes:
        location: A folder, or an id to download.
        name: The id, or the name of the folder.
        revision: The commit, or a hash of the folder's files.
        is_cached: The folder is what was downloaded of the id, perhaps not all of it.
    """

    location: Path | str
    name: str
    revision: str
    is_cached: bool = False

    @property
    def label(self) -> str:
        """The model, as `Context.model` says it."""
        return f"{self.name}@{self.revision[:_DIGITS]}"


def find_model(name_or_path: str, revision: str | None = None) -> ModelSource:
    """Return where a model lies, without loading it.

    The files of a folder are hashed, weights included, so that a model that was trained on has
    another revision.

    Args:
        name_or_path: A Hugging Face id, or the folder of a saved model.
        revision: Branch, tag or commit of an id; None: what was downloaded before, else the newest.

    Raises:
        InputError: It is neither a folder nor an id in reach, or has no such revision.
    """
    location = resolve_model(name_or_path, revision)
    if isinstance(location, str):
        return ModelSource(location, location, _fetch_commit(location, revision))
    if location.parent.name == "snapshots" and not Path(name_or_path).is_dir():
        return ModelSource(location, name_or_path, location.name, is_cached=True)
    return ModelSource(location, location.resolve().name, _hash_files(location))


def can_be_fetched(source: ModelSource) -> bool:
    """Return whether the hub has that commit and answers: a download would retry for long."""
    try:
        HfApi().model_info(source.name, revision=source.revision, timeout=_HUB_SECONDS)
    except (OSError, httpx2.HTTPError):
        return False
    return True


def _fetch_commit(hub_id: str, revision: str | None) -> str:
    """Download the config and return its commit.

    With it the cache keeps which commit a branch stands for; models are then loaded by commit,
    and without that they would not be found again by their id.
    """
    try:
        config = hf_hub_download(
            hub_id, "config.json", revision=revision, etag_timeout=_HUB_SECONDS
        )
    except (OSError, httpx2.HTTPError) as error:
        raise InputError(
            f"The hub does not give the config.json of {hub_id!r}: check the name and the network, "
            "or give the folder of a saved model."
        ) from error
    return Path(config).parent.name


def _hash_files(folder: Path) -> str:
    if not (folder / "config.json").is_file():
        raise InputError(
            f"{folder} holds no model: it needs config.json, model.safetensors and the files of "
            "the processor, as save_pretrained writes them."
        )
    digest = hashlib.sha256()
    try:
        files = [file for place in ("*", "*/*") for file in folder.glob(place) if file.is_file()]
        for file in sorted(file for file in files if file.suffix in _DECIDING):
            digest.update(f"{file.relative_to(folder).as_posix()} {sha256_file(file)}\n".encode())
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}): check its files.") from error
    return digest.hexdigest()
