"""The regression finds the Shapley values, sums to v(N), and knows how far off it is."""

from dataclasses import dataclass

import pytest
import torch

from core.errors import InputError
from core.shapley.coalitions import all_coalitions, weigh
from core.shapley.cosine import CosineMeanGame
from core.shapley.given_games import FunctionGame, TableGame
from core.shapley.kernel import KernelRegression, pairs_within
from core.shapley.similarity_games import LogSumExpGame, MaxGame, MeanGame, SoftmaxMeanGame, SumGame


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def regress(game, pairs, seed=0):
    regression = KernelRegression(game, seeded(seed))
    regression.add(pairs)
    return regression


def random_table(players, targets, seed=0, dtype=torch.float64):
    table = torch.randn(2**players, targets, generator=seeded(seed), dtype=torch.float64)
    return TableGame(table.to(dtype))


def exact_values(game):
    values = game.coalition_values(all_coalitions(game.players))
    return weigh(values.double())


@pytest.mark.parametrize("pairs", [0, 1, 5, 40])
@pytest.mark.parametrize("players", [1, 2, 3, 4, 5, 11])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_columns_sum_to_the_grand_coalition_for_any_number_of_pairs(players, pairs, dtype):
    game = random_table(players, 3, dtype=dtype)
    regression = KernelRegression(game, seeded(0))
    if pairs:
        regression.add(pairs)
    values = regression.values()
    assert values.dtype == dtype
    grand = game.coalition_values(torch.ones(1, players, dtype=torch.bool))[0]
    atol = 50 * torch.finfo(dtype).eps
    torch.testing.assert_close(values.sum(dim=0), grand, rtol=0, atol=atol)


@pytest.mark.parametrize("players", [1, 2, 3])
def test_up_to_three_players_are_exact_from_the_start(players):
    game = random_table(players, 2)
    regression = KernelRegression(game)
    assert regression.is_exact
    torch.testing.assert_close(regression.values(), exact_values(game), rtol=0, atol=1e-14)
    assert not regression.standard_error().any()
    regression.add(100)
    assert (regression.samples, regression.evaluations) == (0, 1 + 2 * players)


@pytest.mark.parametrize("seed", range(4))
def test_all_coalitions_weighed_by_the_kernel_give_the_exact_values(monkeypatch, seed):
    # Of 6 players, 15 twos and as many fours, their complements, share 2/8; 20 threes share 1/9.
    sizes = all_coalitions(6).sum(dim=1)
    twos, threes = (all_coalitions(6)[sizes == size] for size in (2, 3))
    everything = torch.cat((twos, twos, twos, threes))
    monkeypatch.setattr("core.shapley.kernel.sample_coalitions", lambda *_, **__: everything)
    game = random_table(6, 2, seed=seed)
    values = regress(game, len(everything)).values()
    torch.testing.assert_close(values, exact_values(game), rtol=0, atol=1e-9)


@pytest.mark.parametrize("players", [4, 5, 8])
def test_many_pairs_come_close_to_the_exact_values_of_any_game(players):
    game = random_table(players, 3)
    regression = regress(game, 20_000)
    error = (regression.values() - exact_values(game)).abs()
    assert (error / regression.standard_error()).max() < 4
    assert error.max() < 0.05


@pytest.mark.parametrize("players", [4, 9])
@pytest.mark.parametrize("kind", [SumGame, MeanGame])
def test_sums_and_means_leave_no_noise(cosines, kind, players):
    game = kind(cosines(players, 3))
    regression = regress(game, 3 * players)
    torch.testing.assert_close(regression.values(), exact_values(game), rtol=0, atol=1e-9)
    assert regression.standard_error().max() < 1e-9


def test_what_depends_on_the_size_of_a_coalition_alone_is_shared_equally():
    majority = FunctionGame(lambda coalitions: (coalitions.sum(dim=1) > 2).double(), size=5)
    values = regress(majority, 30).values()
    torch.testing.assert_close(values, torch.full((5, 1), 0.2).double(), rtol=0, atol=1e-7)


@pytest.mark.parametrize("pairs", [20, 300])
@pytest.mark.parametrize("kind", [SoftmaxMeanGame, LogSumExpGame, MaxGame])
def test_intervals_of_two_standard_errors_hold_the_truth_as_often_as_they_should(
    cosines, kind, pairs
):
    game = kind(cosines(9, 8))
    exact = exact_values(game)
    runs = [regress(game, pairs, seed) for seed in range(150)]
    z = torch.stack([(run.values() - exact) / run.standard_error() for run in runs])
    assert 0.91 < (z.abs() < 1.96).double().mean() < 0.995


def test_the_standard_error_equals_the_spread_over_many_seeds(cosines):
    game = SoftmaxMeanGame(cosines(8, 4))
    runs = [regress(game, 200, seed) for seed in range(300)]
    values = torch.stack([run.values() for run in runs])
    claimed = torch.stack([run.standard_error() for run in runs]).square().mean(dim=0)
    assert 0.85 < (claimed / values.var(dim=0)).mean() < 1.2
    z = (values.mean(dim=0) - exact_values(game)) / (values.std(dim=0) / 300**0.5)
    assert z.abs().max() < 4.5  # 32 of them


def test_fewer_pairs_than_players_have_no_known_error():
    regression = regress(random_table(8, 2), 7)
    assert regression.standard_error().isinf().all()
    regression.add(1)
    assert regression.standard_error().isfinite().all()


def test_chunk_after_chunk_is_the_same_regression_as_everything_at_once(monkeypatch):
    game = random_table(7, 3)
    drawn = (torch.rand(60, 7, generator=seeded(3)).argsort(dim=1) < 3).split([10, 1, 49])
    queue = [*drawn, torch.cat(drawn)]
    monkeypatch.setattr("core.shapley.kernel.sample_coalitions", lambda *_, **__: queue.pop(0))
    pieces, whole = KernelRegression(game), KernelRegression(game)
    for part in drawn:
        pieces.add(len(part))
    whole.add(60)
    torch.testing.assert_close(pieces.values(), whole.values(), rtol=0, atol=1e-12)
    torch.testing.assert_close(pieces.standard_error(), whole.standard_error())


def test_the_size_of_the_blocks_changes_nothing(monkeypatch, cosines):
    game = SoftmaxMeanGame(cosines(9, 5))
    whole = regress(game, 50)
    monkeypatch.setattr("core.shapley.kernel._BLOCK_ELEMENTS", 300)
    parts = regress(game, 50)
    torch.testing.assert_close(parts.values(), whole.values(), rtol=0, atol=1e-13)


def test_the_same_seed_gives_the_same_values_and_another_seed_others():
    game = random_table(6, 2)
    assert torch.equal(regress(game, 30, 1).values(), regress(game, 30, 1).values())
    assert not torch.equal(regress(game, 30, 1).values(), regress(game, 30, 2).values())


def test_evaluations_count_every_coalition_asked_for():
    asked = []

    def count(coalitions):
        asked.append(coalitions)
        return coalitions.sum(dim=1).double() ** 2

    regression = regress(FunctionGame(count, size=6), 25)
    everybody_asked = torch.cat(asked)
    assert regression.evaluations == int(everybody_asked.any(dim=1).sum()) == 1 + 12 + 50


def test_values_are_differentiable():
    table = random_table(5, 2).values.requires_grad_()
    assert torch.autograd.gradcheck(lambda t: regress(TableGame(t), 30).values(), (table,))


def test_gradients_of_a_sampled_game_come_close_to_the_exact_ones(cosines):
    similarity = cosines(8, 2).requires_grad_()
    upstream = cosines(8, 2, seed=1)
    game = SoftmaxMeanGame(similarity, 0.5)
    (expected,) = torch.autograd.grad((exact_values(game) * upstream).sum(), similarity)
    (found,) = torch.autograd.grad((regress(game, 3000).values() * upstream).sum(), similarity)
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-3)


@dataclass(frozen=True)
class ProxiedGame(TableGame):
    """A table that offers another table, near to it, as its proxy."""

    near: torch.Tensor

    def proxy(self):
        return TableGame(self.near)


def test_only_the_difference_from_a_proxy_is_estimated():
    near = random_table(7, 2).values
    far = 0.01 * random_table(7, 2, seed=1).values
    game = ProxiedGame(near + far, near=near)
    found = regress(game, 60)
    expected = TableGame(near).exact_values(0).values + regress(TableGame(far), 60).values()
    torch.testing.assert_close(found.values(), expected, rtol=0, atol=1e-12)
    bare = regress(TableGame(near + far), 60)
    assert found.standard_error().mean() < 0.02 * bare.standard_error().mean()


def test_a_game_equal_to_its_proxy_is_exact_after_no_pair_at_all():
    near = random_table(6, 2).values
    found = KernelRegression(ProxiedGame(near, near=near)).values()
    torch.testing.assert_close(found, weigh(near), rtol=0, atol=1e-14)


def clustered(players, targets, width=512):
    """Embeddings with a common direction and topics, as text encoders make them."""
    generator = seeded(0)
    common = torch.randn(width, generator=generator, dtype=torch.float64)
    topics = torch.randn(8, width, generator=generator, dtype=torch.float64)

    def embed(count):
        own = torch.randn(count, width, generator=generator, dtype=torch.float64)
        chosen = topics[torch.randint(8, (count,), generator=generator)]
        return torch.nn.functional.normalize(common + 0.6 * chosen + 0.8 * own, dim=1)

    return embed(players), embed(targets)


def test_the_cosine_game_of_a_batch_has_an_error_below_a_thousandth_of_the_variance():
    game = CosineMeanGame.of(*clustered(16, 16))
    exact = game.exact_values(1e-6).values
    runs = [regress(game, pairs_within(1024, 16), seed) for seed in range(10)]
    errors = torch.stack([run.values() - exact for run in runs])
    assert errors.square().mean() / exact.var() < 1e-3
    z = errors / torch.stack([run.standard_error() for run in runs])
    assert 0.91 < (z.abs() < 1.96).double().mean() < 0.99


@pytest.mark.parametrize("players", [1, 2, 3, 30])
def test_a_budget_pays_for_everybody_and_the_singles_before_any_random_pair(players):
    first = 1 + 2 * players
    assert pairs_within(first, players) == pairs_within(first + 1, players) == 0
    assert pairs_within(first + 21, players) == 10
    with pytest.raises(InputError, match=f"at least {first} evaluations, got {first - 1}"):
        pairs_within(first - 1, players)
