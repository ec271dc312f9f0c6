"""Questions about sampling, against the law of large numbers."""

import pytest

from core.lab.card import photo_of
from core.lab.sampling_questions import few_orders, more_orders


@pytest.mark.parametrize("seed", range(5))
def test_four_times_the_orders_halve_the_error(seed):
    card = more_orders(photo_of(seed))
    assert card.options[card.answer] == "it halves"
    few, many = (row["root mean squared error"] for row in card.numbers)
    assert 0.35 < many / few < 0.7


@pytest.mark.parametrize("seed", range(5))
def test_a_few_orders_add_up_exactly(seed):
    card = few_orders(photo_of(seed))
    assert card.options[card.answer] == "yes, exactly"
    assert all(row["sum of φ"] == row["v(N)"] for row in card.numbers)
