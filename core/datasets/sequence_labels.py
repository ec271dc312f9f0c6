"""Labels of whole posts as numbers, such as sentiments."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.errors import InputError
from core.records import Example, Outcome


@dataclass(frozen=True)
class SequenceLabels:
    """The labels that posts may have, numbered in their order; a post has one or none."""

    names: tuple[str, ...]
    ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the labels.

        Raises:
            InputError: There are none, or one is named twice.
        """
        names = tuple(self.names)
        if not names:
            raise InputError("there are no labels to tell apart; name at least one")
        if len(set(names)) != len(names):
            raise InputError(f"labels {', '.join(names)}: one is named twice; remove it")
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "ids", {name: number for number, name in enumerate(names)})

    def __len__(self) -> int:
        """Return the number of labels, K."""
        return len(self.names)

    def encode(self, examples: Sequence[Example], kept: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return gold numbers, shape (B,), and which examples have a known label, shape (B,), bool.

        Args:
            examples: The posts; one without a label, or with another than these, gets number 0.
            kept: Not asked for: a label stays right when the model reads only some words.
        """
        labels = [example.label for example in examples]
        numbers = [None if label is None else self.ids.get(label) for label in labels]
        gold = torch.tensor([number or 0 for number in numbers], dtype=torch.long)  # (B,)
        return gold, torch.tensor([number is not None for number in numbers], dtype=torch.bool)

    def outcome(self, example: Example, ids: Tensor) -> Outcome:
        """Return what a number, shape (), says of one post: its label."""
        return Outcome(label=self.names[int(ids)])
