"""Reader of a folder of posts: a text file is a post, the photo of the same name is its photo."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.datasets.files import Loaded, contexts_of
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.images import SUFFIXES
from core.lines import decode_line
from core.records import Context, Example

MAX_BYTES = 65_536  # of a text: far more than the words that a model reads


def read_photo_folder(
    folder: Path, contexts: Mapping[str, Sequence[Context]] | None = None
) -> Loaded:
    """Read `<name>.txt`, the sentence of a post, each with `<name>.jpg` or the like beside it.

    Args:
        folder: Of both.
        contexts: Contexts by name; a name without any is left with none.

    Returns:
        The examples by name, which is their id; a post without a photo is one too. In `skipped`
        are photos without a text, texts that cannot be read, and texts with two photos.

    Raises:
        InputError: The folder cannot be read, or holds no text file.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); give a folder") from None
    photos: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        if path.suffix.lower() in SUFFIXES:
            photos[path.stem].append(path)
    examples, skipped = [], []
    texts = [path for path in files if path.suffix.lower() == ".txt"]
    if not texts:
        raise InputError(f"{folder}: holds no text; write each post into a file name.txt")
    for path in texts:
        try:
            example = _read(path, photos.pop(path.stem, []))
        except InputError as error:
            skipped.append(f"{path}: {error}")
            continue
        known = contexts_of(contexts, example.id, example.image.name if example.image else None)
        examples.append(example.model_copy(update={"contexts": known}))
    skipped += [f"{path}: has no {name}.txt beside it" for name in photos for path in photos[name]]
    return Loaded(tuple(examples), tuple(skipped))


def _read(path: Path, photos: list[Path]) -> Example:
    if len(photos) > 1:
        names = " and ".join(photo.name for photo in photos)
        raise InputError(f"has several photos, {names}; keep one")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})") from None
    if len(content) > MAX_BYTES:
        raise InputError(f"is longer than {MAX_BYTES} bytes; a post is a sentence or two")
    text = decode_line(content).removeprefix("\ufeff").strip()
    return Example(
        id=path.stem, text=text, tokens=tokenize(text), image=photos[0] if photos else None
    )
