"""What every task's codec can do: gold labels as numbers, and numbers as what is said of a post."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from core.records import Example, Outcome


class Codec(Protocol):
    """The way between a task's labels and the numbers that its head learns and returns."""

    def encode(self, examples: Sequence[Example], kept: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return gold numbers, shape (B, ...), and which examples have any, shape (B,), bool.

        Args:
            examples: At least one; those without gold get any valid numbers.
            kept: How many words of each the model reads; L is the largest, and at least 1.

        Raises:
            InputError: Gold points outside its sentence, or contradicts itself.
        """
        ...

    def outcome(self, example: Example, ids: Tensor) -> Outcome:
        """Return what the numbers say of one post, shape (...) as in `encode` without its rows."""
        ...
