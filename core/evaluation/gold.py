"""What people say of posts about a task: who is asked, what they say, what no task can number."""

from collections.abc import Sequence

from core.config import HeadConfig
from core.datasets.files import Loaded
from core.errors import InputError
from core.records import Example, Outcome
from core.tasks import build_codec


def is_annotated(example: Example, head: HeadConfig) -> bool:
    """Return whether an example has gold labels of the task."""
    match head.task:
        case "mner":
            return example.entities is not None
        case "jmere":
            return example.entities is not None and example.relations is not None
        case "mre" | "classification":
            return is_labelled(example, head) and example.label in _names(head)


def is_labelled(example: Example, head: HeadConfig) -> bool:
    """Return whether an example has a label where the task looks for one, known to it or not.

    A marked pair has one, or for classifications a sentence: the model reads words, with whatever
    stands beside them. Other tasks look for none.
    """
    match head.task:
        case "mre":
            return example.pair is not None and example.label is not None
        case "classification":
            return bool(example.tokens) and example.label is not None
        case _:
            return False


def gold_in_words(head: HeadConfig) -> str:
    """Return what `is_annotated` looks for, in words."""
    match head.task:
        case "mner":
            return "which entities it names"
        case "jmere":
            return "which entities it names and how they are related"
        case "mre":
            return f"how two marked names are related ({', '.join(head.relations)})"
        case "classification":
            return f"which label it has ({', '.join(head.labels)})"


def gold_outcome(example: Example) -> Outcome:
    """Return what people say of a post."""
    return Outcome(
        entities=list(example.entities or ()),
        relations=list(example.relations or ()),
        label=example.label,
    )


def without_gold_spans(examples: Sequence[Example]) -> list[Example]:
    """Return examples of whose entities and relations nothing is said; labels and pairs stay."""
    nothing = {"entities": None, "relations": None}
    return [example.model_copy(update=nothing) for example in examples]


def check_gold(
    examples: Sequence[Example], head: HeadConfig, name: str, *, skip_bad: bool = False
) -> Loaded:
    """Return the examples whose gold a task can number; those without gold are among them.

    Labels are gold of the task if it knows any of them. One that it does not know is then a slip of
    the pen; labels of which it knows none are of something else, and nobody's gold here.

    Args:
        examples: Of one file.
        head: Of the task.
        name: Of the file or source, for messages.
        skip_bad: Leave out an example with other gold and note it, instead of refusing them all.

    Raises:
        InputError: A gold answer is unknown, or contradicts itself; the message names the post.
    """
    codec = build_codec(head)
    are_labels = any(is_annotated(example, head) for example in examples)
    kept, skipped = [], []
    for example in examples:
        try:
            codec.encode([example], [len(example.tokens)])
            if are_labels and is_labelled(example, head):
                check_label(example, _names(head))
        except InputError as error:
            message = f"{name}, post {example.id}: {error}"
            if not skip_bad:
                raise InputError(message) from None
            skipped.append(message)
        else:
            kept.append(example)
    return Loaded(tuple(kept), tuple(skipped))


def check_label(example: Example, names: Sequence[str]) -> None:
    """Refuse a post with a label that is none of the names.

    Raises:
        InputError: It has one.
    """
    if example.label is not None and example.label not in names:
        raise InputError(
            f"its label is {example.label!r}, known are {', '.join(names)}; write it as one of "
            "these, add it to the config, or leave it out (null) where it is not known"
        )


def _names(head: HeadConfig) -> tuple[str, ...]:
    """Return the labels that a task tells apart."""
    return head.relations if head.task == "mre" else head.labels
