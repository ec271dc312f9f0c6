"""Read a photo of any common kind into upright 8-bit RGB, or say in one sentence why not.

The content decides what a file is, never its name. The declared size is checked before a single
pixel is decoded, so a decompression bomb costs nothing.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.errors import InputError
from core.records import ImageInfo

MAX_BYTES = 20 * 1024**2
MAX_PIXELS = 25_000_000
LONGEST_SIDE = 1024  # pixels; no model here reads more
# Of files that are taken for photos where nobody named them one by one.
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")

# The plugins are called directly: Image.open would add every format Pillow knows, and its bomb
# check depends on a global that other libraries change.
_READERS: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"GIF87a", GifImageFile),
    (b"GIF89a", GifImageFile),
    (b"BM", BmpImageFile),
    (b"II*\x00", TiffImageFile),
    (b"MM\x00*", TiffImageFile),
    (b"II+\x00", TiffImageFile),
    (b"MM\x00+", TiffImageFile),
)


@dataclass(frozen=True)
class LoadedImage:
    """A photo as every model sees it, without its metadata.

    Attributes:
        pixels: Upright RGB, longest side at most `LONGEST_SIDE` pixels.
        sha256: Hash of the bytes given, the identity of the photo in every cache.
        width: Pixels of the original, after EXIF rotation.
        height: Pixels of the original, after EXIF rotation.
        notes: What was changed to show it, in plain words.
    """

    pixels: Image.Image
    sha256: str
    width: int
    height: int
    notes: tuple[str, ...] = ()

    @property
    def info(self) -> ImageInfo:
        """What the Record keeps of the photo."""
        return ImageInfo(sha256=self.sha256, width=self.width, height=self.height)


def read_image(source: bytes | Path) -> LoadedImage:
    """Read JPEG, PNG, WEBP, GIF, BMP or TIFF into upright RGB over white.

    Ours: 16-bit greys keep their full range, colour profiles are ignored, and of an animation or a
    file of several pages only the first is read.

    Args:
        source: The bytes of the file, or where it lies; at most 20 MB and 25 megapixels.

    Returns:
        The photo, scaled down to `LONGEST_SIDE`; `width` and `height` are the original's.

    Raises:
        InputError: The file cannot be read, is empty, too large, damaged, or not an image.
    """
    name = str(source) if isinstance(source, Path) else "This file"
    data = source if isinstance(source, bytes) else read_bytes(source)
    image = _open(data, name)
    declared = image.size
    if declared[0] * declared[1] > MAX_PIXELS:
        raise _too_many_pixels(name, f"{declared[0]:,} x {declared[1]:,}")
    notes = _decode(image, name)
    upright = _upright(image)
    # A quarter turn swaps the sides; draft() may already have changed their length.
    width, height = declared if upright.size == image.size else declared[::-1]
    pixels, conversion_notes = _to_rgb(upright, name)
    return LoadedImage(
        # A copy through bytes leaves EXIF, profile and comments behind.
        pixels=Image.frombytes("RGB", pixels.size, pixels.tobytes()),
        sha256=hashlib.sha256(data).hexdigest(),
        width=width,
        height=height,
        notes=notes + conversion_notes,
    )


def read_digest(path: Path) -> str:
    """Return what `LoadedImage.sha256` of a file is, without decoding a pixel.

    Whether the file is a photo is not looked at: no cache has anything under the digest of another.

    Raises:
        InputError: The path leads to no regular file, or may not be read.
    """
    return hashlib.sha256(read_bytes(path)).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file, at most one more than `MAX_BYTES`.

    Raises:
        InputError: The path leads to no regular file, or may not be read.
    """
    try:
        if path.is_file() or not path.exists():
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
    # ValueError: a null character in the name.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}): check the path.") from error
    # Reading a pipe or a device could block for ever.
    raise InputError(f"{path} is not a file: give the path of one image.")


def _open(data: bytes, name: str) -> ImageFile.ImageFile:
    """Parse the header only, with the reader that the first bytes ask for."""
    if not data:
        raise InputError(f"{name} is empty (zero bytes): give a file with a picture in it.")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name} is larger than {MAX_BYTES // 1024**2} MB: save it smaller or compressed."
        )
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        reader: type[ImageFile.ImageFile] | None = WebPImageFile
    else:
        reader = next((kind for start, kind in _READERS if data.startswith(start)), None)
    if reader is None:
        raise InputError(
            f"{name} is not an image of a known kind, judged by its content: give a JPEG, PNG, "
            "WEBP, GIF, BMP or TIFF file."
        )
    try:
        return reader(io.BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name, "hundreds of millions of") from error
    # Damaged bytes make Pillow raise nearly any type of exception: SyntaxError, struct.error, ...
    except Exception as error:
        raise _damaged(name, reader.format) from error


def _decode(image: ImageFile.ImageFile, name: str) -> tuple[str, ...]:
    """Decode the first frame in place, large JPEGs at a lower resolution."""
    try:
        several = bool(getattr(image, "is_animated", False))
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
    # As in _open.
    except Exception as error:
        raise _damaged(name, image.format) from error
    if not several:
        return ()
    pages = image.format == "TIFF"
    return ("several pages: first page used" if pages else "animated: first frame used",)


def _too_many_pixels(name: str, count: str) -> InputError:
    return InputError(
        f"{name} declares {count} pixels, more than the {MAX_PIXELS // 10**6} megapixels that are "
        "read: scale it down."
    )


def _damaged(name: str, kind: str | None) -> InputError:
    return InputError(f"{name} is a damaged or truncated {kind} file: export or download it again.")


def _upright(image: Image.Image) -> Image.Image:
    """Turn as EXIF asks; unreadable EXIF asks for nothing."""
    try:
        return ImageOps.exif_transpose(image)
    # Metadata is as hostile as pixels, and never a reason to refuse them.
    except Exception:
        return image


def _to_rgb(image: Image.Image, name: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert any mode to RGB over white and scale down, with notes on what was lost."""
    image, notes = _to_eight_bits(image)
    try:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except ValueError as error:
        raise InputError(f"{name} has colours of kind {image.mode}: save it as RGB.") from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if image.mode == "RGB":
        return image, notes
    if image.getchannel("A").getextrema() != (255, 255):
        notes += ("transparent: shown over white",)
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB"), notes


def _to_eight_bits(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Scale 16-bit greys by their full range, 32-bit ones by the range they use."""
    if not image.mode.startswith(("I", "F")):
        return image, ()
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    if image.mode.startswith("I;16"):
        low, high, note = 0.0, 65535.0, "16 bits per pixel: scaled to 8"
    else:
        low, high = float(values.min()), float(values.max())
        note = "32 bits per pixel: stretched from darkest to brightest"
    scaled = (values - low) * (255.0 / ((high - low) or 1.0))
    return Image.fromarray(scaled.clip(0, 255).round().astype(np.uint8)), (note,)
