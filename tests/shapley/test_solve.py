"""The one way in: what all methods share, what is picked, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.shapley import (
    SIMILARITY_GAMES,
    FunctionGame,
    SoftmaxMeanGame,
    TableGame,
    shapley_values,
)
from core.shapley.nodes import TooFine

METHODS = ["exact", "enumeration", "permutation", "kernel"]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("method", "evaluations"),
    [("quadrature", 0), ("enumeration", 32), ("permutation", 57), ("kernel", 59)],
)
def test_the_parts_of_an_estimate_say_how_it_was_found(cosines, method, evaluations):
    found = shapley_values(SoftmaxMeanGame(cosines(5, 3)), method=method, budget=60)
    assert found.method == method
    assert found.evaluations == evaluations
    sampled = method in ("permutation", "kernel")
    assert found.is_exact is not sampled
    assert found.stopped == ("budget" if sampled else "")
    assert found.why


@pytest.mark.parametrize("name", sorted(SIMILARITY_GAMES))
def test_every_game_of_similarities_has_its_own_exact_method(cosines, name):
    game = SIMILARITY_GAMES[name](cosines(6, 3))
    found = shapley_values(game, tolerance=1e-11)
    assert found.method in ("closed_form", "quadrature")
    expected = shapley_values(game, method="enumeration").values
    torch.testing.assert_close(found.values, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("budget", "method", "word"),
    [
        (4096, "enumeration", "4096 coalitions"),
        (4095, "kernel", "errs less"),
        (96, "kernel", "errs less"),
        (95, "permutation", "too small for a regression"),
    ],
)
def test_auto_enumerates_what_the_budget_pays_for_and_samples_the_rest(budget, method, word):
    game = FunctionGame(lambda c: c.double().sum(dim=1).sqrt(), size=12)
    found = shapley_values(game, budget=budget, generator=seeded())
    assert found.method == method
    assert word in found.why


def test_exact_enumerates_a_game_without_a_method_of_its_own():
    game = FunctionGame(lambda c: c.double().sum(dim=1).square(), size=4)
    found = shapley_values(game, method="exact")
    assert found.method == "enumeration"
    torch.testing.assert_close(found.values, torch.full((4, 1), 4.0).double())


def test_exact_never_samples():
    game = FunctionGame(lambda c: c.double().sum(dim=1), size=17)
    with pytest.raises(InputError, match="at most 16 players, got 17"):
        shapley_values(game, method="exact")


@settings(deadline=None, max_examples=40)
@given(data=st.data(), method=st.sampled_from(["exact", "enumeration"]))
def test_renumbering_the_players_renumbers_their_values(data, method):
    players = data.draw(st.integers(1, 8))
    column = data.draw(st.lists(st.floats(-1, 1), min_size=players, max_size=players))
    order = data.draw(st.permutations(range(players)))
    similarity = torch.tensor(column, dtype=torch.float64).unsqueeze(1)
    straight = shapley_values(SoftmaxMeanGame(similarity), method=method).values[order]
    renumbered = shapley_values(SoftmaxMeanGame(similarity[order]), method=method).values
    torch.testing.assert_close(renumbered, straight, rtol=0, atol=1e-13)


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_values_of_a_sum_of_games_are_the_sum_of_their_values(data):
    players = data.draw(st.integers(1, 5))
    numbers = st.lists(st.floats(-5, 5), min_size=2**players, max_size=2**players)
    first, second = (torch.tensor(data.draw(numbers), dtype=torch.float64) for _ in range(2))
    values = [shapley_values(TableGame(table)).values for table in (first, second, first + second)]
    torch.testing.assert_close(values[0] + values[1], values[2], rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["exact", "enumeration"])
def test_equal_players_get_equal_values(method):
    similarity = torch.tensor([[0.4], [0.1], [0.4], [0.9]])
    values = shapley_values(SoftmaxMeanGame(similarity), method=method).values
    assert values[0] == values[2]


@pytest.mark.parametrize("method", METHODS)
def test_a_player_who_never_adds_anything_gets_nothing(method):
    def value(coalitions):
        return coalitions[:, :3].double().sum(dim=1).square()

    found = shapley_values(FunctionGame(value, size=5), method=method, generator=seeded())
    error = 0.0 if found.is_exact else 4.5 * found.standard_error
    assert ((found.values[3:]).abs() <= (error if found.is_exact else error[3:]) + 1e-9).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(SIMILARITY_GAMES))
def test_a_game_of_one_is_worth_what_its_player_is_alone(method, name):
    game = SIMILARITY_GAMES[name](torch.tensor([[0.25, -0.5]]))
    torch.testing.assert_close(shapley_values(game, method=method).values, game.single_values())


@pytest.mark.parametrize("method", METHODS)
def test_no_targets_give_no_values(method):
    game = SoftmaxMeanGame(torch.zeros(3, 0))
    assert shapley_values(game, method=method).values.shape == (3, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_values_keep_the_dtype(cosines, method, dtype):
    found = shapley_values(SoftmaxMeanGame(cosines(5, 2, dtype=dtype)), method=method)
    assert found.values.dtype == dtype


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_and_returned_in_float32(cosines, dtype):
    similarity = cosines(4, 2).to(dtype)
    values = shapley_values(SoftmaxMeanGame(similarity)).values
    assert values.dtype == torch.float32
    exact = shapley_values(SoftmaxMeanGame(similarity.double()), method="enumeration").values
    torch.testing.assert_close(values.double(), exact, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_autocast_changes_neither_values_nor_gradient(cosines, method):
    similarity = cosines(6, 6, dtype=torch.float32).requires_grad_()

    def play(*, is_on):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_on):
            game = SoftmaxMeanGame(similarity)
            values = shapley_values(game, method=method, tolerance=1e-3, generator=seeded()).values
        return values.detach(), torch.autograd.grad(values.square().sum(), similarity)[0]

    found, expected = play(is_on=True), play(is_on=False)
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_inference_mode_gives_the_same_values(cosines, method):
    game = SoftmaxMeanGame(cosines(6, 2))
    expected = shapley_values(game, method=method, generator=seeded()).values
    with torch.inference_mode():
        found = shapley_values(game, method=method, generator=seeded()).values
    assert torch.equal(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("temperature", [1e-3, 1e3])
@pytest.mark.parametrize("name", ["softmax_mean", "log_sum_exp"])
def test_extreme_temperatures_never_give_nan(cosines, method, temperature, name):
    similarity = cosines(10, 4, dtype=torch.float32).requires_grad_()
    game = SIMILARITY_GAMES[name](similarity, temperature)
    values = shapley_values(game, method=method).values
    (gradient,) = torch.autograd.grad(values.square().sum(), similarity)
    assert values.isfinite().all()
    assert gradient.isfinite().all()


def test_512_players_are_exact_and_efficient(cosines):
    game = SoftmaxMeanGame(cosines(512, 8, dtype=torch.float32))
    found = shapley_values(game, tolerance=1e-4)
    everybody = torch.ones(1, 512, dtype=torch.bool)
    grand = game.coalition_values(everybody)[0]
    torch.testing.assert_close(found.values.sum(dim=0), grand, rtol=0, atol=1e-3)


def test_what_a_function_raises_itself_passes_through():
    def broken(coalitions):
        raise ZeroDivisionError("by the user")

    with pytest.raises(ZeroDivisionError, match="by the user"):
        shapley_values(FunctionGame(broken, size=3))


# Similarities that spread over 100,000 temperatures need more nodes than quadrature takes.
HARD = {"fine": {"tolerance": 1e-16}, "spread": {"tolerance": 1e-6}}


def hard_game(kind, cosines, players):
    return SoftmaxMeanGame(cosines(players, 2), temperature=0.1 if kind == "fine" else 1e-5)


@pytest.mark.parametrize("method", ["auto", "exact"])
@pytest.mark.parametrize("kind", HARD)
def test_what_quadrature_cannot_reach_is_enumerated(cosines, kind, method):
    game = hard_game(kind, cosines, 5)
    with pytest.raises(TooFine):
        shapley_values(game, method="quadrature", **HARD[kind])
    found = shapley_values(game, method=method, **HARD[kind])
    assert torch.equal(found.values, shapley_values(game, method="enumeration").values)
    assert found.method == "enumeration"
    assert found.why == (
        "All 32 coalitions of 5 players, and quadrature cannot reach the tolerance."
    )


@pytest.mark.parametrize("kind", HARD)
def test_what_can_be_neither_reached_nor_enumerated_is_sampled_where_that_is_allowed(cosines, kind):
    game = hard_game(kind, cosines, 40)
    found = shapley_values(game, budget=512, **HARD[kind])
    assert found.method == "kernel"
    assert "within the budget, and quadrature cannot reach the tolerance; a" in found.why
    with pytest.raises(TooFine):
        shapley_values(game, method="exact", **HARD[kind])
    few = shapley_values(hard_game(kind, cosines, 9), budget=256, **HARD[kind])
    assert few.method == "kernel"  # 512 coalitions would cost more than the budget


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "magic"}, "unknown method 'magic'.*auto, exact"),
        ({"method": "operator"}, "'softmax_mean' has 'quadrature', not 'operator'"),
        ({"design": "magic"}, "unknown design 'magic'"),
        ({"correction": "magic"}, "unknown correction 'magic'"),
        ({"tolerance": -1e-6}, "tolerance must be positive"),
        ({"tolerance": 1e-20, "method": "quadrature"}, "too fine for float64"),
        ({"method": "permutation", "budget": 1}, "too small for one sample of 2 players"),
        ({"method": "kernel", "budget": 1}, "budget of at least"),
    ],
)
def test_settings_without_meaning_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        shapley_values(SoftmaxMeanGame(torch.tensor([[0.5], [0.1]])), **arguments)
