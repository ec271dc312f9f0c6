"""How exact quadrature is, and what it costs beside sampling: `python -m benchmarks.exactness`.

The first table holds the largest difference between quadrature and enumeration over all players and
targets; enumeration is always computed in float64, from the same numbers. The second holds medians
of runs taken in turn, on the similarities of random 64-dimensional features, with one thread.
"""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from core.shapley import ShapleyEstimate, shapley_values

PLAYERS = (2, 4, 6, 8, 10, 12)
TEMPERATURES = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
ASKED = ((torch.float32, 1e-6), (torch.float64, 1e-10), (torch.float64, 1e-12))
TIMED_SIZES = (32, 64)
TIMED_TOLERANCES = (1e-3, 1e-4, 1e-6)
TARGETS = 32
ROUNDS = 15
RESULT = Path(__file__).parent / "results" / "exactness.json"


def main() -> None:
    """Measure both tables, print them and write them to `RESULT`."""
    torch.set_num_threads(1)
    errors = [
        measure_errors(dtype, tolerance, temperature)
        for dtype, tolerance in ASKED
        for temperature in TEMPERATURES
    ]
    seconds = [row for size in TIMED_SIZES for row in measure_seconds(size)]
    console = Console(width=110)
    console.print(tabulate("max |quadrature - enumeration|", errors))
    console.print(tabulate("medians, one thread", seconds))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"errors": errors, "seconds": seconds}, indent=2) + "\n")


def measure_errors(dtype: torch.dtype, tolerance: float, temperature: float) -> dict[str, object]:
    """Return one row: the largest error for each number of players."""
    row: dict[str, object] = {
        "dtype": str(dtype).removeprefix("torch."),
        "tolerance": tolerance,
        "temperature": temperature,
    }
    for players in PLAYERS:
        generator = torch.Generator().manual_seed(players)
        similarity = 2 * torch.rand(players, TARGETS, generator=generator, dtype=dtype) - 1
        found = shapley_values(similarity, temperature=temperature, tolerance=tolerance).values
        exact = shapley_values(similarity.double(), temperature=temperature, method="enumeration")
        row[f"n = {players}"] = float((found.double() - exact.values).abs().max())
    return row


def measure_seconds(size: int) -> list[dict[str, object]]:
    """Return one row per method: medians of the forward and of the forward and backward pass."""
    similarity = random_cosines(size)
    reference = shapley_values(similarity.double(), tolerance=1e-11).values
    methods = {
        f"quadrature, {tolerance:g}": partial(shapley_values, tolerance=tolerance)
        for tolerance in TIMED_TOLERANCES
    }
    methods["64 permutations"] = partial(shapley_values, method="permutation", permutations=64)
    forward = time_in_turn({name: partial(play, similarity) for name, play in methods.items()})
    both = time_in_turn(
        {name: partial(differentiate, play, similarity) for name, play in methods.items()}
    )
    return [
        {
            "n = T": size,
            "method": name,
            "forward ms": round(1e3 * forward[name], 2),
            "forward + backward ms": round(1e3 * both[name], 2),
            "max error": float((play(similarity).values - reference).abs().max()),
        }
        for name, play in methods.items()
    ]


def random_cosines(size: int) -> Tensor:
    """Return cosines of random features that share a direction, shape (size, size)."""
    generator = torch.Generator().manual_seed(size)
    contexts, targets = torch.randn(2, size, 64, generator=generator) + 0.5
    return torch.nn.functional.cosine_similarity(contexts[:, None], targets[None], dim=2)


def differentiate(play: Callable[[Tensor], ShapleyEstimate], similarity: Tensor) -> Tensor:
    """Return the gradient of the squared values' sum, shape (n, T)."""
    leaf = similarity.clone().requires_grad_()
    return torch.autograd.grad(play(leaf).values.square().sum(), leaf)[0]


def time_in_turn(runs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of each run, all of them taken once per round."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in seconds.items()}  # first: warm-up


def tabulate(title: str, rows: list[dict[str, object]]) -> Table:
    """Return the rows as a table with their keys as its heads."""
    table = Table(*rows[0], title=title)
    for row in rows:
        table.add_row(*map(as_text, row.values()))
    return table


def as_text(value: object) -> str:
    """Return an error as a power of ten and anything else as it is."""
    return f"{value:.0e}" if isinstance(value, float) and value < 0.05 else str(value)


if __name__ == "__main__":
    main()
