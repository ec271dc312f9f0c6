"""Contexts written beforehand by any model, one JSON object a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath

from core.contexts.context_lines import parse_line
from core.errors import InputError
from core.lines import read_lines
from core.records import Context, Example


@dataclass(frozen=True)
class PrecomputedContexts:
    """The contexts of one file or of several.

    Attributes:
        by_image: Contexts of each image id, in the order of the file.
        skipped: Lines that could not be read, as `file:line: why`.
    """

    by_image: dict[str, list[Context]]
    skipped: tuple[str, ...] = ()

    def check_used(self, examples: Sequence[Example]) -> None:
        """Check that these files tell of some example, if there are any contexts and examples.

        Raises:
            InputError: They tell of none, so their names are not those of posts or photos.
        """
        texts = {context.text for contexts in self.by_image.values() for context in contexts}
        if not texts or not examples:
            return
        # A post whose photo nothing could be said of is told of, too.
        names = {*self.by_image, *(PurePath(name).stem for name in self.by_image)}
        for post in examples:
            if post.id in names or any(context.text in texts for context in post.contexts):
                return
        told = ", ".join(repr(name[:80]) for name in islice(self.by_image, 3))
        raise InputError(
            f"no post has a context of the files given: they tell of {told}, posts are called "
            f"{examples[0].id[:80]!r} and the like; give each image_id the name of a post or of "
            "its photo, or leave the files out"
        )


def load_contexts(path: Path, *, skip_bad_lines: bool = False) -> PrecomputedContexts:
    """Return the contexts in a JSONL file of {"image_id", "text"} objects.

    "generator", "model" and what else `ContextLine` knows are read too where a line has them; the
    model defaults to the file's name. An image id with an empty text is known, with no context
    from that line. A text that an image already has is kept once.

    Args:
        path: UTF-8, with or without a byte order mark; either kind of line end.
        skip_bad_lines: Note the lines that cannot be read in `skipped`, and go on.

    Raises:
        InputError: The file cannot be read; or a line cannot, and is not to be skipped.
    """
    by_image: dict[str, list[Context]] = {}
    skipped: list[str] = []
    for number, raw in read_lines(path):
        if not raw.strip():
            continue
        try:
            line = parse_line(raw)
        except InputError as error:
            message = f"{path}:{number}: {error}"
            if not skip_bad_lines:
                raise InputError(message) from None
            skipped.append(message)
            continue
        contexts = by_image.setdefault(line.image_id, [])
        if line.text and line.text not in {context.text for context in contexts}:
            contexts.append(line.context(generator="precomputed", model=path.name))
    return PrecomputedContexts(by_image, tuple(skipped))


def load_all_contexts(
    paths: Iterable[Path], *, skip_bad_lines: bool = False
) -> PrecomputedContexts:
    """Join context files: an image's contexts stand in the order of the files.

    Raises:
        InputError: As for `load_contexts`.
    """
    merged: dict[str, list[Context]] = {}
    skipped: list[str] = []
    for path in paths:
        read = load_contexts(path, skip_bad_lines=skip_bad_lines)
        skipped += read.skipped
        for image, contexts in read.by_image.items():
            merged.setdefault(image, []).extend(contexts)
    return PrecomputedContexts(merged, tuple(skipped))
