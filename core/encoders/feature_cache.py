"""Image features on disk: encoding a photo twice is a waste, and training asks many times.

One small file per photo, named by what decides its content: `<encoder>/<ab>/<photo>.safetensors`,
SHA-256 throughout. Nothing can go stale, so nothing is ever invalidated.
"""

import hashlib
import logging
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import platformdirs
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from tqdm import tqdm

from core.encoders.image_features import ImageEncoder, ImageFeatures
from core.images import LoadedImage, read_bytes, read_image

_logger = logging.getLogger(__name__)
_PHOTOS_AT_ONCE = 32  # decoded at the same time, some 3 MB each
_LARGEST_HALF = torch.finfo(torch.float16).max


class FeatureCache:
    """Gives the features of photos, encoding only those that were never seen.

    Ours: stored and returned at float16 precision, whether just computed or read, so that results
    do not depend on what happens to be cached. Several processes may share a folder.
    """

    def __init__(self, encoder: ImageEncoder, folder: Path | None = None) -> None:
        """Keep features of `encoder` under `folder`, by default the user's cache folder."""
        self.encoder = encoder
        root = folder or Path(platformdirs.user_cache_dir("shap-ca")) / "image-features"
        self.folder = root / encoder.fingerprint[:16]

    def get(self, images: Sequence[Path | LoadedImage], *, progress: bool = False) -> ImageFeatures:
        """Return the features of these photos, in their order.

        Args:
            images: Photos, loaded or by path; the same one may occur several times. The answer is
                held in memory: 49 regions of width 1280 are 250 KB a photo.
            progress: Show a bar on the standard error.

        Raises:
            InputError: A photo cannot be read.
        """
        rows, columns = self.encoder.grid
        regions = torch.empty(len(images), rows * columns, self.encoder.width)  # (B, R, D)
        pooled = torch.empty(len(images), self.encoder.width)  # (B, D)
        with tqdm(total=len(images), desc="photos", unit="", disable=not progress) as bar:
            for start in range(0, len(images), _PHOTOS_AT_ONCE):
                part = self._get_some(images[start : start + _PHOTOS_AT_ONCE])
                for place, (of_regions, of_pooled) in enumerate(part, start):
                    regions[place], pooled[place] = of_regions, of_pooled
                bar.update(len(part))
        return ImageFeatures(regions, pooled)

    def _get_some(self, images: Sequence[Path | LoadedImage]) -> list[tuple[Tensor, Tensor]]:
        """Read what is stored and encode the rest in one go, each photo once."""
        digests = [_sha256(image) for image in images]
        distinct = dict(zip(digests, images, strict=True))
        stored = {digest: self._read(digest) for digest in distinct}
        encoded = self._encode({d: distinct[d] for d, value in stored.items() if value is None})
        return [stored[digest] or encoded[digest] for digest in digests]

    def _encode(self, missing: dict[str, Path | LoadedImage]) -> dict[str, tuple[Tensor, Tensor]]:
        """Encode photos by digest and store each."""
        loaded = [
            image if isinstance(image, LoadedImage) else read_image(image)
            for image in missing.values()
        ]
        features = self.encoder.encode([image.pixels for image in loaded])
        regions, pooled = _half(features.regions), _half(features.pooled)
        try:
            for image, of_regions, of_pooled in zip(loaded, regions, pooled, strict=True):
                self._write(image.sha256, of_regions, of_pooled)
        # A full or read-only disk costs time at the next start, never the answer.
        except OSError as error:
            _logger.warning("Image features cannot be kept in %s: %s", self.folder, error)
        return dict(zip(missing, zip(regions, pooled, strict=True), strict=True))

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.safetensors"

    def _read(self, digest: str) -> tuple[Tensor, Tensor] | None:
        """Return regions (R, D) and pooled (D) as stored; None if absent, damaged or misshapen."""
        try:
            stored = load(self._path(digest).read_bytes())
            regions, pooled = stored["regions"], stored["pooled"]
        except (OSError, SafetensorError, KeyError):
            return None
        rows, columns = self.encoder.grid
        fits = regions.shape == (rows * columns, self.encoder.width)
        return (regions, pooled) if fits and pooled.shape == (self.encoder.width,) else None

    def _write(self, digest: str, regions: Tensor, pooled: Tensor) -> None:
        """Store one photo's features so that a reader sees the whole file or none."""
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            unfinished.write_bytes(save({"regions": regions, "pooled": pooled}))
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def _sha256(image: Path | LoadedImage) -> str:
    """Hash the bytes of a photo without decoding them."""
    if isinstance(image, LoadedImage):
        return image.sha256
    return hashlib.sha256(read_bytes(image)).hexdigest()


def _half(values: Tensor) -> Tensor:
    """Round to float16; what lies beyond its range becomes its largest value, not infinity."""
    return values.clamp(-_LARGEST_HALF, _LARGEST_HALF).half()
