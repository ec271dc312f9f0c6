"""Reader of MNRE: the relation of two marked names in a tweet with a photo.

A line is one Python dictionary: `token`, the words; `h` and `t`, head and tail, each with `pos`,
its words (half open); `img_id`, the file of the photo; `relation`.
"""

import ast
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.datasets.files import Loaded, UniqueIds, contexts_of, photo_if_there
from core.datasets.tokens import tokens_from_words
from core.errors import InputError
from core.lines import decode_line, read_lines
from core.records import Context, Example, Pair

# Some hundred times a long tweet, and far less than what Python's parser can take.
MAX_BYTES = 65_536


def read_mnre(
    path: Path,
    contexts: Mapping[str, Sequence[Context]] | None = None,
    skip_bad_lines: bool = False,
    *,
    images: Path | None = None,
    relations: Sequence[str] | None = None,
) -> Loaded:
    """Read tweets, each with a marked pair whose relation is the example's label.

    The words say what is marked; a `name` that differs from them is passed over. Head and tail may
    share words, but not all of them.

    Args:
        path: The file.
        contexts: Contexts by `img_id`, with or without its ending; see `contexts_of`.
        skip_bad_lines: Leave out bad lines and note them in `skipped`, instead of refusing the
            file.
        images: Folder of the photos; an example whose photo is not there has none.
        relations: Names that may occur; None: any.

    Returns:
        The examples. The id is that of the image without its ending; further pairs of the same
        image get "-2", "-3" and so on.

    Raises:
        InputError: The file cannot be read, or a line is bad (the message names file and line).
    """
    examples, skipped, ids = [], [], UniqueIds()
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            instance = _parse(line, relations)
            image = photo_if_there(images, instance.img_id)
        except InputError as error:
            message = f"{path}:{number}: {error}"
            if not skip_bad_lines:
                raise InputError(message) from None
            skipped.append(message)
            continue
        text, tokens = tokens_from_words(instance.token)
        examples.append(
            Example(
                id=ids.add(PurePath(instance.img_id).stem or instance.img_id),
                text=text,
                tokens=tokens,
                image=image,
                contexts=contexts_of(contexts, instance.img_id),
                pair=Pair(head=instance.h.pos, tail=instance.t.pos),
                label=instance.relation,
            )
        )
    return Loaded(tuple(examples), tuple(skipped))


_Text = Annotated[str, StringConstraints(strict=True, min_length=1)]
_Name = Annotated[str, StringConstraints(strict=True, min_length=1, strip_whitespace=True)]
_Place = Annotated[int, Field(strict=True, ge=0, le=MAX_BYTES)]


class _Marked(BaseModel):
    """Head or tail; other keys, such as its name, are passed over."""

    pos: tuple[_Place, _Place]


class _Instance(BaseModel):
    model_config = ConfigDict(extra="ignore")

    token: list[_Text] = Field(min_length=1)
    h: _Marked
    t: _Marked
    img_id: _Name
    relation: _Name


def _parse(line: bytes, relations: Sequence[str] | None) -> _Instance:
    try:
        instance = _Instance.model_validate(_literal(line))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise InputError(
            f"{place}: {first['msg']}; write a dictionary of token (words), h and t (each with "
            "pos), img_id and relation"
        ) from None
    words = len(instance.token)
    for side, (start, end) in (("head", instance.h.pos), ("tail", instance.t.pos)):
        if not start < end <= words:
            raise InputError(
                f"{side}: words {start} to {end} are not in a sentence of {words}; number words "
                "from 0, the end excluded"
            )
    if instance.h.pos == instance.t.pos:
        raise InputError("head and tail are the same words; mark two different names")
    if relations is not None and instance.relation not in relations:
        raise InputError(
            f"relation {instance.relation[:80]!r} is unknown; known are {', '.join(relations)}"
        )
    return instance


def _literal(line: bytes) -> object:
    """Return the value of a Python literal; nothing of the line is ever run."""
    if len(line) > MAX_BYTES:
        raise InputError(
            f"has {len(line):,} bytes, the limit is {MAX_BYTES:,}; write one tweet a line"
        )
    text = decode_line(line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes that escape nothing
            return ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise InputError(
            "is no Python literal, or one nested too deeply; write one dictionary a line"
        ) from None
