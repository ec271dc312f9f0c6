"""Scores of relations of marked pairs: micro average over all relations but None.

As MNRE is scored: a pair that has no relation and is given none counts for nothing, one that is
given a wrong relation counts as a wrong find and as a missed one.
"""

from collections.abc import Sequence

from core.datasets.relations import NO_RELATION
from core.evaluation.classification import accuracy, label_scores
from core.evaluation.counts import OVERALL, MicroReport, Score


class MreReport(MicroReport):
    """Scores over all pairs (micro average) and by relation; accuracy counts None as well."""

    relations: tuple[Score, ...]
    accuracy: float
    pairs: int


def relation_report(gold: Sequence[str], predicted: Sequence[str]) -> MreReport:
    """Score the predicted relation of each pair against its gold one.

    Raises:
        ValueError: The numbers of pairs differ.
    """
    names = sorted({*gold, *predicted} - {NO_RELATION})
    relations = label_scores(gold, predicted, names)
    overall = Score.from_counts(
        OVERALL,
        correct=sum(score.true_positives for score in relations),
        predicted=sum(score.true_positives + score.false_positives for score in relations),
        gold=sum(score.support for score in relations),
    )
    return MreReport(
        overall=overall,
        relations=relations,
        accuracy=accuracy(gold, predicted),
        pairs=len(gold),
    )
