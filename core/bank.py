"""The reference bank on the alignment sphere: the foreign players of every single-post game."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from core.datasets.samples import BankEntry
from core.records import Player


@dataclass(frozen=True)
class Bank:
    """The bank's entries with their unit vectors.

    Attributes:
        entries: In file order.
        image_sha256: Of each entry's photo, None where it has none.
        contexts: Shape (entries, P).
        texts: Shape (entries, P).
        images: Shape (entries, P); zeros where an entry has no photo.
    """

    entries: Sequence[BankEntry]
    image_sha256: Sequence[str | None]
    contexts: Tensor
    texts: Tensor
    images: Tensor

    def foreign_to(self, text: str, image_sha256: str | None, contexts: Sequence[str]) -> "Bank":
        """Return the bank without entries of this very post: same text, photo or context."""
        own = {_words(text), *map(_words, contexts)}
        kept = [
            place
            for place, (entry, sha256) in enumerate(
                zip(self.entries, self.image_sha256, strict=True)
            )
            if not {_words(entry.text), _words(entry.context)} & own
            and (sha256 is None or sha256 != image_sha256)
        ]
        return Bank(
            [self.entries[place] for place in kept],
            [self.image_sha256[place] for place in kept],
            *(vectors[kept] for vectors in (self.contexts, self.texts, self.images)),
        )

    def players(self) -> list[Player]:
        """Return the bank's contexts as players."""
        return [Player(text=entry.context, bank_id=entry.id) for entry in self.entries]

    def with_image(self) -> tuple[list[str], Tensor]:
        """Return ids and image vectors of the entries that have a photo."""
        places = [place for place, sha256 in enumerate(self.image_sha256) if sha256 is not None]
        return [self.entries[place].id for place in places], self.images[places]


def bank_fingerprint(folder: Path) -> str:
    """Return the SHA-256 of the bank's file."""
    return hashlib.sha256((folder / "bank.jsonl").read_bytes()).hexdigest()


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
