"""Precision, recall and F1 from numbers of units, and what every micro-averaged report shares."""

from typing import Self

from core.records import Frozen

OVERALL = "overall"


class Score(Frozen):
    """How well the entities of one type were found."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    true_positives: int
    false_positives: int
    false_negatives: int

    @classmethod
    def from_counts(cls, name: str, *, correct: int, predicted: int, gold: int) -> Self:
        """Return the score for these numbers of entities; what would divide by zero is 0."""
        return cls(
            name=name,
            precision=correct / predicted if predicted else 0.0,
            recall=correct / gold if gold else 0.0,
            f1=2 * correct / (predicted + gold) if correct else 0.0,
            support=gold,
            true_positives=correct,
            false_positives=predicted - correct,
            false_negatives=gold - correct,
        )


class MicroReport(Frozen):
    """Scores over all units of a task (micro average); epochs are chosen by `f1`."""

    overall: Score

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        return self.overall.precision

    @property
    def recall(self) -> float:
        """Share of what there is that was found."""
        return self.overall.recall

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return self.overall.f1
