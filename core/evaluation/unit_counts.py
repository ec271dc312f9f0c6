"""Correct, spurious and missed units, post by post: what paired comparisons are made of."""

from collections.abc import Sequence

from core.evaluation.counts import OVERALL, Score
from core.evaluation.error_classes import SCORED, Match, match_units
from core.evaluation.gold import gold_outcome
from core.records import Example, Outcome, Task

Counts = tuple[int, int, int]
UnitCounts = tuple[Counts, ...]


def unit_counts(posts: Sequence[Example], outcomes: Sequence[Outcome], task: Task) -> UnitCounts:
    """Return the correct, spurious and missed units of each post; a wrong one is both of the last.

    Args:
        posts: Annotated for the task.
        outcomes: Predicted for each.
        task: Says which units count; relations of jmere do without regard to direction.
    """
    return tuple(
        count_matches(match_units(task, gold_outcome(post), outcome), task)
        for post, outcome in zip(posts, outcomes, strict=True)
    )


def count_matches(matches: Sequence[Match], task: Task) -> Counts:
    """Return the correct, spurious and missed of the units that the task's score counts.

    A match that is not right is wrong on both its sides.
    """
    scored = [match for match in matches if match.kind == SCORED[task]]
    wrong = [match for match in scored if match.error != "correct"]
    spurious = sum(match.predicted is not None for match in wrong)
    missed = sum(match.gold is not None for match in wrong)
    return len(scored) - len(wrong), spurious, missed


def micro_score(counts: UnitCounts) -> Score:
    """Return the score over all units of all posts; of labels of whole posts, the accuracy."""
    correct, spurious, missed = (sum(post[place] for post in counts) for place in range(3))
    return Score.from_counts(
        OVERALL, correct=correct, predicted=correct + spurious, gold=correct + missed
    )
