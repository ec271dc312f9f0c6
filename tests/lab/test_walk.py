"""One order of arrival, hand-counted; and all of them together."""

import itertools

import pytest

from core.errors import InputError
from core.lab.games import lab_game
from core.lab.walk import Step, arrival_order, running_means, walk
from core.shapley.coalitions import weigh


def test_the_steps_of_three_gloves_are_those_counted_by_hand():
    steps = walk(lab_game("gloves", 3), (2, 0, 1))
    assert steps == [
        Step(player=2, before=0, after=0, marginal=0, members=(2,)),
        Step(player=0, before=0, after=1, marginal=1, members=(2, 0)),
        Step(player=1, before=1, after=1, marginal=0, members=(2, 0, 1)),
    ]


def test_marginals_of_any_order_add_up_to_the_grand_coalition():
    game = lab_game("airport", 6)
    for number in range(5):
        steps = walk(game, arrival_order(game, 3, number))
        assert sum(step.marginal for step in steps) == pytest.approx(game.grand)


def test_the_mean_over_every_order_is_the_shapley_value():
    game = lab_game("soft_match", 5)
    means = running_means(game, list(itertools.permutations(range(5))))
    assert len(means) == 120
    assert means[-1] == pytest.approx(weigh(game.table.values).squeeze(1).tolist(), abs=1e-12)


def test_running_means_are_the_means_so_far():
    game = lab_game("gloves", 3)
    means = running_means(game, [(0, 1, 2), (2, 0, 1)])
    assert means == [(0, 0, 1), (0.5, 0, 0.5)]


def test_no_orders_have_no_means():
    assert running_means(lab_game("gloves", 3), []) == []


def test_orders_are_fixed_by_seed_and_number_and_all_occur_equally_often():
    game = lab_game("gloves", 3)
    drawn = [arrival_order(game, 1, number) for number in range(600)]
    assert drawn == [arrival_order(game, 1, number) for number in range(600)]
    assert drawn != [arrival_order(game, 2, number) for number in range(600)]
    counts = [drawn.count(order) for order in itertools.permutations(range(3))]
    assert sum(counts) == 600
    assert min(counts) > 60


@pytest.mark.parametrize("order", [(), (0, 1), (0, 1, 1), (0, 1, 3), (0, 1, 2, 2)])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(InputError, match="each of the players 0 to 2 once"):
        walk(lab_game("gloves", 3), order)
