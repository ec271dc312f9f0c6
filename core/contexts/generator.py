"""What every source of contexts offers: a photo in, sentences about it out."""

from typing import Protocol

from core.images import LoadedImage
from core.records import Context


class ContextGenerator(Protocol):
    """Writes contexts for a photo.

    Attributes:
        name: What `Context.generator` says.
        fingerprint: Changes whenever the same photo could get other sentences: models, prompts,
            decoding, templates. With the photo's SHA-256 it is the key of the cache.
    """

    @property
    def name(self) -> str:
        """Name of the generator."""

    @property
    def fingerprint(self) -> str:
        """Identity of everything that decides the sentences."""

    def generate(self, image: LoadedImage) -> list[Context]:
        """Return the contexts of one photo; an empty list when there is nothing to say."""
