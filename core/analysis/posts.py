"""Which posts of a table can be scored, and what was counted in them.

Every function here reads the table of an annotation file: one row a post, in the columns that
`core/annotations` writes. Counts are of the task's units: entities, relations, quintuples, labels.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COUNTS: Final = ("correct", "spurious", "missed")
UNKNOWN: Final = "unknown"


def the_task(table: pd.DataFrame) -> str:
    """Return the one task of a table.

    Raises:
        InputError: The table is empty, or holds several tasks.
    """
    if table.empty:
        raise InputError("there are no posts here to analyse; choose a run or a filter with some")
    tasks = sorted(table["task"].unique())
    if len(tasks) > 1:
        raise InputError(
            f"these posts are of different tasks ({', '.join(tasks)}), whose scores cannot be "
            "added up; choose posts of one task"
        )
    return str(tasks[0])


def scored(table: pd.DataFrame) -> pd.DataFrame:
    """Return the posts of a table that have gold answers, so that predictions can be scored.

    Raises:
        InputError: The table is empty, holds several tasks, or no post has gold answers.
    """
    the_task(table)
    found = table[table["has_gold"].to_numpy(dtype=bool) & table["correct"].notna().to_numpy()]
    if found.empty:
        raise InputError(
            "none of these posts has gold answers, so nothing can be scored; annotate a dataset "
            "that has them"
        )
    return found


def counts(table: pd.DataFrame, *, prefix: str = "") -> Floats:
    """Return each post's correct, spurious and missed units, shape (posts, 3).

    Args:
        table: Posts with gold answers, as `scored` returns them.
        prefix: "bare_" counts what was predicted without contexts.

    Raises:
        InputError: A post has no such counts.
    """
    found = table[[prefix + name for name in COUNTS]].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(found).any():
        raise InputError(
            "some of these posts were not scored"
            + (" without contexts" if prefix else "")
            + "; leave them out, or annotate the dataset again"
        )
    return found


def errors(table: pd.DataFrame, *, prefix: str = "") -> Floats:
    """Return each post's spurious and missed units together; NaN where it was not scored."""
    spurious, missed = (numbers(table, prefix + name) for name in COUNTS[1:])
    return spurious + missed


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column as numbers, NaN where it says nothing."""
    return table[column].to_numpy(dtype=np.float64, na_value=np.nan)


def equals(column: "pd.Series[Any]", value: str) -> Flags:
    """Return where a column holds exactly this value; nowhere it says nothing."""
    words = column.to_numpy(dtype=object, na_value="")
    return np.asarray(words == value, dtype=np.bool_)


def type_counts(units: pd.DataFrame, rows: "pd.Index[Any]") -> dict[tuple[str, str], Floats]:
    """Return each post's correct, spurious and missed units of every kind and type.

    A unit whose type or boundary is wrong is missed under its gold type and spurious under its
    predicted one, so that the counts of the scored kind's types add up to those of the table.

    Args:
        units: The units table; units of rows that are not asked for are left out.
        rows: The posts, by their row in the units table.

    Returns:
        Shape (posts, 3) under (kind, type), in alphabetical order.
    """
    places = rows.get_indexer(pd.Index(units["row"]))
    units, places = units[places >= 0], places[places >= 0]
    right = equals(units["error"], "correct")
    found = {}
    for kind, name in _types(units):
        of_kind = equals(units["kind"], kind)
        gold = of_kind & equals(units["gold"], name)
        predicted = of_kind & equals(units["predicted"], name)
        masks = (gold & right, predicted & ~right, gold & ~right)
        columns = [np.bincount(places[mask], minlength=len(rows)) for mask in masks]
        found[kind, name] = np.stack(columns, axis=1).astype(np.float64)  # (posts, 3)
    return found


def _types(units: pd.DataFrame) -> list[tuple[str, str]]:
    pairs = {
        (str(kind), str(name))
        for column in ("gold", "predicted")
        for kind, name in units[["kind", column]].dropna().drop_duplicates().itertuples(index=False)
    }
    return sorted(pairs)
