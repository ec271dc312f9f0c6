"""Correct, spurious and missed units, post by post: what paired comparisons are made of."""

from collections.abc import Sequence

from core.evaluation.counts import OVERALL, Score
from core.evaluation.error_classes import SCORED, match_units
from core.evaluation.reports import gold_outcome
from core.records import Example, Outcome, Task

UnitCounts = tuple[tuple[int, int, int], ...]


def unit_counts(posts: Sequence[Example], outcomes: Sequence[Outcome], task: Task) -> UnitCounts:
    """Return the correct, spurious and missed units of each post; a wrong one is both of the last.

    Args:
        posts: Annotated for the task.
        outcomes: Predicted for each.
        task: Says which units count; relations of jmere do without regard to direction.
    """
    return tuple(
        _counts_of(post, outcome, task) for post, outcome in zip(posts, outcomes, strict=True)
    )


def micro_score(counts: UnitCounts) -> Score:
    """Return the score over all units of all posts; of labels of whole posts, the accuracy."""
    correct, spurious, missed = (sum(post[place] for post in counts) for place in range(3))
    return Score.from_counts(
        OVERALL, correct=correct, predicted=correct + spurious, gold=correct + missed
    )


def _counts_of(post: Example, outcome: Outcome, task: Task) -> tuple[int, int, int]:
    matches = [
        match
        for match in match_units(task, gold_outcome(post), outcome)
        if match.kind == SCORED[task]
    ]
    correct = sum(match.error == "correct" for match in matches)
    spurious = sum(match.error != "correct" and match.predicted is not None for match in matches)
    missed = sum(match.error != "correct" and match.gold is not None for match in matches)
    return correct, spurious, missed
