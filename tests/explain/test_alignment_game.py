"""The game of a single post, against enumeration over every coalition."""

import itertools
import math

import pytest
import torch

from core.explain.alignment_game import Players, Targets, play_game
from core.records import Player


def unit(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows), dim=-1)


PLAYERS = Players(
    [
        Player(text="own 0", context=0),
        Player(text="own 2", context=2),
        Player(text="bank a", bank_id="a"),
        Player(text="bank b", bank_id="b"),
    ],
    unit((1.0, 0.1), (-1.0, 0.2), (0.5, 1.0), (0.0, 1.0)),
)
TARGETS = Targets(["a"], unit((1.0, 0.0), (0.3, 1.0)))
TEMPERATURE = 0.2


def worth(similarity: list[float]) -> float:
    """The softmax-weighted mean, straight from its definition."""
    if not similarity:
        return 0.0
    weights = [math.exp(s / TEMPERATURE) for s in similarity]
    return sum(w * s for w, s in zip(weights, similarity, strict=True)) / sum(weights)


def brute_force(similarity: list[float]) -> list[float]:
    n = len(similarity)
    values = [0.0] * n
    for order in itertools.permutations(range(n)):
        for place, player in enumerate(order):
            before = [similarity[i] for i in order[:place]]
            values[player] += worth([*before, similarity[player]]) - worth(before)
    return [value / math.factorial(n) for value in values]


@pytest.fixture(scope="module")
def game():
    return play_game("text", PLAYERS, TARGETS, temperature=TEMPERATURE)


def test_values_are_the_mean_over_all_orders(game):
    assert game.shapley_values == pytest.approx(brute_force(game.similarities), abs=1e-7)
    assert game.similarities[0] == pytest.approx(1 / math.hypot(1, 0.1))


def test_values_sum_to_the_grand_coalition(game):
    assert game.value_grand == pytest.approx(worth(game.similarities), abs=1e-7)
    assert sum(game.shapley_values) == pytest.approx(game.value_grand, abs=1e-7)
    assert game.efficiency_residual == pytest.approx(0.0, abs=1e-7)
    assert game.standard_error is None


def test_only_own_contexts_stand_and_only_the_bank_outranks_them(game):
    first, second = game.standings
    assert (first.context, second.context) == (0, 2)
    assert first.rank == 1
    assert second.rank == 3  # both of the bank, not its own sibling
    values = game.shapley_values
    assert first.margin == pytest.approx(4 * (values[0] - values[2]))
    assert second.margin == pytest.approx(4 * (values[1] - values[2]))
    assert first.scaled_value == pytest.approx(4 * values[0])


def test_own_contexts_are_also_seen_from_the_posts_of_the_bank(game):
    similarity = (PLAYERS.vectors @ TARGETS.vectors[1]).tolist()
    expected = brute_force(similarity)
    assert [row[0] for row in game.bank_values] == pytest.approx(
        [4 * expected[0], 4 * expected[1]], abs=1e-6
    )


def test_a_sampled_game_says_how_sure_it_is_and_repeats_itself():
    arguments = {"temperature": TEMPERATURE, "method": "permutation", "permutations": 64, "seed": 3}
    once, again = (play_game("text", PLAYERS, TARGETS, **arguments) for _ in range(2))
    assert once == again
    assert once.seed == 3
    assert len(once.standard_error) == 4
    exact = brute_force(once.similarities)
    for value, error, truth in zip(once.shapley_values, once.standard_error, exact, strict=True):
        assert abs(value - truth) <= 5 * error + 1e-6


def test_a_bank_without_rivals_gives_rank_one():
    alone = Players(PLAYERS.described[:2], PLAYERS.vectors[:2])
    game = play_game("image", alone, Targets([], TARGETS.vectors[:1]), temperature=TEMPERATURE)
    assert [standing.rank for standing in game.standings] == [1, 1]
    assert game.bank_values == [[], []]
