"""Reads what is said of a post off a head's scores, with how sure the model is of each part."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.datasets.batches import Batch
from core.datasets.labels import LabelMap, Span
from core.datasets.sequence_labels import SequenceLabels
from core.datasets.targets import Codec
from core.datasets.word_pairs import WordPairMap
from core.heads.categorical import CategoricalHead
from core.heads.crf import CRFHead
from core.heads.protocol import Head
from core.model import Reading
from core.records import Entity, Example, Label, Outcome


class Scored(NamedTuple):
    """What is said of a post, parts with their scores, and the label with all its rivals."""

    outcome: Outcome
    label: Label | None = None


@torch.no_grad()
def post_outcome(
    head: Head, codec: Codec, example: Example, batch: Batch, reading: Reading, bare: Reading
) -> tuple[Scored, Outcome]:
    """Return what is said of one post, and what is said of it without contexts.

    Args:
        head: Decodes and scores.
        codec: Names what the head tells apart.
        example: The post.
        batch: It alone, as the model read it.
        reading: With its contexts.
        bare: Without them.
    """
    words = int(batch.word_mask[0].sum())
    (found,), (without,) = (
        scored_outcomes(head, codec, example, each.scores, words) for each in (reading, bare)
    )
    if isinstance(head, CRFHead) and isinstance(codec, LabelMap):
        spans = {_span(entity) for entity in without.outcome.entities}
        path = head.best_paths(reading.scores[:1], batch.word_mask[:1])[0]
        marginals = head.marginals(reading.scores[:1], batch.word_mask[:1])[0]  # (L, K)
        entities = [
            entity.model_copy(
                update={
                    "marginals": [float(marginals[word, path[word]]) for word in _words(entity)],
                    "needs_context": _span(entity) not in spans,
                }
            )
            for entity in found.outcome.entities
        ]
        found = Scored(found.outcome.model_copy(update={"entities": entities}))
    return found, without.outcome


@torch.no_grad()
def scored_outcomes(
    head: Head, codec: Codec, example: Example, scores: Tensor, words: int
) -> list[Scored]:
    """Return what each way of reading one post says of it.

    Args:
        head: Decodes and scores.
        codec: Names what the head tells apart.
        example: The post.
        scores: Of the post, read in C ways, shape (C, ...).
        words: How many of its words were read.
    """
    mask = torch.ones(len(scores), words, dtype=torch.bool, device=scores.device)
    answers = head.decode(scores, mask)
    outcomes = [codec.outcome(example, answer) for answer in answers.cpu()]
    if isinstance(head, CRFHead) and isinstance(codec, LabelMap):
        return [Scored(outcome) for outcome in _span_scores(head, codec, outcomes, answers, scores)]
    if isinstance(head, CategoricalHead) and isinstance(codec, SequenceLabels):
        chances = head.probabilities(scores)  # (C, K)
        return [_labelled(*pair, codec) for pair in zip(outcomes, chances.tolist(), strict=True)]
    if isinstance(codec, WordPairMap):
        chances = scores.softmax(-1).cpu()  # (C, L, L, K)
        return [Scored(_cell_scores(*pair, codec)) for pair in zip(outcomes, chances, strict=True)]
    raise TypeError(f"{type(head).__name__} and {type(codec).__name__} are not of one task")


def bounds(span: Span, labels: LabelMap) -> tuple[int, int, int]:
    """Return a span's first word, the word after its last and the tag that would continue it."""
    return span.start, span.end, labels.ids[f"I-{span.type}"]


def _span(entity: Entity) -> Span:
    return Span(entity.type, entity.token_start, entity.token_end)


def _span_scores(
    head: CRFHead,
    labels: LabelMap,
    outcomes: Sequence[Outcome],
    answers: Tensor,
    scores: Tensor,
) -> list[Outcome]:
    """Add to each entity the share of all tag sequences that agree with exactly this one."""
    found = [(row, entity) for row, outcome in enumerate(outcomes) for entity in outcome.entities]
    if not found:
        return list(outcomes)
    paths = answers.tolist()
    allowed = [head.agreeing(paths[row], bounds(_span(e), labels)) for row, e in found]
    rows = scores[[row for row, _ in found]]  # (all entities, L, K)
    shares = head.log_share(rows, torch.stack(allowed).to(scores.device)).exp()
    made: list[list[Entity]] = [[] for _ in outcomes]
    for (row, entity), score in zip(found, shares.tolist(), strict=True):
        made[row].append(entity.model_copy(update={"score": min(1.0, score)}))
    return [Outcome(entities=entities) for entities in made]


def _labelled(outcome: Outcome, chances: Sequence[float], codec: SequenceLabels) -> Scored:
    """Add the probability of the label, and of the relation that it names."""
    probabilities = dict(zip(codec.names, chances, strict=True))
    name = str(outcome.label)
    relations = [
        relation.model_copy(update={"score": min(1.0, probabilities[name])})
        for relation in outcome.relations
    ]
    return Scored(
        outcome.model_copy(update={"relations": relations}),
        Label(name=name, probabilities=probabilities),
    )


def _cell_scores(outcome: Outcome, chances: Tensor, codec: WordPairMap) -> Outcome:
    """Add mean probabilities: of an entity over its words, of a relation over its pairs of words.

    Args:
        outcome: Of one post.
        chances: Of each label for each pair of words, shape (L, L, K).
        codec: Numbers the labels.
    """
    entities = [
        entity.model_copy(
            update={
                "score": _mean(
                    [chances[word, word, codec.ids[entity.type]] for word in _words(entity)]
                )
            }
        )
        for entity in outcome.entities
    ]
    relations = []
    for relation in outcome.relations:
        head, tail = outcome.entities[relation.head], outcome.entities[relation.tail]
        cells = [(a, b) for a in _words(head) for b in _words(tail)]
        if not codec.directed:
            cells = [(min(cell), max(cell)) for cell in cells]
        score = _mean([chances[*cell, codec.ids[relation.type]] for cell in cells])
        relations.append(relation.model_copy(update={"score": score}))
    return outcome.model_copy(update={"entities": entities, "relations": relations})


def _words(entity: Entity) -> range:
    return range(entity.token_start, entity.token_end)


def _mean(chances: Sequence[Tensor]) -> float:
    return min(1.0, float(torch.stack(list(chances)).mean()))
