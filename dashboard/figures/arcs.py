"""Where words, and arcs from word to word above them, go: geometry only, nothing is drawn.

A long sentence is broken into lines. An arc between two lines leaves the one at its end and enters
the other at its beginning.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.records import Token
from dashboard.figures.lanes import Piece, in_lanes
from dashboard.figures.text_width import text_width

FONT, NAME_FONT = 16.0, 12.5  # pixels
SPACE = 0.26 * FONT
GAP = 8.0  # between names in one lane
SLOT = 13.0  # between arcs that end at the same words

Span = tuple[int, int]  # words, half open


@dataclass(frozen=True)
class Box:
    """Where a word stands: its line, its left edge and its width."""

    line: int
    left: float
    width: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width


def place_words(tokens: Sequence[Token], kept: Sequence[Span], width: float) -> list[Box]:
    """Return where each word stands, in lines of a width.

    Args:
        tokens: Words of a sentence; what touches in it stays together.
        kept: Ranges of words that are bold, and stay on one line where they fit into one.
        width: Of a line.
    """
    inside = {place for start, end in kept for place in range(start, end)}
    glued = {place for start, end in kept for place in range(start, end - 1)}
    widths = [
        min(text_width(token.text, FONT, bold=place in inside), width)
        for place, token in enumerate(tokens)
    ]
    spaces = [SPACE if one.end < other.start else 1.0 for one, other in pairwise(tokens)] + [0.0]
    boxes: list[Box] = []
    line, left, place = 0, 0.0, 0
    while place < len(tokens):
        last = place
        while last + 1 < len(tokens) and (last in glued or spaces[last] < SPACE):
            last += 1
        whole = sum(widths[place : last + 1]) + sum(spaces[place:last])
        if left and left + whole > width:
            line, left = line + 1, 0.0
        for word in range(place, last + 1):
            if left and left + widths[word] > width:  # longer than any line
                line, left = line + 1, 0.0
            boxes.append(Box(line, left, widths[word]))
            left += widths[word] + spaces[word]
        place = last + 1
    return boxes


def place_arcs(
    ends: Sequence[tuple[Span, Span]], names: Sequence[str], boxes: Sequence[Box], width: float
) -> list[Piece]:
    """Return the pieces of all arcs, in lanes.

    Args:
        ends: The two ranges of words that each arc joins.
        names: What each arc is called.
        boxes: Where the words stand.
        width: Of a line.
    """
    points = _points(ends, boxes, width)
    pieces = [
        piece
        for arc, (pair, name) in enumerate(zip(points, names, strict=True))
        for piece in _pieces(arc, pair, text_width(name, NAME_FONT) + GAP, width)
    ]
    return in_lanes(pieces, width)


def _points(
    ends: Sequence[tuple[Span, Span]], boxes: Sequence[Box], width: float
) -> list[list[tuple[int, float]]]:
    """Return line and place of both ends of each arc; those at the same words stand side by side.

    Arcs that go left stand left of those that go right, near ones outside: they do not cross.
    """
    centres = {span: _centre(span, boxes) for pair in ends for span in pair}
    at: dict[Span, list[tuple[float, int, int]]] = defaultdict(list)
    for arc, pair in enumerate(ends):
        for end in (0, 1):
            (line, x), (far_line, far_x) = centres[pair[end]], centres[pair[1 - end]]
            away = (far_line - line) * width + far_x - x
            at[pair[end]].append((-1 / away if away else 0.0, arc, end))
    points: list[list[tuple[int, float]]] = [[(0, 0.0)] * 2 for _ in ends]
    for span, arcs in at.items():
        line, x = centres[span]
        step = min(SLOT, sum(boxes[word].width for word in range(*span)) / (len(arcs) + 1))
        for place, (_, arc, end) in enumerate(sorted(arcs, reverse=True)):
            points[arc][end] = (line, x + (place - (len(arcs) - 1) / 2) * step)
    return points


def _centre(span: Span, boxes: Sequence[Box]) -> tuple[int, float]:
    """Return line and middle of a range of words; of its first line, where it has several."""
    line = boxes[span[0]].line
    there = [boxes[word] for word in range(*span) if boxes[word].line == line]
    return line, (there[0].left + there[-1].right) / 2


def _pieces(
    arc: int, points: Sequence[tuple[int, float]], name_width: float, width: float
) -> list[Piece]:
    one, other = sorted((0, 1), key=lambda end: points[end])
    (first, start), (last, end) = points[one], points[other]
    if first == last:
        return [Piece(arc, first, start, end, (one, other), name_width)]
    between = [Piece(arc, line, 0.0, width, (None, None)) for line in range(first + 1, last)]
    pieces = [
        Piece(arc, first, start, width, (one, None)),
        *between,
        Piece(arc, last, 0.0, end, (None, other)),
    ]
    widest = max(range(len(pieces)), key=lambda place: pieces[place].right - pieces[place].left)
    pieces[widest] = replace(pieces[widest], name_width=name_width)
    return pieces
