"""Interactions and Banzhaf values against their definitions, small sets against all sets."""

import itertools
import math

import pytest
import torch

from core.errors import InputError
from core.shapley.coalitions import all_coalitions, weigh
from core.shapley.given_games import FunctionGame, TableGame
from core.shapley.interactions import banzhaf_values, pairwise_interactions, smallest_set


def random_table(players, targets, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2**players, targets, generator=generator, dtype=torch.float64)


def table_of(players, worth):
    """The table of a value function of a set of players, for one target."""
    sets = [set(row.nonzero().flatten().tolist()) for row in all_coalitions(players)]
    return torch.tensor([[worth(members)] for members in sets], dtype=torch.float64)


def interaction_by_definition(column, players, first, second):
    others = [k for k in range(players) if k not in (first, second)]
    i, j, terms = 1 << first, 1 << second, []
    for size in range(len(others) + 1):
        orders = math.factorial(size) * math.factorial(players - size - 2)
        for coalition in itertools.combinations(others, size):
            s = sum(1 << k for k in coalition)
            terms.append(orders * (column[s | i | j] - column[s | i] - column[s | j] + column[s]))
    return math.fsum(terms) / math.factorial(players - 1)


def moebius(table, players):
    """What each coalition is worth beyond all its parts, by inclusion and exclusion."""
    beyond = torch.zeros_like(table)
    for c in range(2**players):
        for part in range(2**players):
            if part & c == part:
                beyond[c] += (-1) ** (c ^ part).bit_count() * table[part]
    return beyond


@pytest.mark.parametrize("players", [2, 3, 6])
def test_interactions_equal_the_sum_over_all_coalitions(players):
    table = random_table(players, 2)
    found = pairwise_interactions(table)
    for i, j, t in itertools.product(range(players), range(players), range(2)):
        column = table[:, t].tolist()
        expected = 0.0 if i == j else interaction_by_definition(column, players, i, j)
        assert found[i, j, t].item() == pytest.approx(expected, abs=1e-13)


def test_interactions_are_shares_of_what_the_larger_coalitions_are_worth_beyond_their_parts():
    table = random_table(5, 3)
    beyond = moebius(table, 5)
    expected = torch.zeros(5, 5, 3, dtype=torch.float64)
    for i, j in itertools.permutations(range(5), 2):
        for c in range(2**5):
            if c >> i & 1 and c >> j & 1:
                expected[i, j] += beyond[c] / (c.bit_count() - 1)
    torch.testing.assert_close(pairwise_interactions(table), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("team", [{0, 3}, {1, 2, 4}, {0, 1, 2, 3, 4}])
def test_a_team_that_is_needed_in_full_shares_one_interaction(team):
    table = table_of(5, lambda members: float(team <= members))
    found = pairwise_interactions(table).squeeze(2)
    for i, j in itertools.permutations(range(5), 2):
        expected = 1 / (len(team) - 1) if {i, j} <= team else 0.0
        assert found[i, j].item() == pytest.approx(expected, abs=1e-15)


def test_two_equal_gloves_replace_each_other_and_need_the_third():
    gloves = table_of(3, lambda members: float(2 in members and len(members) > 1))
    expected = torch.tensor([[0, -0.5, 0.5], [-0.5, 0, 0.5], [0.5, 0.5, 0]]).double()
    found = pairwise_interactions(gloves).squeeze(2)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("players", [3, 5])
def test_in_a_majority_every_pair_helps_as_often_as_it_is_one_too_many(players):
    # Two more voters: +1 where only both make the majority, -1 where either of them would do.
    majority = table_of(players, lambda members: float(len(members) > players / 2))
    assert pairwise_interactions(majority).abs().max() <= 1e-15


def test_interactions_are_symmetric_linear_and_blind_to_offsets():
    one, other = random_table(6, 2, seed=1), random_table(6, 2, seed=2)
    found = pairwise_interactions(2 * one - 3 * other + 50)
    expected = 2 * pairwise_interactions(one) - 3 * pairwise_interactions(other)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    assert torch.equal(found, found.transpose(0, 1))
    assert not found.diagonal().any()


def test_who_brings_a_fixed_amount_interacts_with_nobody():
    others = random_table(4, 1)
    table = torch.cat((others, others + 0.7))  # player 4 joins each coalition with 0.7
    found = pairwise_interactions(table)[4].flatten()
    torch.testing.assert_close(found, torch.zeros(5).double(), rtol=0, atol=1e-15)
    assert banzhaf_values(table)[4].item() == pytest.approx(0.7)


def test_exchanging_two_players_exchanges_their_rows():
    table = random_table(3, 1)
    exchanged = table[[0, 2, 1, 3, 4, 6, 5, 7]]  # bits 0 and 1
    rows = torch.tensor([1, 0, 2])
    found, original = pairwise_interactions(exchanged), pairwise_interactions(table)
    torch.testing.assert_close(found, original[rows][:, rows])
    torch.testing.assert_close(banzhaf_values(exchanged), banzhaf_values(table)[rows])


def test_one_player_has_nobody_to_interact_with():
    table = torch.tensor([[0.0], [3.0]])
    assert torch.equal(pairwise_interactions(table), torch.zeros(1, 1, 1))
    assert torch.equal(banzhaf_values(table), torch.tensor([[3.0]]))


def test_sixteen_players_are_exact_in_float64():
    similarity = torch.linspace(-1, 1, 16, dtype=torch.float64).unsqueeze(1)
    members = all_coalitions(16).double()
    # Squared sums: every pair is worth twice its product beyond its members.
    table = 1000 + (members @ similarity).square()
    expected = 2 * similarity @ similarity.T
    found = pairwise_interactions(table).squeeze(2)
    torch.testing.assert_close(found, expected.fill_diagonal_(0), rtol=0, atol=1e-11)


@pytest.mark.parametrize("measure", [pairwise_interactions, banzhaf_values])
def test_gradcheck_passes(measure):
    assert torch.autograd.gradcheck(measure, (random_table(4, 2).requires_grad_(),))


@pytest.mark.parametrize("measure", [pairwise_interactions, banzhaf_values])
def test_a_table_without_an_axis_for_targets_has_one_target(measure):
    table = random_table(3, 1)
    assert torch.equal(measure(table.squeeze(1)), measure(table))


@pytest.mark.parametrize("measure", [pairwise_interactions, banzhaf_values])
@pytest.mark.parametrize(
    ("table", "says"),
    [
        (torch.zeros(6, 1), "row for each"),
        (torch.zeros(1, 1), "row for each"),
        (torch.zeros(2**17), "at most 16"),
        (torch.tensor([0.0, torch.nan]), "NaN"),
        (torch.arange(4), "floating point"),
    ],
)
def test_what_is_no_table_of_values_is_refused(measure, table, says):
    with pytest.raises(InputError, match=says):
        measure(table)


def test_banzhaf_values_are_mean_gains_over_all_coalitions_of_the_others():
    table = random_table(5, 2)
    found = banzhaf_values(table)
    for player in range(5):
        without = [c for c in range(2**5) if not c >> player & 1]
        gains = torch.stack([table[c | 1 << player] - table[c] for c in without])
        torch.testing.assert_close(found[player], gains.mean(dim=0), rtol=0, atol=1e-13)


def test_banzhaf_and_shapley_values_differ_where_sizes_count_differently():
    gloves = table_of(3, lambda members: float(2 in members and len(members) > 1))
    banzhaf = torch.tensor([[0.25], [0.25], [0.75]]).double()
    torch.testing.assert_close(banzhaf_values(gloves), banzhaf)
    assert weigh(gloves)[2].item() == pytest.approx(2 / 3)


def covering_game(seed, players=7, places=20):
    """A game of sets of places: what a coalition covers is worth its weight; submodular."""
    generator = torch.Generator().manual_seed(seed)
    covers = torch.rand(players, places, generator=generator) < 0.25
    weights = torch.rand(places, generator=generator, dtype=torch.float64)

    def worth(coalitions):
        return ((coalitions.double() @ covers.double()) > 0).double() @ weights

    return FunctionGame(worth, size=players)


@pytest.mark.parametrize("seed", range(8))
def test_on_submodular_games_greedy_sets_are_nearly_as_small_as_any(seed):
    game = covering_game(seed)
    coalitions = all_coalitions(7)
    values = game.coalition_values(coalitions).squeeze(1)
    goal = 0.95 * values[-1]
    smallest = int(coalitions.sum(dim=1)[values >= goal].min())
    found = smallest_set(game)
    row = sum(1 << member for member in found.members)
    assert found.values[-1] == pytest.approx(values[row].item())
    assert found.values[-1] >= goal
    assert all(value < goal for value in found.values[:-1])
    assert smallest <= len(found.members) <= smallest + 1
    assert found.reached


def test_each_step_takes_whoever_adds_most_and_the_first_of_equals():
    strengths = torch.tensor([1.0, 5.0, 3.0, 5.0, 0.1]).double()
    found = smallest_set(FunctionGame(lambda c: c.double() @ strengths, size=5), share=0.9)
    assert found.members == (1, 3, 2)
    assert found.values == pytest.approx((5.0, 10.0, 13.0))
    assert found.grand == pytest.approx(14.1)


def test_the_whole_of_a_sum_takes_everybody_but_not_whoever_brings_nothing():
    strengths = torch.tensor([0.1, 0.0, 0.2, 0.3]).double()
    found = smallest_set(FunctionGame(lambda c: c.double() @ strengths, size=4), share=1.0)
    assert found.members[:3] == (3, 2, 0)
    assert found.values[-1] == pytest.approx(found.grand)


def test_a_team_is_found_though_its_first_members_are_worth_nothing():
    found = smallest_set(TableGame(table_of(4, lambda members: float({1, 3} <= members))))
    assert set(found.members) >= {1, 3}
    assert found.reached


@pytest.mark.parametrize("grand", [0.0, -2.0])
def test_a_grand_coalition_worth_nothing_or_less_has_no_share_to_reach(grand):
    found = smallest_set(TableGame(torch.tensor([0.0, 1.0, 1.0, grand])))
    assert (found.members, found.values, found.grand, found.reached) == ((), (), grand, False)


def test_steps_that_lose_are_taken_when_there_is_no_other_way():
    found = smallest_set(TableGame(torch.tensor([0.0, -1.0, -2.0, 4.0])))
    assert found.members == (0, 1)
    assert found.values == (-1.0, 4.0)


def test_more_players_than_could_be_enumerated_are_no_trouble():
    found = smallest_set(FunctionGame(lambda c: c.double().mean(dim=1), size=60), share=0.5)
    assert found.members == tuple(range(30))


def test_a_single_player_is_the_whole_set():
    found = smallest_set(TableGame(torch.tensor([0.0, 2.0])))
    assert (found.members, found.values, found.reached) == ((0,), (2.0,), True)


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, math.nan])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InputError, match="share must be above 0"):
        smallest_set(TableGame(torch.tensor([0.0, 1.0])), share=share)


def test_several_targets_must_be_narrowed_to_one():
    with pytest.raises(InputError, match="one target, got 2"):
        smallest_set(TableGame(torch.zeros(4, 2)))
