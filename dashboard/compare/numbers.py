"""The page's only door to what is computed of runs compared; each number is computed once.

Reading runs loads torch, so nothing of it is imported before it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
from pydantic import ValidationError

from core.analysis.evidence import Comparison
from core.errors import InputError
from core.records import Side
from dashboard.compare.state import FIELDS, LETTERS
from dashboard.errors.runs import ROOT, Run

if TYPE_CHECKING:
    from core.analysis.comparison import McNemar, PairedDifference
    from core.analysis.costs import Cost
    from core.analysis.differences import PhiAgreement, TypeDifference
    from core.analysis.intervals import Scores
    from core.analysis.lineup import Lineup
    from core.analysis.pairing import Pairing

Found = TypeVar("Found")

CHECKPOINTS = ROOT / "checkpoints"
RESULTS = ROOT / "benchmarks" / "results"
EVIDENCE_MARK = '"shap-ca-comparison/1"'


@dataclass(frozen=True, eq=False)
class Compared:
    """Runs over the same posts, by their letter; "A" is what the others are compared with.

    Attributes:
        runs: Those that can be compared.
        lineup: Their tables, cut to the posts that all share.
        refused: By letter, why a run cannot be compared.
    """

    runs: Mapping[str, Run]
    lineup: "Lineup"
    refused: Mapping[str, str]

    @property
    def others(self) -> list[str]:
        """The letters after A."""
        return [letter for letter in self.runs if letter != LETTERS[0]]


def compared(runs: Mapping[str, Run]) -> Compared:
    """Return what runs have in common.

    Args:
        runs: By their field, "a" among them.

    Raises:
        InputError: The first run cannot be scored at all.
    """
    return _compared(tuple(runs.items()))


@lru_cache(maxsize=4)
def _compared(runs: tuple[tuple[str, Run], ...]) -> Compared:
    from core.analysis.lineup import line_up

    letters = dict(zip(FIELDS, LETTERS, strict=True))
    by_letter = {str(letters[place]): run for place, run in runs}
    lineup = line_up({letter: run.table for letter, run in by_letter.items()})
    known = {letter: by_letter[letter] for letter in lineup.tables}
    return Compared(known, lineup, lineup.refused)


@lru_cache(maxsize=32)
def scores(among: Compared, letter: str) -> "Scores | None":
    """Return the scores of one run on the shared posts, None where nothing can be scored."""
    from core.analysis.intervals import micro_scores

    return _known(lambda: micro_scores(among.lineup.tables[letter]))


@lru_cache(maxsize=32)
def difference(among: Compared, letter: str) -> "PairedDifference | None":
    """Return how much better a run is than A, None where nothing can be scored."""
    from core.analysis import pairing

    return _known(lambda: pairing.difference(_pairing(among, letter)))


@lru_cache(maxsize=32)
def rightness(among: Compared, letter: str) -> "McNemar | None":
    """Return which posts exactly one of A and a run has wholly right, None without gold."""
    from core.analysis import pairing

    return _known(lambda: pairing.rightness(_pairing(among, letter)))


@lru_cache(maxsize=16)
def changes(among: Compared, letter: str) -> pd.DataFrame | None:
    """Return what became of every post from A to a run, None without gold."""
    from core.analysis import pairing

    return _known(lambda: pairing.changes(_pairing(among, letter)))


@lru_cache(maxsize=16)
def types(among: Compared, letter: str) -> "list[TypeDifference] | None":
    """Return how much better a run finds each type than A, None without gold."""
    from core.analysis.differences import type_differences

    units = (among.runs[LETTERS[0]].units, among.runs[letter].units)
    return _known(lambda: type_differences(_pairing(among, letter), *units))


@lru_cache(maxsize=16)
def phi(among: Compared, letter: str, side: Side) -> "PhiAgreement":
    """Return whether A and a run value the contexts of the posts alike."""
    from core.analysis.differences import phi_agreement

    return phi_agreement(_pairing(among, letter), side)


@lru_cache(maxsize=32)
def cost(run: Run) -> "Cost":
    """Return what a run costs."""
    from core.analysis.costs import run_cost

    return run_cost(run.file.path, run.table, run.about, CHECKPOINTS)


def units_of(run: Run, rows: Sequence[int]) -> list[pd.DataFrame]:
    """Return the gold and predicted units of some posts, a table each."""
    from core.annotations import units_table

    units = units_table(run.table.loc[list(rows)])
    return [units[units["row"] == row] for row in rows]


def evidence() -> dict[str, Comparison | None]:
    """Return the comparisons of trainings kept with the project by file name; None: damaged."""
    paths = [path for path in sorted(RESULTS.glob("*.json")) if _is_evidence(path)]
    return {path.name: _evidence(path, path.stat().st_mtime_ns) for path in paths}


def _is_evidence(path: Path) -> bool:
    return EVIDENCE_MARK in path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=32)
def _evidence(path: Path, modified: int) -> Comparison | None:
    try:
        return Comparison.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


@lru_cache(maxsize=16)
def _pairing(among: Compared, letter: str) -> "Pairing":
    from core.analysis.pairing import pair

    return pair(among.lineup.tables[LETTERS[0]], among.lineup.tables[letter])


def _known(compute: Callable[[], Found]) -> Found | None:
    try:
        return compute()
    except InputError:
        return None
