"""What people say of a post, next to what the model says of it."""

from core.evaluation.reports import gold_outcome
from core.records import Example, Outcome, Record


def marked_by_people(record: Record, example: Example) -> Outcome | None:
    """Return what people say of a post about the task of its Record; None: they were not asked."""
    asked = {
        "mner": example.entities,
        "mre": example.label,
        "jmere": example.relations,
        "classification": example.label,
    }
    if asked[record.task] is None:
        return None
    said = gold_outcome(example)
    if record.task == "mre":  # the two names are given, not predicted
        said = said.model_copy(update={"entities": record.entities})
    return said
