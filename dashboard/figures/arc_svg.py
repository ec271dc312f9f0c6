"""The parts of a drawing of arcs as SVG: words, marks under them, arcs above; all text escaped.

Places are measured from where the sentence begins; `flip` says that this is at the right.
"""

import html
from collections import defaultdict
from collections.abc import Sequence

from core.records import Entity, Record
from dashboard.figures.arcs import Box
from dashboard.figures.lanes import Piece
from dashboard.figures.sentence import ROLES

WIDTH = 780.0  # pixels, at full size
LANE, WORD, KIND, LINE_GAP = 25.0, 24.0, 16.0, 16.0  # heights
CORNER = 7.0


def heights(boxes: Sequence[Box], pieces: Sequence[Piece]) -> tuple[list[float], float]:
    """Return the upper edge of the words of each line, and the height of everything."""
    lanes: dict[int, int] = defaultdict(int)
    for piece in pieces:
        lanes[piece.line] = max(lanes[piece.line], piece.lane + 1)
    tops, y = [], 4.0
    for line in range(boxes[-1].line + 1):
        tops.append(y + lanes[line] * LANE)
        y = tops[-1] + WORD + KIND + LINE_GAP
    return tops, y - LINE_GAP + 4.0


def arc_svg(piece: Piece, top: float, flip: bool, *, directed: bool, dashed: bool) -> str:
    """Return one piece of an arc, with its arrow where it comes down to the tail."""
    y, foot = _height(piece, top), top - 1.0
    turn = min(CORNER, (piece.right - piece.left) / 2)
    left, right = piece.left, piece.right
    start = f"M{_x(left, flip)} {y:.1f}"
    if piece.ends[0] is not None:
        start = (
            f"M{_x(left, flip)} {foot:.1f}V{y + turn:.1f}"
            f"Q{_x(left, flip)} {y:.1f} {_x(left + turn, flip)} {y:.1f}"
        )
    finish = f"H{_x(right, flip)}"
    if piece.ends[1] is not None:
        finish = (
            f"H{_x(right - turn, flip)}Q{_x(right, flip)} {y:.1f} {_x(right, flip)} "
            f"{y + turn:.1f}V{foot:.1f}"
        )
    style = ' class="sc-dashed"' if dashed else ""
    parts = [f'<path{style} d="{start}{finish}"/>']
    for x, end in zip((left, right), piece.ends, strict=True):
        if end == 1 and directed:
            tip = float(_x(x, flip))
            parts.append(f'<path class="sc-tip" d="M{tip:.1f} {foot + 1:.1f}l-4.5 -8h9z"/>')
    return "".join(parts)


def name_svg(piece: Piece, name: str, top: float, flip: bool) -> str:
    """Return the name of an arc above the piece that carries it, nothing for the other pieces."""
    if not piece.name_width:
        return ""
    low, high = piece.name_range(WIDTH)
    words, _, score = name.rpartition(" ")
    return (
        f'<text class="sc-name" x="{_x((low + high) / 2, flip)}" '
        f'y="{_height(piece, top) - 5:.1f}">'
        f"{html.escape(words)} <tspan>{score}</tspan></text>"
    )


def words_svg(record: Record, boxes: Sequence[Box], tops: Sequence[float], flip: bool) -> list[str]:
    """Return all words, those of entities marked and with their type below."""
    kinds: dict[int, str] = {}
    marks = []
    for place, entity in enumerate(record.entities):
        kind = entity.type or ROLES[place % 2]
        kinds.update(dict.fromkeys(range(entity.token_start, entity.token_end), kind))
        marks += _marks(entity, kind, boxes, tops, flip)
    words = []
    for place, box in enumerate(boxes):
        style = f' class="sc-found sc-{html.escape(kinds[place])}"' if place in kinds else ""
        middle, y = _x(box.left + box.width / 2, flip), tops[box.line] + 16.0
        text = html.escape(record.post.tokens[place].text)
        words.append(f'<text{style} x="{middle}" y="{y:.1f}">{text}</text>')
    return [*words, *marks]


def _marks(
    entity: Entity, kind: str, boxes: Sequence[Box], tops: Sequence[float], flip: bool
) -> list[str]:
    """Return a line under each row of an entity's words, and its type under the first."""
    parts = []
    there = boxes[entity.token_start : entity.token_end]
    for line in dict.fromkeys(box.line for box in there):
        row = [box for box in there if box.line == line]
        left, right, y = row[0].left, row[-1].right, tops[line]
        style = f"sc-found sc-{html.escape(kind)}"
        parts.append(
            f'<path class="{style}" d="M{_x(left, flip)} {y + 21:.1f}H{_x(right, flip)}"/>'
        )
        if line == there[0].line:
            parts.append(
                f'<text class="sc-kind {style}" x="{_x((left + right) / 2, flip)}" '
                f'y="{y + WORD + 11:.1f}">{html.escape(kind)}</text>'
            )
    return parts


def _height(piece: Piece, top: float) -> float:
    return top - piece.lane * LANE - 9.0


def _x(x: float, flip: bool) -> str:
    """Return a place from the left, of one that was measured from where the sentence begins."""
    return f"{WIDTH - x if flip else x:.1f}"
