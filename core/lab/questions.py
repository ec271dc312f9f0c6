"""Predict, then look: questions about the method whose answers the engine computes.

Every card plays small games when it is made. Its answer is the option that comes out, never one
that was written down beforehand.
"""

from collections.abc import Callable

from core.lab import context_questions, sampling_questions
from core.lab.card import Card, Photo, photo_of
from core.lab.small_game import check_seed

__all__ = ["Card", "cards"]

_BUILDERS: tuple[Callable[[Photo], Card], ...] = (
    context_questions.copy_added,
    context_questions.weakest_removed,
    context_questions.offset_added,
    context_questions.high_temperature,
    context_questions.low_temperature,
    context_questions.negative_value,
    context_questions.twins,
    context_questions.best_leaves,
    context_questions.bigger_batch,
    sampling_questions.few_orders,
    sampling_questions.more_orders,
)


def cards(seed: int = 7) -> list[Card]:
    """Return the questions, answered by playing the games of this seed.

    Raises:
        InputError: The seed is out of range.
    """
    check_seed(seed)
    photo = photo_of(seed)
    return [build(photo) for build in _BUILDERS]
