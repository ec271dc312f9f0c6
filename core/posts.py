"""A file of posts, with the contexts that other files tell of their photos."""

from collections.abc import Sequence
from pathlib import Path

from core.contexts.precomputed import load_all_contexts
from core.datasets.files import Loaded
from core.datasets.readers import read_posts


def read_dataset(
    dataset: str,
    file: Path,
    contexts: Sequence[Path],
    images: Path | None,
    split: str | None,
    *,
    skip_bad_lines: bool = False,
    types: Sequence[str] | None = None,
    relations: Sequence[str] | None = None,
) -> Loaded:
    """Read a file of posts; see `core.scoring.evaluate_file` for the arguments.

    Lines with other `types` or `relations` are bad; None: any is read.

    Raises:
        InputError: The format is unknown, something cannot be read, or contexts belong to no post.
    """
    known = load_all_contexts(contexts, skip_bad_lines=skip_bad_lines)
    loaded = read_posts(
        dataset,
        file,
        known.by_image,
        skip_bad_lines,
        images=images,
        split=split,
        types=types,
        relations=relations,
    )
    known.check_used(loaded.examples)
    return loaded
