"""The axioms hold for Shapley's rule, and every other rule breaks the one it is known to break."""

import math

import pytest

from core.errors import InputError
from core.lab.axioms import RULES, check_axioms, rule_values
from core.lab.games import LAB_GAMES, lab_game, typed_game

NAMES = ["efficiency", "symmetry", "null player", "additivity"]


def broken(game, rule, share=1.0, seed=0):
    return {axiom.name for axiom in check_axioms(game, rule, share, seed) if not axiom.holds}


@pytest.mark.parametrize("name", LAB_GAMES)
@pytest.mark.parametrize("players", [1, 2, 5, 8])
def test_shapley_keeps_all_four_in_every_game(name, players):
    axioms = check_axioms(lab_game(name, players), "shapley")
    assert [axiom.name for axiom in axioms] == NAMES
    assert all(axiom.holds and axiom.gap < 1e-9 for axiom in axioms)


@pytest.mark.parametrize("name", ["airport", "best_match", "soft_match"])
@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        ("banzhaf", {"efficiency"}),
        ("leave_one_out", {"efficiency"}),
        ("first_arrival", {"efficiency"}),
        ("equal", {"null player"}),
        ("one_order", {"symmetry"}),
        ("rescaled_banzhaf", {"additivity"}),
    ],
)
def test_every_other_rule_breaks_its_own_axiom_only(name, rule, breaks):
    assert broken(lab_game(name, 5), rule) == breaks


def test_every_axiom_is_broken_by_some_rule():
    game = lab_game("soft_match", 5)
    assert set().union(*(broken(game, rule) for rule in RULES)) == set(NAMES)


def test_a_share_of_nothing_is_shapley_and_the_gap_grows_with_the_share():
    game = lab_game("best_match", 5)
    assert rule_values(game, "equal", share=0.0) == pytest.approx(rule_values(game, "shapley"))
    assert broken(game, "banzhaf", share=0.0) == set()
    gaps = [check_axioms(game, "banzhaf", share)[0].gap for share in (0.25, 0.5, 1.0)]
    assert gaps[1] == pytest.approx(2 * gaps[0])
    assert gaps[2] == pytest.approx(4 * gaps[0])


def test_rules_give_what_is_counted_by_hand_for_three_gloves():
    game = lab_game("gloves", 3)
    assert rule_values(game, "shapley") == pytest.approx((1 / 6, 1 / 6, 2 / 3))
    assert rule_values(game, "banzhaf") == pytest.approx((1 / 4, 1 / 4, 3 / 4))
    assert rule_values(game, "rescaled_banzhaf") == pytest.approx((1 / 5, 1 / 5, 3 / 5))
    assert rule_values(game, "leave_one_out") == (0, 0, 1)
    assert rule_values(game, "first_arrival") == (0, 0, 0)
    assert rule_values(game, "equal") == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_one_order_pays_the_marginals_of_an_order_that_the_seed_draws():
    game = lab_game("gloves", 3)
    paid = {rule_values(game, "one_order", seed=seed) for seed in range(40)}
    assert paid == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_equal_and_null_players_of_the_game_itself_are_named():
    # A and B are equal, C adds nothing.
    game = typed_game([0, 1, 1, 4, 0, 1, 1, 4])
    by_name = {axiom.name: axiom for axiom in check_axioms(game, "equal")}
    assert by_name["null player"].words.startswith(
        "“C” adds nothing to any coalition and gets 1.333"
    )
    assert by_name["null player"].gap == pytest.approx(4 / 3)
    assert "“A” and “B”" in by_name["symmetry"].words or "copy" in by_name["symmetry"].words


def test_banzhaf_values_that_add_up_to_nothing_stay_as_they_are():
    game = typed_game([0, 1, -1, 0])
    assert rule_values(game, "rescaled_banzhaf") == rule_values(game, "banzhaf") == (1, -1)


def test_a_game_worth_nothing_keeps_every_axiom():
    assert broken(lab_game("gloves", 1), "equal") == set()


def test_an_unknown_rule_is_refused():
    with pytest.raises(InputError, match="no rule 'nash'; choose one of: shapley"):
        check_axioms(lab_game("gloves"), "nash")


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InputError, match="share must be from 0"):
        rule_values(lab_game("gloves"), "equal", share)


def test_a_rule_may_keep_in_one_game_what_it_breaks_in_another():
    # Three left gloves, two right ones: each right glove is missed by one pair, which is all there
    # is to divide.
    assert rule_values(lab_game("gloves", 5), "leave_one_out") == (0, 0, 0, 1, 1)
    assert broken(lab_game("gloves", 5), "leave_one_out") == set()
    assert broken(lab_game("gloves", 4), "leave_one_out") == {"efficiency"}


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_whether_an_axiom_holds_does_not_depend_on_the_unit(unit):
    game = typed_game([unit * value for value in (0, 0, 0, 0, 0, 1, 1, 1)])
    assert broken(game, "shapley") == set()
    assert broken(game, "banzhaf") == {"efficiency"}
    assert broken(game, "equal") == {"null player"}
