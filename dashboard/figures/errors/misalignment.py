"""The misalignment map: how far each post's context beats the best other one, on both sides."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.drawing import OUTLINE, Drawing, layout, number, plain
from dashboard.figures.errors.outcomes import OUTCOMES

Flags = NDArray[np.bool_]
MOST_DRAWN = 2500  # marks; beyond that a browser takes longer than a click may
MAP_PIXELS = 470
SMALLEST, LARGEST = 3.5, 9.5  # pixels of a mark: gate 0 and 1
BRIGHT, DIMMED = 0.75, 0.14  # opacity of a mark
AXES = {"text": "margin on the text side, K·φ", "image": "margin on the image side, K·φ"}


# Where each part stands: at or above the threshold on the text side, on the image side.
CORNERS = {
    "fits both": (True, True),
    "fits the text only": (True, False),
    "fits the photo only": (False, True),
    "fits neither": (False, False),
}


def misalignment_map(
    posts: pd.DataFrame,
    *,
    thresholds: tuple[float, float],
    quadrants: Mapping[str, int],
    chosen: Flags | None = None,
    lasso: bool = True,
) -> Drawing:
    """Draw one mark a post: place = both margins, colour and symbol = outcome, size = gate.

    Of very many posts a part is drawn, every outcome alike; who selects an area gets all posts in
    it, since the area is looked up in the table and not in the marks.

    Args:
        posts: With columns id, margin_text, margin_image, outcome and gate; both margins known.
        thresholds: On the text and on the image side.
        quadrants: Number of posts in each part of the map, by the names of `CORNERS`.
        chosen: Which posts are selected, (posts,) bool; None: no selection, nothing is dimmed.
        lasso: Whether dragging draws a lasso; otherwise a box.

    Returns:
        The map; the table has one row a quadrant.
    """
    drawn = sample(posts, MOST_DRAWN)
    bright = np.ones(len(posts), bool) if chosen is None else chosen
    figure = go.Figure()
    for outcome in OUTCOMES:
        places = drawn[(posts["outcome"].to_numpy() == outcome)[drawn]]
        if len(places):
            figure.add_trace(_marks(posts.iloc[places], bright[places], outcome))
    ranges = [
        margin_range(posts[f"margin_{side}"], at) for side, at in zip(AXES, thresholds, strict=True)
    ]
    _thresholds(figure, thresholds)
    _corners(figure, quadrants)
    quiet = {"gridcolor": "rgba(125,135,150,0.18)", "zeroline": False, "fixedrange": True}
    figure.update_xaxes(range=ranges[0], title=_title("text"), **quiet)
    figure.update_yaxes(range=ranges[1], title=_title("image"), **quiet)
    figure.update_layout(
        layout(
            height=MAP_PIXELS,
            margin={"l": 50, "r": 6, "t": 26, "b": 44},
            dragmode="lasso" if lasso else "select",
            newselection={"line": {"color": OUTLINE, "width": 1.5}},
        )
    )
    return Drawing(figure, _alt(posts, quadrants, thresholds), quadrant_table(quadrants))


def quadrant_table(quadrants: Mapping[str, int]) -> pd.DataFrame:
    """Return one row a quadrant with its number of posts and its share."""
    total = sum(quadrants.get(name, 0) for name in CORNERS) or 1
    return pd.DataFrame(
        [
            {
                "quadrant": name,
                "posts": quadrants.get(name, 0),
                "share": quadrants.get(name, 0) / total,
            }
            for name in CORNERS
        ]
    )


def sample(posts: pd.DataFrame, most: int) -> NDArray[np.intp]:
    """Return the places of at most so many posts, evenly spread over each outcome.

    Args:
        posts: With a column outcome.
        most: Number of posts that may be drawn; every outcome keeps at least one.
    """
    if len(posts) <= most:
        return np.arange(len(posts))
    kept = []
    for places in posts.groupby("outcome", observed=True).indices.values():
        wanted = max(1, round(most * len(places) / len(posts)))
        kept.append(places[np.linspace(0, len(places) - 1, wanted).round().astype(int)])
    return np.sort(np.concatenate(kept))


def _marks(posts: pd.DataFrame, bright: Flags, outcome: str) -> go.Scatter:
    look = OUTCOMES[outcome]
    gates = posts["gate"].fillna(0.5).to_numpy(float)
    opacity = np.where(bright, BRIGHT, DIMMED)
    return go.Scatter(
        x=posts["margin_text"].to_numpy(np.float32),
        y=posts["margin_image"].to_numpy(np.float32),
        mode="markers",
        name=f"{look.sign} {outcome}",
        marker={
            "color": look.colour,
            "symbol": look.symbol,
            "size": np.round(SMALLEST + (LARGEST - SMALLEST) * gates, 1).astype(np.float32),
            "opacity": opacity.astype(np.float32),
            "line": {"width": 0},
        },
        # What is dimmed is ours to say: it has to last longer than a selection of the chart.
        selected={"marker": {"opacity": BRIGHT}},
        unselected={"marker": {"opacity": BRIGHT if bright.all() else DIMMED}},
        customdata=list(zip(posts["id"], gates.round(2), strict=True)),
        text=[plain(id) for id in posts["id"]],
        hovertemplate=f"<b>%{{text}}</b><br>{outcome}"
        "<br>text %{x:+.2f} · image %{y:+.2f} · gate %{customdata[1]}<extra></extra>",
    )


def _thresholds(figure: go.Figure, thresholds: tuple[float, float]) -> None:
    line = {"color": OUTLINE, "width": 1.5, "dash": "dash"}
    figure.add_shape(
        type="line", x0=thresholds[0], x1=thresholds[0], y0=0, y1=1, yref="paper", line=line
    )
    figure.add_shape(
        type="line", y0=thresholds[1], y1=thresholds[1], x0=0, x1=1, xref="paper", line=line
    )


def _corners(figure: go.Figure, quadrants: Mapping[str, int]) -> None:
    for name, (right, top) in CORNERS.items():
        figure.add_annotation(
            x=1 if right else 0,
            xref="paper",
            xanchor="right" if right else "left",
            y=1 if top else 0,
            yref="paper",
            yanchor="bottom",
            yshift=3,
            text=f"<b>{name}</b> {quadrants.get(name, 0):,}",
            showarrow=False,
            font={"size": 12.5},
        )


def margin_range(margins: "pd.Series[float]", threshold: float) -> list[float]:
    """Return the ends of an axis that shows all margins and the threshold, with some room."""
    low = min(float(margins.min()), threshold) if len(margins) else threshold - 1
    high = max(float(margins.max()), threshold) if len(margins) else threshold + 1
    room = 0.06 * ((high - low) or 1.0)
    return [low - room, high + room]


def _title(side: str) -> dict[str, object]:
    return {"text": AXES[side], "font": {"size": 12}, "standoff": 6}


def _alt(
    posts: pd.DataFrame,
    quadrants: Mapping[str, int],
    thresholds: tuple[float, float],
) -> str:
    counts = "; ".join(f"{name}: {quadrants.get(name, 0):,}" for name in CORNERS)
    return (
        f"Scatter of {len(posts):,} posts by the margin of their context over the best other one. "
        f"Thresholds: text {number(thresholds[0])}, image {number(thresholds[1])}. {counts}."
    )
