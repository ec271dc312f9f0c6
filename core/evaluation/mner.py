"""Scores of named entities: precision, recall and F1 over whole spans, as seqeval counts them.

An entity counts as found when its words and its type are both right.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Self

from core.datasets.labels import Span, canonical_type, spans
from core.records import Entity, Frozen

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


class MnerReport(Frozen):
    """Scores over all entities (micro average) and by type."""

    overall: Score
    types: tuple[Score, ...]
    sentences: int

    @property
    def precision(self) -> float:
        """Share of predicted entities that are right."""
        return self.overall.precision

    @property
    def recall(self) -> float:
        """Share of gold entities that were found."""
        return self.overall.recall

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return self.overall.f1

    def rows(self) -> list[tuple[str, float, float, float, int]]:
        """Return name, precision, recall, F1 and support of each type, the overall score last."""
        return [
            (s.name, s.precision, s.recall, s.f1, s.support) for s in (*self.types, self.overall)
        ]


def tag_report(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> MnerReport:
    """Score predicted BIO tags against gold ones, sentence by sentence.

    Raises:
        ValueError: The numbers of sentences or of words differ.
    """
    for number, (truth, guess) in enumerate(zip(gold, predicted, strict=True)):
        if len(truth) != len(guess):
            raise ValueError(
                f"sentence {number} has {len(truth)} gold and {len(guess)} predicted tags"
            )
    return _report([spans(tags) for tags in gold], [spans(tags) for tags in predicted])


def entity_report(
    gold: Sequence[Iterable[Entity]], predicted: Sequence[Iterable[Entity]]
) -> MnerReport:
    """Score predicted entities against gold ones, sentence by sentence.

    Raises:
        ValueError: The numbers of sentences differ.
    """
    return _report([_spans(row) for row in gold], [_spans(row) for row in predicted])


def _spans(entities: Iterable[Entity]) -> list[Span]:
    return [Span(canonical_type(e.type), e.token_start, e.token_end) for e in entities]


def _report(gold: Sequence[list[Span]], predicted: Sequence[list[Span]]) -> MnerReport:
    true, guessed, correct = Counter[str](), Counter[str](), Counter[str]()
    for truth, guess in zip(gold, predicted, strict=True):
        true.update(span.type for span in set(truth))
        guessed.update(span.type for span in set(guess))
        correct.update(span.type for span in set(truth) & set(guess))
    types = tuple(
        Score.from_counts(name, correct=correct[name], predicted=guessed[name], gold=true[name])
        for name in sorted(true | guessed)
    )
    overall = Score.from_counts(
        OVERALL, correct=correct.total(), predicted=guessed.total(), gold=true.total()
    )
    return MnerReport(overall=overall, types=types, sentences=len(gold))
