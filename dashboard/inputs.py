"""A post as it is handed to the pipeline: everything that decides its Record."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from core.images import LoadedImage
from core.records import Context, Pair


@dataclass(frozen=True)
class Inputs:
    """A post as it is handed to the pipeline.

    Attributes:
        id: Of the Record.
        text: The sentence.
        photo: The photo, None when there is none.
        contexts: All of them, those that are off too.
        checkpoint: Name or folder of the model; "" is the server's own.
        pair: Whose relation is asked for, None where the model does not tell one.
    """

    id: str
    text: str
    photo: LoadedImage | None
    contexts: tuple[Context, ...]
    checkpoint: str = ""
    pair: Pair | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides the Record."""
        photo = self.photo.sha256 if self.photo else None
        pair = self.pair.model_dump() if self.pair else None
        contexts = [context.model_dump() for context in self.contexts]
        parts = [self.id, self.text, photo, contexts, self.checkpoint, pair]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
