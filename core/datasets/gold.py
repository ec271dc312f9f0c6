"""Gold answers that a task cannot number: found before anything is learned or scored."""

from collections.abc import Sequence

from core.datasets.files import Loaded
from core.datasets.targets import Codec
from core.errors import InputError
from core.records import Example


def check_gold(
    examples: Sequence[Example], codec: Codec, name: str, *, skip_bad: bool = False
) -> Loaded:
    """Return the examples whose gold a task can number; those without gold are among them.

    Args:
        examples: Of one file.
        codec: Of the task.
        name: Of the file or source, for messages.
        skip_bad: Leave out an example with other gold and note it, instead of refusing them all.

    Raises:
        InputError: A gold answer is of an unknown type, or contradicts itself; the message names
            the post.
    """
    kept, skipped = [], []
    for example in examples:
        try:
            codec.encode([example], [len(example.tokens)])
        except InputError as error:
            message = f"{name}, post {example.id}: {error}"
            if not skip_bad:
                raise InputError(message) from None
            skipped.append(message)
        else:
            kept.append(example)
    return Loaded(tuple(kept), tuple(skipped))


def without_gold_spans(examples: Sequence[Example]) -> list[Example]:
    """Return examples of whose entities and relations nothing is said; labels and pairs stay."""
    nothing = {"entities": None, "relations": None}
    return [example.model_copy(update=nothing) for example in examples]
