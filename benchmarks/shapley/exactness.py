"""How exact the engine's quadrature is: its largest difference from enumeration."""

import torch

from benchmarks.shapley.report import LargestError
from core.shapley.similarity_games import LogSumExpGame, SoftmaxMeanGame
from core.shapley.solve import shapley_values

PLAYERS = (2, 4, 8, 12, 16)
TEMPERATURES = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
ASKED = ((torch.float32, 1e-6), (torch.float64, 1e-12))
TARGETS = 16


def largest_errors(
    players: tuple[int, ...] = PLAYERS, temperatures: tuple[float, ...] = TEMPERATURES
) -> list[LargestError]:
    """Return one entry per game, precision and temperature.

    Similarities are uniform between -1 and 1, seeded by the number of players. Enumeration is
    computed in float64 from the same numbers, rounded to the precision measured.
    """
    return [
        LargestError(
            game=kind.name,
            dtype=str(dtype).removeprefix("torch."),
            tolerance=tolerance,
            temperature=temperature,
            by_players={n: _largest_error(kind, n, temperature, dtype, tolerance) for n in players},
        )
        for kind in (SoftmaxMeanGame, LogSumExpGame)
        for dtype, tolerance in ASKED
        for temperature in temperatures
    ]


def _largest_error(
    kind: type[SoftmaxMeanGame] | type[LogSumExpGame],
    players: int,
    temperature: float,
    dtype: torch.dtype,
    tolerance: float,
) -> float:
    generator = torch.Generator().manual_seed(players)
    similarity = 2 * torch.rand(players, TARGETS, generator=generator, dtype=dtype) - 1
    found = shapley_values(kind(similarity, temperature), method="exact", tolerance=tolerance)
    exact = shapley_values(kind(similarity.double(), temperature), method="enumeration")
    return float((found.values.double() - exact.values).abs().max())
