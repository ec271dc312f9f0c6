"""Contexts that a person typed."""

from collections.abc import Sequence

from core.contexts.clean import clean_text
from core.errors import InputError
from core.records import Context

MOST_CONTEXTS = 10


def typed_contexts(texts: Sequence[str]) -> list[Context]:
    """Return one context per text, in order, as one line each and without control characters.

    Raises:
        InputError: A text is empty, or there are more than ten.
    """
    if len(texts) > MOST_CONTEXTS:
        raise InputError(
            f"A post takes at most {MOST_CONTEXTS} contexts, and {len(texts)} were given: "
            "leave some out."
        )
    lines = [clean_text(text) for text in texts]
    for position, line in enumerate(lines, start=1):
        if not line:
            raise InputError(f"Context {position} is empty: type a sentence, or remove it.")
    return [Context(text=line, generator="typed") for line in lines]
