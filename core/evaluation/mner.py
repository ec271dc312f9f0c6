"""Scores of named entities: precision, recall and F1 over whole spans, as seqeval counts them.

An entity counts as found when its words and its type are both right.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.datasets.labels import Span, canonical_type, spans
from core.evaluation.counts import OVERALL, MicroReport, Score
from core.records import Entity


class MnerReport(MicroReport):
    """Scores over all entities (micro average) and by type."""

    types: tuple[Score, ...]
    sentences: int


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
