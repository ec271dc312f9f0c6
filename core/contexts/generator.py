"""What every source of contexts offers: photos in, sentences about each of them out."""

from collections.abc import Sequence
from typing import Protocol

from core.errors import InputError
from core.images import LoadedImage
from core.records import Context

Written = list[Context] | InputError


class ContextGenerator(Protocol):
    """Writes contexts for photos; any number of threads may call it.

    Attributes:
        name: What `Context.generator` says.
        fingerprint: Changes whenever the same photo could get other sentences: models, prompts,
            decoding, templates. With the photo's SHA-256 it is the key of the cache.
        at_once: Photos it takes in one call at best: the batch of a local model, the requests in
            flight of a remote one.
    """

    @property
    def name(self) -> str:
        """Name of the generator."""

    @property
    def fingerprint(self) -> str:
        """Identity of everything that decides the sentences."""

    @property
    def at_once(self) -> int:
        """How many photos one call takes at best."""

    def generate(self, images: Sequence[LoadedImage]) -> list[Written]:
        """Return one answer a photo, in order.

        An answer is the photo's contexts, none when there is nothing to say; or why this photo
        has none, when others may do better.

        Raises:
            InputError: No photo can be described at all: a model is missing, a key is wrong.
        """
