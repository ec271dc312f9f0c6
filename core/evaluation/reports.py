"""Every task's report, by one name."""

from collections.abc import Sequence
from typing import Any, Protocol

from core.config import HeadConfig
from core.datasets.relations import NO_RELATION
from core.evaluation.classification import label_report
from core.evaluation.gold import gold_outcome
from core.evaluation.jmere import joint_report
from core.evaluation.mner import entity_report
from core.evaluation.mre import relation_report
from core.records import Example, Outcome, Task

MEASURED: dict[Task, str] = {
    "mner": "entities",
    "mre": "relations",
    "jmere": "quintuples",
    "classification": "labels",
}
"""What a task's report counts."""


class Report(Protocol):
    """Scores of one task; `f1` is the one that epochs are chosen by."""

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        ...

    @property
    def recall(self) -> float:
        """Share of what there is that was found."""
        ...

    @property
    def f1(self) -> float:
        """The task's F1."""
        ...

    def model_dump(self) -> dict[str, Any]:
        """Return everything as JSON."""
        ...


def task_report(
    examples: Sequence[Example],
    outcomes: Sequence[Outcome],
    head: HeadConfig,
    *,
    directed: bool | None = None,
) -> Report:
    """Score predictions of annotated examples.

    Args:
        examples: Annotated for the task.
        outcomes: Predicted for each.
        head: Says which task.
        directed: Of jmere: whether (a, b) and (b, a) are two relations; None: as the head's.
    """
    match head.task:
        case "mner":
            gold = [example.entities or () for example in examples]
            return entity_report(gold, [outcome.entities for outcome in outcomes])
        case "mre":
            names = [example.label or NO_RELATION for example in examples]
            return relation_report(names, [outcome.label or NO_RELATION for outcome in outcomes])
        case "jmere":
            wanted = head.directed if directed is None else directed
            said = [gold_outcome(example) for example in examples]
            return joint_report(said, outcomes, directed=wanted)
        case "classification":
            labels = [example.label or "" for example in examples]
            found = [outcome.label or "" for outcome in outcomes]
            return label_report(labels, found, head.labels)
