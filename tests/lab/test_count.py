"""The lab's counts, and its four ways to one answer."""

import pytest
import torch

from core.errors import InputError
from core.lab.count import CountRow, count, measure, ways_to_values


def test_counts_are_those_of_the_definition():
    rows = count(10)
    assert [row.players for row in rows] == list(range(1, 11))
    assert rows[2] == CountRow(players=3, coalitions=8, orders=6, arrivals=18)
    assert rows[7] == CountRow(players=8, coalitions=256, orders=40_320, arrivals=322_560)
    assert rows[9].arrivals == 36_288_000


@pytest.mark.parametrize("players", [1, 2, 6])
def test_all_ways_lead_to_the_same_values(players):
    first, *others = [way.find() for way in ways_to_values(players)]
    assert first.shape == (players,)
    for found in others:
        torch.testing.assert_close(found, first, rtol=0, atol=1e-8)


def test_a_measurement_says_how_many_values_each_way_looks_at():
    timings = measure(4)
    assert [timing.evaluations for timing in timings] == [96, 96, 16, 0]
    assert all(timing.seconds > 0 and timing.players == 4 for timing in timings)


@pytest.mark.parametrize(("ask", "players"), [(count, 0), (count, 33), (measure, 0), (measure, 9)])
def test_a_size_out_of_range_is_refused(ask, players):
    with pytest.raises(InputError, match=f"players must be from 1 to .*, got {players}"):
        ask(players)
