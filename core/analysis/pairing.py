"""Two systems on the same posts: which posts they share, what changed, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from core.analysis.comparison import McNemar, PairedDifference, mcnemar, paired_bootstrap
from core.analysis.intervals import DRAWS
from core.analysis.posts import counts, errors, the_task
from core.annotations.files import units_table
from core.errors import InputError

Change = Literal["fixed", "broken", "better", "worse", "same"]
CHANGES: Final[Mapping[Change, str]] = {
    "fixed": "A had something wrong, B has the post wholly right",
    "broken": "A had the post wholly right, B has something wrong",
    "better": "both have something wrong, B less",
    "worse": "both have something wrong, B more",
    "same": "as many units wrong as before",
}


@dataclass(frozen=True)
class Pairing:
    """The posts that two tables share, in the order of the first.

    Attributes:
        a: Rows of the first table, under their numbers in it.
        b: Rows of the second table for the same posts, under their numbers in that one.
        only_a: Posts that only the first table has; they take no part.
        only_b: Posts that only the second has, likewise.
    """

    a: pd.DataFrame
    b: pd.DataFrame
    only_a: int
    only_b: int

    def __str__(self) -> str:
        """Return in words how many posts are compared, and how many are left out."""
        return (
            f"{len(self.a):,} posts are in both; {self.only_a:,} only in A and {self.only_b:,} "
            "only in B take no part."
        )

    def scored(self) -> "Pairing":
        """Return the posts that have gold answers in both tables.

        Raises:
            InputError: There are none.
        """
        known = ~np.isnan(errors(self.a)) & ~np.isnan(errors(self.b))
        if not known.any():
            raise InputError(
                "none of the posts that both runs share has gold answers in both, so their scores "
                "cannot be compared; annotate a dataset that has them"
            )
        return Pairing(self.a[known], self.b[known], self.only_a, self.only_b)


def pair(a: pd.DataFrame, b: pd.DataFrame) -> Pairing:
    """Return the posts that two tables share, matched by id.

    Raises:
        InputError: A table is empty or has an id twice, the tasks differ, no post is shared, or a
            shared post has another text or other gold answers.
    """
    tasks = [the_task(table) for table in (a, b)]
    if tasks[0] != tasks[1]:
        raise InputError(
            f"one run is of the task {tasks[0]}, the other of {tasks[1]}, whose answers cannot be "
            "compared; choose two runs of one task"
        )
    for table in (a, b):
        twice = table["id"][table["id"].duplicated()]
        if len(twice):
            raise InputError(
                f"post {twice.iloc[0]} is in a run twice, so it is unclear which to compare; "
                "give every post its own id"
            )
    places = pd.Index(b["id"]).get_indexer(pd.Index(a["id"]))
    shared = places >= 0
    if not shared.any():
        raise InputError(
            f"the two runs share no post (the first holds {a['id'].iloc[0]}, the second "
            f"{b['id'].iloc[0]}); choose two runs over one dataset"
        )
    found = Pairing(
        a[shared],
        b.iloc[places[shared]],
        only_a=int((~shared).sum()),
        only_b=len(b) - int(shared.sum()),
    )
    _check_same_posts(found)
    return found


def difference(pairing: Pairing, *, draws: int = DRAWS, seed: int = 0) -> PairedDifference:
    """Return the difference of micro F1 over the scored posts of a pairing.

    Raises:
        InputError: No shared post has gold answers.
    """
    both = pairing.scored()
    return paired_bootstrap(counts(both.a), counts(both.b), draws=draws, seed=seed)


def rightness(pairing: Pairing) -> McNemar:
    """Return on how many posts exactly one system has every unit right and none too many.

    Raises:
        InputError: No shared post has gold answers.
    """
    both = pairing.scored()
    return mcnemar(errors(both.a) == 0, errors(both.b) == 0)


def changes(pairing: Pairing) -> pd.DataFrame:
    """Return what became of every scored post on the way from A to B, the largest changes first.

    Returns:
        Columns id, text, row_a, row_b (numbers in the tables), errors_a, errors_b (units spurious
        or missed) and change, a key of `CHANGES`.

    Raises:
        InputError: No shared post has gold answers.
    """
    both = pairing.scored()
    before, after = errors(both.a).astype(int), errors(both.b).astype(int)
    frame = pd.DataFrame(
        {
            "id": both.a["id"].to_numpy(),
            "text": both.a["text"].to_numpy(),
            "row_a": both.a.index.to_numpy(),
            "row_b": both.b.index.to_numpy(),
            "errors_a": before,
            "errors_b": after,
            "change": _change(before, after),
        }
    )
    order = np.argsort(-np.abs(after - before), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _check_same_posts(pairing: Pairing) -> None:
    a, b = pairing.a, pairing.b
    other = a["text"].to_numpy() != b["text"].to_numpy()
    if other.any():
        name = a["id"].to_numpy()[other][0]
        raise InputError(
            f"post {name} says something else in each run, so they are of different datasets; "
            "choose two runs over one dataset"
        )
    both = a["has_gold"].to_numpy(dtype=bool) & b["has_gold"].to_numpy(dtype=bool)
    unlike = _gold(a[both]).sub(_gold(b[both]), fill_value=0)
    unlike = unlike[unlike != 0]
    if len(unlike):
        name = a["id"].to_numpy()[both][unlike.index[0][0]]
        raise InputError(
            f"post {name} has other gold answers in each run, so their scores cannot be "
            "compared; annotate both with the same version of the dataset"
        )


def _gold(table: pd.DataFrame) -> "pd.Series[int]":
    """Return how often each gold unit stands at each place of the table."""
    units = units_table(table.reset_index(drop=True))
    known = units[units["gold"].notna().to_numpy()]
    return known.groupby(["row", "kind", "gold", "start", "end"]).size()


def _change(before: "np.ndarray[Any, np.dtype[Any]]", after: Any) -> Any:
    conditions = [
        (before > 0) & (after == 0),
        (before == 0) & (after > 0),
        after < before,
        after > before,
    ]
    return np.select(conditions, ["fixed", "broken", "better", "worse"], default="same")
