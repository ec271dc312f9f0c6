"""Questions about sampling: what random orders get right, and how fast they get the rest right."""

import torch
from torch import Tensor

from core.lab.card import Card, Photo, closest, exact_values, grand_value, table_rows
from core.shapley import shapley_values
from core.shapley.games import Game
from core.shapley.permutation import permutation_budget
from core.shapley.similarity_games import SoftmaxMeanGame

_REPEATS = 64


def few_orders(photo: Photo) -> Card:
    """Ask whether a handful of orders keeps the total."""
    game = SoftmaxMeanGame(photo.similarities)
    sums = [_sample(game, orders, photo.seed).sum().item() for orders in (1, 3, 10)]
    grand = grand_value(game)
    always_exact = max(abs(total - grand) for total in sums) < 1e-9
    return Card(
        id="few-orders",
        question="Only three random orders are walked. Do the estimated values add up to v(N)?",
        options=("yes, exactly", "only on average over many orders"),
        answer=int(not always_exact),
        because=(
            f"v(N) is {grand:.4f}. In every single order the marginals climb from nothing to v(N), "
            "so each value may be off, but their sum never is."
            if always_exact
            else f"v(N) is {grand:.4f}, and the sums miss it."
        ),
        numbers=table_rows({"orders": [1, 3, 10], "sum of φ": sums, "v(N)": [grand] * 3}),
    )


def more_orders(photo: Photo) -> Card:
    """Ask how fast the error falls."""
    game = SoftmaxMeanGame(photo.similarities)
    few, many = _sampling_error(game, 32, photo.seed), _sampling_error(game, 128, photo.seed)
    outcomes = {"it stays": 1.0, "it halves": 1 / 2, "it falls to a quarter": 1 / 4}
    outcomes["it falls to a sixteenth"] = 1 / 16
    return Card(
        id="more-orders",
        question="Four times as many random orders are drawn. What happens to the error of φ?",
        options=tuple(outcomes),
        answer=closest(
            torch.tensor(many / few).log(), [torch.tensor(x).log() for x in outcomes.values()]
        ),
        because=(
            f"Over {_REPEATS} repeats it went from {few:.4f} to {many:.4f}, a factor of "
            f"{many / few:.2f}. The error of a mean falls with the root of the number of samples."
        ),
        numbers=table_rows({"orders": [32, 128], "root mean squared error": [few, many]}),
    )


def _sample(game: Game, orders: int, seed: int) -> Tensor:
    """Return the values plain random orders give, shape (n,)."""
    estimate = shapley_values(
        game,
        method="permutation",
        budget=permutation_budget(game.players, orders),
        design="independent",
        correction="none",
        generator=torch.Generator().manual_seed(seed),
    )
    return estimate.values.squeeze(1)


def _sampling_error(game: Game, orders: int, seed: int) -> float:
    """Return the root mean squared error of a value from so many orders."""
    exact = exact_values(game)
    seeds = range(_REPEATS * seed, _REPEATS * (seed + 1))
    errors = torch.stack([_sample(game, orders, each) - exact for each in seeds])  # (repeats, n)
    return float(errors.square().mean().sqrt())
