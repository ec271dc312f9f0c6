"""Several systems on the posts that all of them saw, so that their scores can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from core.analysis.pairing import pair
from core.analysis.posts import the_task
from core.errors import InputError


@dataclass(frozen=True)
class Lineup:
    """Tables over the same posts.

    Attributes:
        tables: By name, the posts that all of them share, in the order of the first, under their
            numbers in the table they come from.
        left_out: By name, how many posts of a table take no part.
        refused: By name, why a table cannot be compared with those before it.
    """

    tables: Mapping[str, pd.DataFrame]
    left_out: Mapping[str, int]
    refused: Mapping[str, str]

    @property
    def posts(self) -> int:
        """Number of posts that all share."""
        return len(next(iter(self.tables.values())))


def line_up(tables: Mapping[str, pd.DataFrame]) -> Lineup:
    """Return the posts that all tables share; a table that shares none is left out, and why.

    Args:
        tables: By name; the first is what the others are compared with.

    Raises:
        InputError: The first table is empty or holds several tasks.
    """
    (_, shared), *others = tables.items()
    the_task(shared)
    refused = {}
    for name, table in others:
        try:
            shared = pair(shared, table).a
        except InputError as error:
            refused[name] = str(error)
    ids = pd.Index(shared["id"])
    cut = {
        name: table.iloc[pd.Index(table["id"]).get_indexer(ids)]
        for name, table in tables.items()
        if name not in refused
    }
    left_out = {name: len(tables[name]) - len(ids) for name in cut}
    return Lineup(cut, left_out, refused)
