"""The public entry: what all methods share, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.shapley import shapley_values
from core.shapley.estimate import METHODS
from core.shapley.games import GAMES, Game


def test_the_parts_of_an_estimate_say_how_it_was_found(cosines):
    similarity = cosines(5, 3)
    found = {
        method: shapley_values(similarity, method=method, permutations=10) for method in METHODS
    }
    assert [found[m].method for m in METHODS] == list(METHODS)
    assert [found[m].evaluations for m in METHODS] == [0, 55, 32]
    assert found["quadrature"].standard_error is None
    assert found["enumeration"].standard_error is None
    assert found["permutation"].standard_error.shape == (5, 3)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), method=st.sampled_from(["quadrature", "enumeration"]))
def test_renumbering_the_players_renumbers_their_values(data, method):
    players = data.draw(st.integers(1, 8))
    column = data.draw(st.lists(st.floats(-1, 1), min_size=players, max_size=players))
    order = data.draw(st.permutations(range(players)))
    similarity = torch.tensor(column, dtype=torch.float64).unsqueeze(1)
    straight = shapley_values(similarity, method=method).values[order]
    renumbered = shapley_values(similarity[order], method=method).values
    torch.testing.assert_close(renumbered, straight, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", ["quadrature", "enumeration"])
def test_equal_players_get_equal_values(method):
    similarity = torch.tensor([[0.4], [0.1], [0.4], [0.9]])
    values = shapley_values(similarity, method=method).values
    assert values[0] == values[2]


@pytest.mark.parametrize("method", METHODS)
def test_a_game_of_one_is_worth_its_similarity(method):
    similarity = torch.tensor([[0.25, -0.5]])
    torch.testing.assert_close(shapley_values(similarity, method=method).values, similarity)


@pytest.mark.parametrize("method", METHODS)
def test_no_targets_give_no_values(method):
    assert shapley_values(torch.zeros(3, 0), method=method).values.shape == (3, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_values_keep_the_dtype(cosines, method, dtype):
    estimate = shapley_values(cosines(4, 2, dtype=dtype), method=method)
    assert estimate.values.dtype == dtype


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_and_returned_in_float32(cosines, dtype):
    similarity = cosines(4, 2).to(dtype)
    values = shapley_values(similarity).values
    assert values.dtype == torch.float32
    exact = shapley_values(similarity.double(), method="enumeration").values
    torch.testing.assert_close(values.double(), exact, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_autocast_changes_neither_values_nor_gradient(cosines, method):
    similarity = cosines(6, 6, dtype=torch.float32).requires_grad_()

    def play():
        seed = torch.Generator().manual_seed(0)
        values = shapley_values(similarity, method=method, tolerance=1e-3, generator=seed).values
        return values.detach(), torch.autograd.grad(values.square().sum(), similarity)[0]

    expected = play()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert all(torch.equal(a, b) for a, b in zip(play(), expected, strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_inference_mode_gives_the_same_values(cosines, method):
    similarity = cosines(6, 2)
    expected = shapley_values(similarity, method=method, generator=torch.Generator()).values
    with torch.inference_mode():
        found = shapley_values(similarity, method=method, generator=torch.Generator()).values
    assert torch.equal(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("temperature", [1e-3, 1e3])
def test_extreme_temperatures_never_give_nan(cosines, method, temperature):
    similarity = cosines(10, 4, dtype=torch.float32).requires_grad_()
    values = shapley_values(similarity, method=method, temperature=temperature).values
    (gradient,) = torch.autograd.grad(values.square().sum(), similarity)
    assert values.isfinite().all()
    assert gradient.isfinite().all()


def test_a_further_game_joins_by_an_entry_in_the_registry(cosines, monkeypatch):
    def coalition_sums(similarity, coalitions, temperature):
        return coalitions.to(similarity.dtype) @ similarity

    def prefix_sums(similarity, permutations, temperature):
        return similarity[permutations].cumsum(dim=1)

    monkeypatch.setitem(GAMES, "sum", Game("sum", coalition_sums, prefix_sums))
    similarity = cosines(6, 3)
    exact = shapley_values(similarity, game="sum", method="enumeration").values
    torch.testing.assert_close(exact, similarity, rtol=0, atol=1e-14)
    seed = torch.Generator().manual_seed(0)
    sampled = shapley_values(similarity, game="sum", method="permutation", generator=seed)
    assert ((sampled.values - similarity).abs() < 4 * sampled.standard_error).all()
    with pytest.raises(InputError, match="'sum' has no quadrature; use method='permutation'"):
        shapley_values(similarity, game="sum")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"game": "poker"}, "unknown game 'poker'; the known ones are: softmax_mean"),
        ({"method": "magic"}, "unknown method 'magic'.*quadrature, permutation, enumeration"),
        ({"temperature": 0.0}, "temperature must be positive and finite, got 0.0"),
        ({"temperature": float("nan")}, "temperature must be positive"),
        ({"temperature": float("inf")}, "temperature must be positive"),
        ({"temperature": 1e-300}, "too low for similarities up to 0.5"),
        ({"tolerance": -1e-6}, "tolerance must be positive"),
        ({"tolerance": 1e-20}, "too fine for float64"),
        ({"permutations": 0}, "permutations must be at least 1, got 0"),
    ],
)
def test_settings_without_meaning_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        shapley_values(torch.tensor([[0.5], [0.1]]), **arguments)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("similarity", "message"),
    [
        (torch.zeros(3), r"shape \(players, targets\), got \(3,\)"),
        (torch.zeros(2, 2, 2), r"shape \(players, targets\)"),
        (torch.zeros(0, 4), "no players"),
        (torch.ones(2, 2, dtype=torch.int64), "floating point, got torch.int64"),
        (torch.tensor([[0.1], [float("nan")]]), "NaN or infinity"),
        (torch.tensor([[0.1], [float("-inf")]]), "NaN or infinity"),
    ],
)
def test_similarities_that_make_no_game_are_refused(similarity, message, method):
    with pytest.raises(InputError, match=message):
        shapley_values(similarity, method=method)
