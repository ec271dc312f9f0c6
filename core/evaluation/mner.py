"""Scores of named entities: precision, recall and F1 over whole spans, as seqeval counts them.

An entity counts as found when its words and its type are both right.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.datasets.labels import Span, canonical_type
from core.evaluation.counts import OVERALL, MicroReport, Score
from core.records import Entity


class MnerReport(MicroReport):
    """Scores over all entities (micro average) and by type."""

    types: tuple[Score, ...]
    sentences: int


def entity_report(
    gold: Sequence[Iterable[Entity]], predicted: Sequence[Iterable[Entity]]
) -> MnerReport:
    """Score predicted entities against gold ones, sentence by sentence.

    Raises:
        ValueError: The numbers of sentences differ.
    """
    true, guessed, correct = Counter[str](), Counter[str](), Counter[str]()
    for gold_row, predicted_row in zip(gold, predicted, strict=True):
        truth, guess = _spans(gold_row), _spans(predicted_row)
        true.update(span.type for span in truth)
        guessed.update(span.type for span in guess)
        correct.update(span.type for span in truth & guess)
    types = tuple(
        Score.from_counts(name, correct=correct[name], predicted=guessed[name], gold=true[name])
        for name in sorted(true | guessed)
    )
    overall = Score.from_counts(
        OVERALL, correct=correct.total(), predicted=guessed.total(), gold=true.total()
    )
    return MnerReport(overall=overall, types=types, sentences=len(gold))


def _spans(entities: Iterable[Entity]) -> set[Span]:
    return {Span(canonical_type(e.type), e.token_start, e.token_end) for e in entities}
