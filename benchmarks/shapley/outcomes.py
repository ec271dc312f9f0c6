"""What the engine must reach, read off the rows of a report."""

from collections.abc import Callable, Iterable

from benchmarks.shapley.methods import DEFAULT_SAMPLING, quadrature_name
from benchmarks.shapley.report import LargestError, Outcome, Row

GAME, TEMPERATURE = "softmax_mean", 0.1
_FASTER = {
    "captum ShapleyValueSampling": 100.0,
    "shapiq PermutationSamplingSV": 300.0,
    "shap KernelExplainer": 80.0,
}
_QUADRATURE_TIMES = {32: 8.0, 128: 18.0}
_LARGEST_ERRORS = {"float32": 1e-6, "float64": 1e-12}


def judge(rows: Iterable[Row], errors: Iterable[LargestError]) -> list[Outcome]:
    """Return every required outcome with what was measured of it."""
    known = {
        (row.players, row.method): row
        for row in rows
        if (row.game, row.temperature) == (GAME, TEMPERATURE)
    }

    def measured(players: int, method: str, of: Callable[[Row], float]) -> float | None:
        row = known.get((players, method))
        return None if row is None else of(row)

    def time(row: Row) -> float:
        return row.forward_ratio

    sampling = measured(32, DEFAULT_SAMPLING, time)
    outcomes = [
        Outcome(
            what=f"quadrature asked for 1e-4, n = T = {players}: time over plain sampling",
            sense="at most",
            wanted=wanted,
            measured=measured(players, quadrature_name(1e-4), time),
        )
        for players, wanted in _QUADRATURE_TIMES.items()
    ]
    outcomes += [
        Outcome(
            what=f"{DEFAULT_SAMPLING}, n = T = 32: nMSE",
            sense="at most",
            wanted=1.5e-3,
            measured=measured(32, DEFAULT_SAMPLING, lambda row: row.nmse),
        ),
        Outcome(
            what=f"{DEFAULT_SAMPLING}, n = T = 32: time over plain sampling",
            sense="at most",
            wanted=1.0,
            measured=sampling,
        ),
    ]
    own_plain = measured(32, "independent orders", time)
    if sampling is not None and own_plain is not None:
        outcomes.append(
            Outcome(
                what=f"{DEFAULT_SAMPLING}, n = T = 32: time over independent orders of ours",
                sense="at most",
                wanted=1.0,
                measured=sampling / own_plain,
            )
        )
    for rival, wanted in _FASTER.items():
        theirs = measured(32, rival, time)
        outcomes.append(
            Outcome(
                what=f"{rival}, n = T = 32: time over our sampling",
                sense="at least",
                wanted=wanted,
                measured=None if theirs is None or sampling is None else theirs / sampling,
            )
        )
    return outcomes + _judge_errors(list(errors))


def _judge_errors(errors: list[LargestError]) -> list[Outcome]:
    outcomes = []
    for dtype, wanted in _LARGEST_ERRORS.items():
        found = [max(error.by_players.values()) for error in errors if error.dtype == dtype]
        outcomes.append(
            Outcome(
                what=f"quadrature against enumeration, {dtype}: largest error",
                sense="at most",
                wanted=wanted,
                measured=max(found, default=None),
            )
        )
    return outcomes
