"""Relations of marked pairs as numbers; that two names have none counts as one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.datasets.labels import entity_from_words
from core.datasets.sequence_labels import SequenceLabels
from core.errors import InputError
from core.records import Example, Outcome, Relation

NO_RELATION = "None"


@dataclass(frozen=True)
class RelationMap(SequenceLabels):
    """The relations that a marked pair may have, numbered in their order."""

    def encode(self, examples: Sequence[Example], kept: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return gold numbers, shape (B,), and which examples have any, shape (B,), bool.

        Args:
            examples: The posts; one without a pair, or whose label is none of the relations, has
                no gold.
            kept: Not asked for: a pair keeps its relation when the model does not read that far,
                and is then told from the rest of the sentence.
        """
        gold, known = super().encode(examples, kept)
        marked = torch.tensor([example.pair is not None for example in examples], dtype=torch.bool)
        return gold, known & marked  # (B,)

    def outcome(self, example: Example, ids: Tensor) -> Outcome:
        """Return what a number, shape (), says of one post: the marked names and their relation.

        Raises:
            InputError: No pair is marked, or it points outside the sentence.
        """
        pair, words = example.pair, len(example.tokens)
        if pair is None:
            raise InputError(f"post {example.id} has no marked pair; mark head and tail")
        if max(pair.head[1], pair.tail[1]) > words:
            raise InputError(
                f"post {example.id} marks words {pair.head} and {pair.tail} of a sentence of "
                f"{words}; mark words of the sentence"
            )
        name = self.names[int(ids)]
        return Outcome(
            entities=[
                entity_from_words(example.text, example.tokens, start, end, "")
                for start, end in (pair.head, pair.tail)
            ],
            relations=[] if name == NO_RELATION else [Relation(head=0, tail=1, type=name)],
            label=name,
        )
