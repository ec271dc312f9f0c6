"""The cards: shape, and answers checked by plain arithmetic."""

import pytest

from core.errors import InputError
from core.lab.questions import cards


def by_id(seed):
    return {card.id: card for card in cards(seed)}


@pytest.mark.parametrize("seed", range(12))
def test_every_card_has_one_right_answer_among_different_ones(seed):
    dealt = cards(seed)
    assert len({card.id for card in dealt}) == len(dealt) >= 8
    for card in dealt:
        assert 0 <= card.answer < len(card.options) == len(set(card.options)) >= 2
        assert card.question.endswith("?")
        assert card.because.endswith(".")
        assert card.numbers
        assert len({tuple(row) for row in card.numbers}) == 1


def test_cards_are_fixed_by_the_seed():
    assert cards(3) == cards(3)
    assert cards(3) != cards(4)


def test_a_seed_out_of_range_is_refused():
    with pytest.raises(InputError, match="seed must be from 0"):
        cards(-1)
