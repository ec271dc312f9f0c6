"""Games given by a table or a function."""

import pytest
import torch

from core.errors import InputError
from core.shapley.coalitions import all_coalitions, weigh
from core.shapley.given_games import FunctionGame, TableGame

# Two left gloves, players 0 and 1, and one right glove, player 2: a pair is worth 1.
GLOVES = torch.tensor([0.0, 0, 0, 0, 0, 1, 1, 1], dtype=torch.float64)


def of_size(coalitions):
    return coalitions.sum(dim=1).double()


def random_table(players, targets, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2**players, targets, generator=generator, dtype=torch.float64)


def test_a_table_answers_with_the_row_of_the_coalition_less_that_of_nobody():
    table = random_table(3, 2)
    asked = torch.tensor([[True, False, True], [False, False, False], [False, True, False]])
    expected = table[[0b101, 0, 0b010]] - table[0]
    assert torch.equal(TableGame(table).coalition_values(asked), expected)


def test_a_table_may_have_one_column_and_no_axis_for_it():
    game = TableGame(GLOVES)
    assert (game.players, game.targets, game.dtype) == (3, 1, torch.float64)
    assert torch.equal(game.coalition_values(all_coalitions(3)).squeeze(1), GLOVES)


def test_the_owner_of_the_only_right_glove_gets_two_thirds():
    expected = torch.tensor([[1 / 6], [1 / 6], [4 / 6]], dtype=torch.float64)
    exact = TableGame(GLOVES).exact_values(1e-6)
    torch.testing.assert_close(exact.values, expected, rtol=0, atol=1e-15)
    assert (exact.method, exact.evaluations) == ("enumeration", 8)


def test_what_is_added_to_every_coalition_changes_no_value():
    table = random_table(4, 2)
    plain, lifted = (TableGame(t).exact_values(1e-6).values for t in (table, table + 100))
    torch.testing.assert_close(lifted, plain, rtol=0, atol=1e-12)


def test_weighing_a_table_gives_out_what_everybody_is_worth():
    table = random_table(16, 2)
    torch.testing.assert_close(weigh(table).sum(dim=0), table[-1] - table[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (6,), (6, 2), (2, 2, 2)])
def test_a_table_that_is_no_game_is_refused(shape):
    with pytest.raises(InputError, match="row for each"):
        TableGame(torch.zeros(shape))


def test_a_table_of_17_players_is_refused():
    with pytest.raises(InputError, match="at most 16 players"):
        TableGame(torch.zeros(2**17))


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_checking_finds_what_is_not_a_number(bad):
    with pytest.raises(InputError, match="NaN or infinity"):
        TableGame(torch.tensor([0.0, bad])).check()


def test_splitting_keeps_the_targets_in_order():
    table = random_table(3, 5)
    parts = list(TableGame(table).split(2))
    assert [part.targets for part in parts] == [2, 2, 1]
    assert torch.equal(torch.cat([part.values for part in parts], dim=1), table)


def test_casting_changes_the_precision_only():
    cast = TableGame(GLOVES).cast(torch.float32, torch.device("cpu"))
    assert cast.dtype == torch.float32
    assert torch.equal(cast.values.double(), TableGame(GLOVES).values)


def test_a_function_is_asked_with_coalitions_and_may_answer_for_one_target():
    game = FunctionGame(of_size, size=5)
    coalitions = all_coalitions(5)
    assert torch.equal(game.coalition_values(coalitions).squeeze(1), of_size(coalitions))
    assert game.exact_values(1e-6) is None
    assert game.proxy() is None


def test_what_a_function_gives_nobody_is_taken_off():
    game = FunctionGame(lambda coalitions: of_size(coalitions) - 3, size=4)
    assert torch.equal(game.coalition_values(torch.eye(4).bool()), torch.ones(4, 1).double())


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_the_size_of_the_chunks_changes_nothing(chunk):
    table = random_table(4, 2)
    asked = []

    def look_up(coalitions):
        asked.append(len(coalitions))
        return TableGame(table).coalition_values(coalitions)

    game = FunctionGame(look_up, size=4, towards=2, chunk=chunk)
    assert torch.equal(game.coalition_values(all_coalitions(4)), table - table[0])
    assert max(asked) <= chunk
    assert sum(asked) == 17  # the 16 coalitions, and nobody


@pytest.mark.parametrize("answer", [torch.zeros(3), torch.zeros(4, 2), torch.zeros(4, 1, 1)])
def test_an_answer_of_the_wrong_shape_is_refused(answer):
    game = FunctionGame(lambda _: answer, size=2)
    with pytest.raises(InputError, match="returned shape"):
        game.coalition_values(all_coalitions(2)[1:])


def test_an_answer_that_is_not_a_number_is_refused():
    game = FunctionGame(lambda coalitions: of_size(coalitions).log(), size=2)
    with pytest.raises(InputError, match="NaN or infinity"):
        game.coalition_values(all_coalitions(2))


def test_what_the_function_raises_passes_through():
    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        FunctionGame(fail, size=2).coalition_values(all_coalitions(2))


@pytest.mark.parametrize(("size", "towards"), [(0, 1), (2, 0)])
def test_a_function_without_players_or_targets_is_refused(size, towards):
    with pytest.raises(InputError, match="needs players and targets"):
        FunctionGame(of_size, size=size, towards=towards).check()


def test_a_function_answers_in_the_precision_it_is_cast_to():
    game = FunctionGame(of_size, size=3).cast(torch.float32, torch.device("cpu"))
    assert game.coalition_values(all_coalitions(3)).dtype == game.dtype == torch.float32


def test_a_function_cannot_be_split():
    game = FunctionGame(lambda c: of_size(c).unsqueeze(1).expand(-1, 3), size=2, towards=3)
    assert list(game.split(1)) == [game]


def test_a_functions_values_keep_their_gradient():
    strengths = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64, requires_grad=True)

    def values(s):
        game = FunctionGame(lambda coalitions: (coalitions.double() @ s).exp(), size=3)
        return game.coalition_values(all_coalitions(3))

    assert torch.autograd.gradcheck(values, (strengths,))
