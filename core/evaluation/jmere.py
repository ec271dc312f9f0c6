"""Scores of joint extraction: precision, recall and F1 over whole quintuples, as EEGA counts them.

A quintuple is two entities, each with its words and its type, and their relation. It counts as
found when all five parts are right.
"""

from collections import Counter
from collections.abc import Sequence

from core.datasets.labels import Span, canonical_type
from core.evaluation.counts import OVERALL, MicroReport, Score
from core.evaluation.mner import MnerReport, entity_report
from core.records import Entity, Outcome

Quintuple = tuple[Span, Span, str]


class JmereReport(MicroReport):
    """Scores over all quintuples (micro average), by relation, and of the entities alone."""

    directed: bool
    relations: tuple[Score, ...]
    entities: MnerReport


def joint_report(
    gold: Sequence[Outcome], predicted: Sequence[Outcome], *, directed: bool
) -> JmereReport:
    """Score predicted entities and relations against gold ones, post by post.

    Args:
        gold: What people say.
        predicted: What the model says.
        directed: Whether (a, b, relation) and (b, a, relation) differ. False is EEGA's metric,
            which enters both into the gold set and into the predicted set. Precision, recall and
            F1 are the same here, where each pair enters once, in one order: counts are relations.

    Returns:
        The scores. The entities' are over all posts, those without relations too (EEGA: "#MNER").

    Raises:
        ValueError: The numbers of posts differ.
    """
    true, guessed, correct = Counter[str](), Counter[str](), Counter[str]()
    for truth, guess in zip(gold, predicted, strict=True):
        wanted, found = _quintuples(truth, directed), _quintuples(guess, directed)
        true.update(relation for _, _, relation in wanted)
        guessed.update(relation for _, _, relation in found)
        correct.update(relation for _, _, relation in wanted & found)
    return JmereReport(
        directed=directed,
        overall=Score.from_counts(
            OVERALL, correct=correct.total(), predicted=guessed.total(), gold=true.total()
        ),
        relations=tuple(
            Score.from_counts(name, correct=correct[name], predicted=guessed[name], gold=true[name])
            for name in sorted(true | guessed)
        ),
        entities=entity_report(
            [outcome.entities for outcome in gold], [outcome.entities for outcome in predicted]
        ),
    )


def _quintuples(outcome: Outcome, directed: bool) -> set[Quintuple]:
    found = set()
    for relation in outcome.relations:
        head, tail = _span(outcome.entities[relation.head]), _span(outcome.entities[relation.tail])
        if not directed:
            head, tail = sorted((head, tail))
        found.add((head, tail, relation.type))
    return found


def _span(entity: Entity) -> Span:
    return Span(canonical_type(entity.type), entity.token_start, entity.token_end)
