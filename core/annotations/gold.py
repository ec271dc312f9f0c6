"""What people say of a post, next to what the model says of it."""

from core.config import HeadConfig
from core.evaluation.gold import gold_outcome, is_annotated
from core.records import Example, Outcome, Record


def marked_by_people(record: Record, example: Example, head: HeadConfig) -> Outcome | None:
    """Return what people say of a post about the task of its Record.

    Args:
        record: Of the post.
        example: The post with what people say.
        head: Of the model that made the Record: what it can answer.

    Returns:
        None where they were not asked, or gave a label that the model does not know: `evaluate`
        does not score such a post either.
    """
    if not is_annotated(example, head):
        return None
    said = gold_outcome(example)
    if head.task == "mre":  # the two names are given, not predicted
        said = said.model_copy(update={"entities": record.entities})
    return said
