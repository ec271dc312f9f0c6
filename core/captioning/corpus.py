"""Photos with captions that people wrote, read for training and for scoring."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.captioning.settings import CorpusConfig
from core.config import data_path
from core.errors import InputError, describe
from core.lines import decode_line, read_lines


@dataclass(frozen=True)
class CaptionedPhoto:
    """A photo and what people say of it.

    Attributes:
        path: Of the photo.
        captions: At least one.
    """

    path: Path
    captions: tuple[str, ...]


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    image: str
    captions: tuple[str, ...]
    split: str


def read_corpus(config: CorpusConfig, split: str) -> list[CaptionedPhoto]:
    """Return the photos of a split, in the order of the file.

    Raises:
        InputError: The file or a line cannot be read, or nothing is of this split.
    """
    path, images = (data_path(config.root, part) for part in (config.file, config.images))
    found = []
    for number, raw in read_lines(path):
        if not raw.strip():
            continue
        try:
            line = _Line.model_validate_json(decode_line(raw))
        except ValidationError as error:
            raise InputError(f"{path}:{number}: {describe(error)}") from None
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        if line.split == split and line.captions:
            found.append(CaptionedPhoto(images / line.image, line.captions))
    if not found:
        raise InputError(f"{path}: no photo is of the split {split!r}")
    return found
