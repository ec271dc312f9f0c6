"""Reader of Twitter-2015 and Twitter-2017: named entities in tweets with a photo.

The format is CoNLL's: a line `IMGID:n`, one line `word<TAB>tag` for each word, an empty line.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from core.datasets.files import Loaded, UniqueIds, contexts_of, photo_if_there
from core.datasets.labels import OUTSIDE, canonical_tag, canonical_type, entities_from_tags
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.lines import decode_line, read_lines
from core.records import Context, Example

Line = tuple[int, bytes]

_MARK = b"IMGID:"


def read_twitter(
    path: Path,
    contexts: Mapping[str, Sequence[Context]] | None = None,
    skip_bad_lines: bool = False,
    *,
    images: Path | None = None,
    types: Sequence[str] | None = None,
) -> Loaded:
    """Read tagged tweets; gold entities are what seqeval's default mode sees in the tags.

    Args:
        path: The file.
        contexts: Contexts by image id or the photo's name; see `contexts_of`.
        skip_bad_lines: Leave out a sentence with a bad line and note it in `skipped`, instead of
            refusing the file.
        images: Folder of `<image id>.jpg`; an example whose photo is not there has none.
        types: Entity types that may occur; None: any. OTHER is read as MISC.

    Returns:
        The examples. Sentences that share an image get ids of their own: `n`, `n-2`, ...

    Raises:
        InputError: The file cannot be read, or a line is bad (the message names file and line).
    """
    examples, skipped, ids = [], [], UniqueIds()
    for sentence in _sentences(path):
        try:
            parsed = _parse(sentence, types)
            image = _find_image(images, parsed.image_id, sentence[0][0])
        except _BadLine as error:
            message = f"{path}:{error.number}: {error}"
            if not skip_bad_lines:
                raise InputError(message) from None
            skipped.append(message)
            continue
        text, tokens = tokens_from_words(parsed.words)
        examples.append(
            Example(
                id=ids.add(parsed.image_id),
                text=text,
                tokens=tokens,
                image=image,
                contexts=contexts_of(contexts, parsed.image_id, f"{parsed.image_id}.jpg"),
                entities=entities_from_tags(parsed.tags, text, tokens),
            )
        )
    return Loaded(tuple(examples), tuple(skipped))


class _BadLine(InputError):
    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


class _Sentence(NamedTuple):
    image_id: str
    words: list[str]
    tags: list[str]


def _sentences(path: Path) -> Iterator[list[Line]]:
    """Yield the numbered lines of each sentence; an empty line or a new image id ends one."""
    lines: list[Line] = []
    for number, line in read_lines(path):
        if lines and (not line.strip() or line.startswith(_MARK)):
            yield lines
            lines = []
        if line.strip():
            lines.append((number, line))
    if lines:
        yield lines


def _parse(lines: Sequence[Line], types: Sequence[str] | None) -> _Sentence:
    first, mark = lines[0]
    image_id = _decode(first, mark.removeprefix(_MARK)).strip()
    if not mark.startswith(_MARK) or not image_id:
        raise _BadLine(first, "the sentence has no image; begin it with a line IMGID:number")
    if len(lines) == 1:
        raise _BadLine(first, f"image {image_id} has no words; add lines word<TAB>tag")
    pairs = [_parse_word(number, _decode(number, line), types) for number, line in lines[1:]]
    return _Sentence(image_id, [word for word, _ in pairs], [tag for _, tag in pairs])


def _decode(number: int, line: bytes) -> str:
    try:
        return decode_line(line)
    except InputError as error:
        raise _BadLine(number, str(error)) from None


def _parse_word(number: int, line: str, types: Sequence[str] | None) -> tuple[str, str]:
    word, _, tag = line.rpartition("\t")
    if not word:
        raise _BadLine(number, f"{line[:40]!r} is not word<TAB>tag; separate them by one tab")
    try:
        tag = canonical_tag(tag.strip())
    except InputError as error:
        raise _BadLine(number, str(error)) from None
    known = [canonical_type(name) for name in types or ()]
    if known and tag != OUTSIDE and tag.partition("-")[2] not in known:
        raise _BadLine(number, f"{tag} is of an unknown type; known are {', '.join(known)}")
    return word, tag


def _find_image(folder: Path | None, image_id: str, number: int) -> Path | None:
    try:
        return photo_if_there(folder, f"{image_id}.jpg")
    except InputError as error:
        raise _BadLine(number, str(error)) from None
