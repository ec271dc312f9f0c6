"""Arcs above one another: what overlaps, or whose names would touch, lies in different lanes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Piece:
    """The part of an arc over one line.

    Attributes:
        arc: Number of the arc.
        line: Over which line.
        left: Where it begins.
        right: Where it ends.
        ends: Which end of the arc, 0 the head or 1 the tail, comes down to a word at its left and
            at its right; None where it goes on in another line.
        name_width: Of the name it carries, 0 where another piece of its arc does.
        lane: From 0, the lowest.
    """

    arc: int
    line: int
    left: float
    right: float
    ends: tuple[int | None, int | None]
    name_width: float = 0.0
    lane: int = 0

    @property
    def legs(self) -> list[float]:
        """Where it comes down to a word."""
        sides = zip((self.left, self.right), self.ends, strict=True)
        return [x for x, end in sides if end is not None]

    def name_range(self, width: float) -> tuple[float, float]:
        """Return where its name begins and ends, within a drawing of a width."""
        middle = (self.left + self.right) / 2
        half = min(self.name_width, width) / 2
        middle = min(max(middle, half), width - half)
        return middle - half, middle + half

    def extent(self, width: float) -> tuple[float, float]:
        """Return what arc and name take up together."""
        if not self.name_width:
            return self.left, self.right
        low, high = self.name_range(width)
        return min(low, self.left), max(high, self.right)


Lane = list[Piece]


def in_lanes(pieces: Sequence[Piece], width: float) -> list[Piece]:
    """Return the pieces in lanes over their lines, short ones low; no two of one lane touch.

    Args:
        pieces: All of one drawing.
        width: Of the drawing.
    """
    lines: dict[int, list[Lane]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda one: one.right - one.left):
        lanes = lines[piece.line]
        free = [
            number
            for number in range(len(lanes) + 1)
            if not any(_touch(piece, other, width) for other in [*lanes, []][number])
        ]
        # Best where no leg runs through a name below; where that cannot be, at least no name
        # lies upon another.
        clear = [
            number
            for number in free
            if not _cuts_a_name([piece], lanes[:number], width)
            and not any(_cuts_a_name(lane, [[piece]], width) for lane in lanes[number + 1 :])
        ]
        lane = (clear or free)[0]
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(replace(piece, lane=lane))
    return [piece for lanes in lines.values() for lane in lanes for piece in lane]


def _touch(one: Piece, other: Piece, width: float) -> bool:
    (left, right), (low, high) = one.extent(width), other.extent(width)
    return left < high and low < right


def _cuts_a_name(above: Lane, below: Sequence[Lane], width: float) -> bool:
    legs = [x for piece in above for x in piece.legs]
    named = [other.name_range(width) for lane in below for other in lane if other.name_width]
    return any(low < x < high for x in legs for low, high in named)
