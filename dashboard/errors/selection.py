"""The selection: some posts of a run, in words and as they stand in the address.

All charts of the page make one and show one. What it says decides which posts it holds, so that a
link brings back the same posts without listing them. Most are slices, written as `core.analysis`
writes them; what is no slice begins with @:

* `@quadrant:NAME`, by the thresholds of the page;
* `@lasso:x,y,x,y,…`, corners on the misalignment map;
* `@cell:KIND:GOLD:PREDICTED`, of the confusion matrix;
* `@score:KIND:LOW:HIGH`, posts with a predicted unit of such a score;
* `@list:NAME`, one of the disagreements.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from dashboard.errors.lists import disagreements
from dashboard.errors.runs import Run

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
Chosen = Mapping[str, Any]  # points, box and lasso, as Plotly names them
Thresholds = tuple[float, float]  # on the text side, on the image side
MOST_CORNERS = 24  # of a lasso: more make an address nobody can copy
SIDES = ("text", "image")


@dataclass(frozen=True, eq=False)
class Selection:
    """Some posts of a run; equal to itself only, so that what is known of it can be kept.

    Attributes:
        link: What the address says, "" for all posts.
        words: What they have in common.
        rows: Places of the posts: in the order of the run, or the worst first where there is one.
        chosen: Which posts, shape (posts,).
    """

    link: str
    words: str
    rows: Places = field(repr=False)
    chosen: Flags = field(repr=False)

    @property
    def is_all(self) -> bool:
        """Whether nothing was selected, so that it holds every post."""
        return not self.link

    def __len__(self) -> int:
        return len(self.rows)


class _Found(NamedTuple):
    """What a link selects: in words, and the places of the posts in their order."""

    words: str
    rows: Places


@lru_cache(maxsize=128)
def select(run: Run, link: str, thresholds: Thresholds, name: str = "") -> Selection:
    """Return the posts that a link selects.

    Args:
        run: That is open.
        link: As in the address.
        thresholds: Of the misalignment map.
        name: That the visitor gave the selection, "" for its own words.

    Raises:
        InputError: The link is damaged, or this run has nothing of the kind.
    """
    if not link:
        return Selection("", "all posts", np.arange(len(run)), np.ones(len(run), bool))
    kind, *parts = link.split(":")
    if kind in _KINDS:
        found = _special(kind, [unquote(part) for part in parts], run, thresholds)
    else:
        found = _slice(run, link)
    chosen = np.zeros(len(run), bool)
    chosen[found.rows] = True
    return Selection(link, name or found.words, found.rows, chosen)


def everything(run: Run) -> Selection:
    """Return all posts of a run."""
    return select(run, "", (0.0, 0.0))


def special(kind: str, *parts: str) -> str:
    """Return the link of a selection that is no slice."""
    return ":".join((f"@{kind}", *(quote(part, safe=" /()") for part in parts)))


def slice_link(column: str, value: str) -> str:
    """Return the link of the posts with a value of a column."""
    from core.analysis.slice_links import slice_to_link
    from core.analysis.slices import Range, slice_of

    return slice_to_link(slice_of(Range(column=column, value=value)))


def type_link(name: str) -> str:
    """Return the link of the posts where a unit of a type is wrong."""
    from core.analysis.features import OUTCOME_OF

    return slice_link(OUTCOME_OF + name, "wrong")


def cell_link(kind: str, chosen: Chosen) -> str:
    """Return the link of the cell of the confusion matrix that was clicked."""
    gold, predicted, *_ = chosen["points"][0]["customdata"]
    return special("cell", kind, gold, predicted)


def cell_of(link: str) -> tuple[str, str, str] | None:
    """Return kind, gold and predicted label of a link to a cell; None for any other link."""
    head, *parts = link.split(":")
    if head != "@cell" or len(parts) != 3:
        return None
    kind, gold, predicted = map(unquote, parts)
    return kind, gold, predicted


def area_link(chosen: Chosen, sides: Sequence[str] = SIDES) -> str:
    """Return the link of a box or a lasso drawn on the map; "" when only a mark was clicked.

    Args:
        chosen: As Plotly tells; of very many corners of a lasso some are left out, evenly.
        sides: Whose margins the axes show, of x and of y; a single one only has an axis x.
    """
    if chosen.get("lasso"):
        corners = list(zip(chosen["lasso"][0]["x"], chosen["lasso"][0]["y"], strict=True))
        if len(corners) > MOST_CORNERS:
            places = np.linspace(0, len(corners) - 1, MOST_CORNERS).round().astype(int)
            corners = [corners[place] for place in places]
        return "@lasso:" + ",".join(f"{value:.3g}" for corner in corners for value in corner)
    if chosen.get("box"):
        box = chosen["box"][0]
        ends = {side: sorted(box[axis]) for side, axis in zip(sides, "xy", strict=False)}
        return ",".join(
            f"margin_{side}:{low:.3g}..{high:.3g}" for side, (low, high) in ends.items()
        )
    return ""


def inside(corners: NDArray[np.float64], points: NDArray[np.float64]) -> Flags:
    """Return which points lie in a polygon: those whose way to the right crosses it an odd time.

    Args:
        corners: Shape (corners, 2).
        points: Shape (posts, 2); NaN lies nowhere.

    Returns:
        Shape (posts,).
    """
    odd = np.zeros(len(points), bool)
    x, y = points.T
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            spans = (y0 > y) != (y1 > y)
            odd ^= spans & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return odd


def _special(kind: str, parts: list[str], run: Run, thresholds: Thresholds) -> _Found:
    make, arguments = _KINDS[kind]
    if len(parts) != arguments:
        raise InputError(f"the address names no selection ({kind}); select the posts again")
    return make(run, parts, thresholds)


def _slice(run: Run, link: str) -> _Found:
    from core.analysis.slice_links import slice_from_link
    from core.analysis.slices import members

    chosen = slice_from_link(link)
    return _Found(chosen.name, np.flatnonzero(members(run.typed_table, chosen)))


def _quadrant(run: Run, parts: list[str], thresholds: Thresholds) -> _Found:
    from core.analysis.misalignment import QUADRANTS, quadrants

    (name,) = parts
    if name not in QUADRANTS:
        raise InputError(f"the map has no quadrant {name[:40]!r}; click one of the four")
    lies = quadrants(run.table, text_threshold=thresholds[0], image_threshold=thresholds[1])
    return _Found(f"quadrant {name}", np.flatnonzero(lies.eq(name)))


def _lasso(run: Run, parts: list[str], thresholds: Thresholds) -> _Found:
    try:
        values = np.array([float(part) for part in parts[0].split(",")])
    except ValueError:
        values = np.empty(0)
    if len(values) % 2 or len(values) < 6 or not np.isfinite(values).all():
        raise InputError("the address names no area of the map; draw it again")
    margins = np.stack([run.margin(side) for side in SIDES], axis=1)  # (posts, 2)
    return _Found("area drawn on the map", np.flatnonzero(inside(values.reshape(-1, 2), margins)))


def _cell(run: Run, parts: list[str], thresholds: Thresholds) -> _Found:
    from core.analysis.confusion import cell_rows

    kind, gold, predicted = parts
    rows = np.array(cell_rows(run.units, kind, gold, predicted), np.intp)
    return _Found(f"gold {gold} → predicted {predicted}", rows)


def _score(run: Run, parts: list[str], thresholds: Thresholds) -> _Found:
    kind, *ends = parts
    try:
        low, high = map(float, ends)
    except ValueError:
        raise InputError("the address names no scores; click a mark of the plot again") from None
    units = run.units
    scores = units["score"].to_numpy(np.float64, na_value=np.nan)
    there = (
        (scores >= low) & ((scores < high) | (high >= 1)) & units["kind"].eq(kind).to_numpy(bool)
    )
    return _Found(f"{kind} with a score from {low:g} to {high:g}", np.unique(units["row"][there]))


def _list(run: Run, parts: list[str], thresholds: Thresholds) -> _Found:
    found = disagreements(run).get(parts[0])
    if found is None:
        raise InputError(f"there is no list {parts[0][:40]!r}; open one under Disagreements")
    return _Found(found.name, np.array(found.rows, np.intp))


_KINDS: Mapping[str, tuple[Callable[[Run, list[str], Thresholds], _Found], int]] = {
    "@quadrant": (_quadrant, 1),
    "@lasso": (_lasso, 1),
    "@cell": (_cell, 3),
    "@score": (_score, 3),
    "@list": (_list, 1),
}
