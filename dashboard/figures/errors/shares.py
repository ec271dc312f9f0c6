"""Shares of a whole, as one bar: how posts divide over a few named values."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import Drawing, layout
from dashboard.figures.errors.outcomes import Look

BAR_PIXELS = 26


def shares_chart(
    counts: Mapping[str, Sequence[int]], looks: Mapping[str, Look], rows: Sequence[str]
) -> Drawing:
    """Draw how posts divide, one bar a group of posts, each as long as the other.

    Args:
        counts: Of each value, one number a row.
        looks: How each value is drawn, in the order of the bar.
        rows: Names of the groups, "" for the only one.

    Returns:
        The bars; the table has one row per group and value.
    """
    totals = [sum(column[row] for column in counts.values()) for row in range(len(rows))]
    figure = go.Figure()
    places = [-row for row in range(len(rows))]
    for value, look in looks.items():
        column = counts.get(value, [0] * len(rows))
        if not any(column):
            continue
        shares = [
            count / total if total else 0 for count, total in zip(column, totals, strict=True)
        ]
        figure.add_bar(
            x=shares,
            y=places,
            orientation="h",
            name=f"{look.sign} {value}",
            width=0.62,
            marker={
                "color": look.colour,
                "pattern": {"shape": look.pattern, "fillmode": "replace", "solidity": 0.5},
                "line": {"color": look.colour, "width": 1},
            },
            customdata=[[value, count] for count in column],
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{customdata[0]}: %{customdata[1]:,} posts, %{x:.1%}<extra></extra>",
        )
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(
        tickvals=places, ticktext=list(rows), fixedrange=True, zeroline=False, showgrid=False
    )
    margin = {"l": 4 if rows == [""] else 78, "r": 4, "t": 4, "b": 4}
    height = 8 + (BAR_PIXELS + 8) * len(rows)
    figure.update_layout(layout(height=height, margin=margin, barmode="stack"))
    return Drawing(figure, _alt(counts, looks, rows, totals), shares_table(counts, looks, rows))


def shares_table(
    counts: Mapping[str, Sequence[int]], looks: Mapping[str, Look], rows: Sequence[str]
) -> pd.DataFrame:
    """Return one row per group and value, with its count and its share."""
    parts = []
    for row, name in enumerate(rows):
        total = sum(column[row] for column in counts.values())
        parts += [
            {
                "posts": name or "all",
                "value": value,
                "count": counts.get(value, [0] * len(rows))[row],
                "share": counts.get(value, [0] * len(rows))[row] / total if total else 0.0,
            }
            for value in looks
        ]
    return pd.DataFrame(parts)


def _alt(
    counts: Mapping[str, Sequence[int]],
    looks: Mapping[str, Look],
    rows: Sequence[str],
    totals: Sequence[int],
) -> str:
    said = []
    for row, name in enumerate(rows):
        parts = ", ".join(
            f"{value} {counts[value][row] / totals[row]:.0%}"
            for value in looks
            if value in counts and totals[row]
        )
        said.append(f"{name or 'all posts'}: {parts or 'none'}")
    return "Shares of posts. " + "; ".join(said) + "."
