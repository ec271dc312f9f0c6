"""What people say of a post, next to what the model says of it."""

from core.records import Example, Outcome, Record


def gold_outcome(record: Record, example: Example) -> Outcome | None:
    """Return what people say of a post about the task of its Record; None: they were not asked."""
    asked = {
        "mner": example.entities,
        "mre": example.label,
        "jmere": example.relations,
        "classification": example.label,
    }
    if asked[record.task] is None:
        return None
    # The two names that are marked for mre are given, not predicted.
    entities = record.entities if record.task == "mre" else example.entities
    return Outcome(
        entities=list(entities or ()), relations=list(example.relations or ()), label=example.label
    )
