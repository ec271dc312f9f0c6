"""The games of the textbooks against what the textbooks say."""

import pytest

from core.lab.games import lab_game


def test_two_left_gloves_and_a_right_one_share_a_sixth_a_sixth_and_two_thirds(shapley):
    assert shapley(lab_game("gloves", 3)) == pytest.approx([1 / 6, 1 / 6, 2 / 3])


def test_a_single_glove_sells_for_nothing():
    assert lab_game("gloves", 1).values == (0.0, 0.0)


def test_parties_of_which_any_two_hold_a_majority_share_the_power_evenly(shapley):
    seats_agree = 0
    for seed in range(20):
        game = lab_game("majority", 3, seed)
        if (
            all(game.values[pair] == 1 for pair in (0b011, 0b101, 0b110))
            and max(game.values[1], game.values[2], game.values[4]) == 0
        ):
            seats_agree += 1
            assert shapley(game) == pytest.approx([1 / 3] * 3)
    assert seats_agree > 5


def test_a_party_with_most_of_the_seats_has_all_the_power(shapley):
    games = [lab_game("majority", 2, seed) for seed in range(20)]
    alone = [game for game in games if game.values[1] == 1]
    assert alone
    assert all(shapley(game) == [1.0, 0.0] for game in alone)


def test_planes_pay_each_stretch_of_runway_together_with_all_who_need_it(shapley):
    game = lab_game("airport", 4, seed=5)
    lengths = [game.values[1 << plane] for plane in range(4)]
    assert lengths == sorted(lengths)
    expected, paid = [], 0.0
    for plane, length in enumerate(lengths):
        paid += (length - (lengths[plane - 1] if plane else 0.0)) / (4 - plane)
        expected.append(paid)
    assert shapley(game) == pytest.approx(expected)


def test_whoever_picks_apples_takes_home_the_own_basket(shapley):
    game = lab_game("additive", 5)
    assert shapley(game) == pytest.approx([game.values[1 << i] for i in range(5)])
