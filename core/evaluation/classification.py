"""Scores of labels of whole posts: accuracy, and precision, recall and F1 by label."""

from collections import Counter
from collections.abc import Sequence

from core.evaluation.counts import Score
from core.records import Frozen


class LabelReport(Frozen):
    """How often the label is right, by label and on average over labels (macro average)."""

    accuracy: float
    majority: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    labels: tuple[Score, ...]
    posts: int

    @property
    def precision(self) -> float:
        """Mean over labels of the share of predictions that are right."""
        return self.macro_precision

    @property
    def recall(self) -> float:
        """Mean over labels of the share of gold labels that were found."""
        return self.macro_recall

    @property
    def f1(self) -> float:
        """Macro F1: the mean over labels of their F1, each label counting alike."""
        return self.macro_f1


def label_report(
    gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]
) -> LabelReport:
    """Score predicted labels against gold ones, post by post.

    Args:
        gold: One label a post.
        predicted: Likewise.
        labels: All that may occur, in the order of the report; those that occur on neither side
            are left out of it, and of the macro average.

    Returns:
        The report; `majority` is the accuracy of always saying the most frequent gold label. All
        figures of no posts are 0.

    Raises:
        ValueError: The numbers of posts differ, or a label is none of `labels`.
    """
    found = {*gold, *predicted}
    if unknown := sorted(found - set(labels)):
        raise ValueError(f"{unknown[0]!r} is none of the labels {', '.join(labels)}")
    scores = label_scores(gold, predicted, [name for name in labels if name in found])
    return LabelReport(
        accuracy=accuracy(gold, predicted),
        majority=max((score.support for score in scores), default=0) / max(1, len(gold)),
        macro_precision=_mean([score.precision for score in scores]),
        macro_recall=_mean([score.recall for score in scores]),
        macro_f1=_mean([score.f1 for score in scores]),
        labels=scores,
        posts=len(gold),
    )


def label_scores(
    gold: Sequence[str], predicted: Sequence[str], names: Sequence[str]
) -> tuple[Score, ...]:
    """Return the score of each name, in their order; one label a place on both sides.

    Raises:
        ValueError: The numbers of labels differ.
    """
    true, guessed = Counter(gold), Counter(predicted)
    correct = Counter(truth for truth, guess in zip(gold, predicted, strict=True) if truth == guess)
    return tuple(
        Score.from_counts(name, correct=correct[name], predicted=guessed[name], gold=true[name])
        for name in names
    )


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the share of labels that are right; 0 of none.

    Raises:
        ValueError: The numbers of labels differ.
    """
    right = sum(truth == guess for truth, guess in zip(gold, predicted, strict=True))
    return right / max(1, len(gold))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))
