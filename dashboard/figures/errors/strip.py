"""The map of a run with one side only: margins along one line for each outcome."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, Drawing, layout, name_row, number, plain
from dashboard.figures.errors.misalignment import (
    AXES,
    BRIGHT,
    DIMMED,
    MOST_DRAWN,
    Flags,
    margin_range,
    sample,
)
from dashboard.figures.errors.outcomes import OUTCOMES

ROW_PIXELS = 62
SPREAD = 0.2  # of a row: marks with equal margins lie beside one another


def margin_strip(
    posts: pd.DataFrame, *, side: str, threshold: float, chosen: Flags | None = None
) -> Drawing:
    """Draw one mark a post at its margin, a row for each outcome.

    Args:
        posts: With columns id, outcome and the margin of the side, known.
        side: "text" or "image".
        threshold: On that side.
        chosen: Which posts are selected, (posts,) bool; None: no selection, nothing is dimmed.

    Returns:
        The rows; the table has one row an outcome.
    """
    margins = posts[f"margin_{side}"].astype(float)
    there = [outcome for outcome in OUTCOMES if posts["outcome"].eq(outcome).any()]
    drawn = sample(posts, MOST_DRAWN)
    bright = np.ones(len(posts), bool) if chosen is None else chosen
    figure = go.Figure()
    for row, outcome in enumerate(there):
        places = drawn[posts["outcome"].eq(outcome).to_numpy(bool)[drawn]]
        look = OUTCOMES[outcome]
        figure.add_scatter(
            x=margins.iloc[places],
            y=row + 0.12 + SPREAD * np.sin(7.0 * np.arange(len(places))),
            mode="markers",
            marker={
                "color": look.colour,
                "symbol": look.symbol,
                "size": 7,
                "opacity": np.where(bright[places], BRIGHT, DIMMED),
            },
            selected={"marker": {"opacity": BRIGHT}},
            unselected={"marker": {"opacity": DIMMED}},
            customdata=[[id] for id in posts["id"].iloc[places]],
            text=[plain(id) for id in posts["id"].iloc[places]],
            hovertemplate="<b>%{text}</b><br>margin %{x:+.2f}<extra></extra>",
        )
        name_row(figure, row - 0.33, f"{look.sign} {outcome}")
    line = {"color": OUTLINE, "width": 1.5, "dash": "dash"}
    figure.add_shape(type="line", x0=threshold, x1=threshold, y0=0, y1=1, yref="paper", line=line)
    figure.update_xaxes(
        range=margin_range(margins, threshold),
        gridcolor="rgba(125,135,150,0.18)",
        zeroline=False,
        fixedrange=True,
        title={"text": AXES[side], "font": {"size": 12}, "standoff": 6},
    )
    figure.update_yaxes(range=[len(there) - 0.5, -0.55], visible=False, fixedrange=True)
    figure.update_layout(
        layout(
            height=56 + ROW_PIXELS * len(there),
            margin={"l": 6, "r": 6, "t": 6, "b": 44},
            dragmode="select",
            selectdirection="h",
        )
    )
    table = strip_table(posts, margins, threshold, there)
    said = "; ".join(f"{row['outcome']} {row['below']:,} of {row['posts']:,}" for row in table)
    alt = f"Margins, {side} side. Below the threshold {number(threshold)}: {said}."
    return Drawing(figure, alt, pd.DataFrame(table))


def strip_table(
    posts: pd.DataFrame, margins: "pd.Series[float]", threshold: float, outcomes: list[str]
) -> list[dict[str, object]]:
    """Return one row an outcome: its posts, those below the threshold, and its median margin."""
    rows: list[dict[str, object]] = []
    for outcome in outcomes:
        own = margins[posts["outcome"].eq(outcome).to_numpy(bool)]
        rows.append(
            {
                "outcome": outcome,
                "posts": len(own),
                "below": int((own < threshold).sum()),
                "median margin": float(own.median()),
            }
        )
    return rows
