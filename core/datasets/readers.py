"""One way to read a file of posts, whatever its format."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.datasets.files import Loaded
from core.datasets.image_text import read_image_text
from core.datasets.jmere import read_jmere
from core.datasets.mnre import read_mnre
from core.datasets.twitter import read_twitter
from core.errors import InputError
from core.records import Context

FORMATS = ("twitter", "image_text", "mnre", "jmere")


def read_posts(
    format_name: str,
    file: Path,
    contexts: Mapping[str, Sequence[Context]] | None = None,
    skip_bad_lines: bool = False,
    *,
    images: Path | None = None,
    split: str | None = None,
    label_key: str | None = None,
    captions_key: str | None = None,
    types: Sequence[str] | None = None,
    relations: Sequence[str] | None = None,
) -> Loaded:
    """Read a file of posts.

    Args:
        format_name: One of `FORMATS`.
        file: In that format.
        contexts: Contexts by image id; see `core.datasets.files.contexts_of`.
        skip_bad_lines: Leave out bad lines and note them, instead of refusing the file.
        images: Folder of the photos.
        split: Of an image_text file: keep only its lines.
        label_key: Of an image_text file; see its reader.
        captions_key: Likewise.
        types: Entity types that may occur, None: any. Formats without entities pass them over.
        relations: Names of relations that may occur, likewise.

    Raises:
        InputError: The format is unknown or has no splits, the file cannot be read, a line is bad,
            or there is no such folder.
    """
    if split is not None and format_name != "image_text":
        raise InputError(f"{file}: only image_text files have splits; leave {split!r} out")
    if images is not None and not images.is_dir():
        raise InputError(f"{images}: is no folder of photos; name one, or leave it out")
    match format_name:
        case "twitter":
            return read_twitter(file, contexts, skip_bad_lines, images=images, types=types)
        case "mnre":
            return read_mnre(file, contexts, skip_bad_lines, images=images, relations=relations)
        case "jmere":
            return read_jmere(
                file, contexts, skip_bad_lines, images=images, types=types, relations=relations
            )
        case "image_text":
            return read_image_text(
                file,
                images,
                skip_bad_lines,
                contexts=contexts,
                split=split,
                label_key=label_key,
                captions_key=captions_key,
            )
    raise InputError(f"the format {format_name!r} is unknown; choose one of: {', '.join(FORMATS)}")
