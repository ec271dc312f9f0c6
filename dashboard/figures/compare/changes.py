"""What became of the posts from one system to another: better to the right, worse to the left."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import (
    OPPOSES,
    OUTLINE,
    SUPPORTS,
    Drawing,
    layout,
    name_row,
    shorten,
    write,
)

ROW_PIXELS = 46
NAME_CHARACTERS = 28  # beside the counts on a telephone
BAR_OFFSET = 0.2  # bars lie under their name
# In the order they are stacked, away from zero, with side and strength.
LOOKS: Final[Mapping[str, tuple[int, float]]] = {
    "better": (1, 0.45),
    "fixed": (1, 1.0),
    "worse": (-1, 0.45),
    "broken": (-1, 1.0),
}
SIGNS: Final[Mapping[str, str]] = {
    "fixed": "✓",
    "broken": "✗",
    "better": "+",
    "worse": "−",
    "same": "=",
}


def change_chart(counts: Sequence[tuple[str, str, Mapping[str, int]]]) -> Drawing:
    """Draw one row per system: posts that are better than by A to the right, worse to the left.

    Args:
        counts: Letter, name, and number of posts by what became of them.

    Returns:
        The chart; the table has one row per system.
    """
    figure = go.Figure()
    rows = [row + BAR_OFFSET for row in range(len(counts))]
    for change, (side, strength) in LOOKS.items():
        values = [side * found.get(change, 0) for _, _, found in counts]
        colour = SUPPORTS if side > 0 else OPPOSES
        figure.add_bar(
            x=values,
            y=rows,
            orientation="h",
            width=0.36,
            name=change,
            opacity=strength,
            marker={
                "color": colour,
                "pattern": {
                    "shape": "" if side > 0 else "/",
                    "fillmode": "replace",
                    "size": 7,
                    "solidity": 0.55,
                },
                "line": {"color": colour, "width": 1.2},
            },
            hovertemplate=f"%{{customdata:,}} {change}<extra></extra>",
            customdata=[abs(value) for value in values],
        )
    for row, (letter, name, found) in enumerate(counts):
        name_row(figure, row - 0.26, letter, shorten(name, NAME_CHARACTERS))
        words = (f"{SIGNS[c]} {found.get(c, 0):,} {c}" for c in ("fixed", "broken"))
        write(figure, 1, row - 0.26, "   ".join(words))
    figure.add_vline(x=0, line={"color": OUTLINE, "width": 1.5})
    reach = max([1, *(_reach(found) for _, _, found in counts)])
    figure.update_xaxes(
        range=[-1.05 * reach, 1.05 * reach],
        showgrid=False,
        zeroline=False,
        visible=False,
        fixedrange=True,
    )
    count = max(len(counts), 1)
    figure.update_yaxes(range=[count - 0.45, -0.55], visible=False, fixedrange=True)
    height = 16 + ROW_PIXELS * count
    figure.update_layout(
        layout(height=height, margin={"l": 4, "r": 4, "t": 4, "b": 4}, barmode="relative")
    )
    table = pd.DataFrame(
        [
            {"": letter, "run": name, **{c: found.get(c, 0) for c in SIGNS}}
            for letter, name, found in counts
        ]
    )
    return Drawing(figure, _alt(counts), table)


def _reach(found: Mapping[str, int]) -> int:
    sides = [sum(found.get(c, 0) for c, (side, _) in LOOKS.items() if side == s) for s in (1, -1)]
    return max(sides)


def _alt(counts: Sequence[tuple[str, str, Mapping[str, int]]]) -> str:
    parts = [
        f"{letter} ({name}): " + ", ".join(f"{found.get(change, 0):,} {change}" for change in SIGNS)
        for letter, name, found in counts
    ]
    return f"Posts on the way from A. {'; '.join(parts)}."
