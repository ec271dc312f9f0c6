"""The picture of a comparison: how far each variant is from the first, with its interval."""

import plotly.graph_objects as go

from benchmarks.picture import FONT, GRID, INK
from core.analysis.evidence import Comparison, Variant

WIDTH, ROW, AROUND = 800, 44, 130
_POINTS = 100
_MEAN, _SEED = "#0072B2", "#E69F00"  # Okabe and Ito's, which the colour-blind tell apart


def draw_differences(found: Comparison, title: str) -> go.Figure:
    """Return one row a variant: the pooled difference with its interval, and that of each seed."""
    first, *others = found.variants
    figure = go.Figure()
    figure.add_scatter(
        x=[_POINTS * apart for other in others for apart in _by_seed(first, other)],
        y=[other.name for other in others for _ in _by_seed(first, other)],
        mode="markers",
        name="one seed",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": _SEED}},
    )
    known = [other for other in others if other.difference is not None]
    figure.add_scatter(
        x=[_POINTS * (other.difference or 0.0) for other in known],
        y=[other.name for other in known],
        mode="markers",
        name="all seeds, 95 % interval over posts",
        marker={"size": 11, "color": _MEAN},
        error_x={
            "array": [_reach(other.high, other) for other in known],
            "arrayminus": [_reach(other.low, other) for other in known],
            "color": _MEAN,
            "thickness": 2,
        },
    )
    _lay_out(figure, found, title)
    return figure


def _by_seed(first: Variant, other: Variant) -> list[float]:
    """Return F1 less that of the first variant, for every seed that both have."""
    base = dict(zip(first.seeds, first.f1_by_seed, strict=True))
    own = zip(other.seeds, other.f1_by_seed, strict=True)
    return [f1 - base[seed] for seed, f1 in own if seed in base]


def _reach(end: float | None, variant: Variant) -> float:
    """Return how far an end of the interval is from its middle, in points."""
    if end is None or variant.difference is None:
        return 0.0
    return _POINTS * abs(end - variant.difference)


def _lay_out(figure: go.Figure, found: Comparison, title: str) -> None:
    first, *others = found.variants
    figure.update_layout(
        width=WIDTH,
        height=AROUND + ROW * len(others),
        template="plotly_white",
        font=FONT,
        margin={"l": 10, "r": 20, "t": 70, "b": 56},
        title={
            "text": f"{title}<br><sup>{found.dev}, {found.posts:,} posts; "
            f"{first.name}: {_POINTS * first.f1:.2f}</sup>",
            "x": 0.01,
            "font": {"size": 17},
        },
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        xaxis={
            "title": f"F1 less that of {first.name}, in points",
            "gridcolor": GRID,
            "zerolinecolor": INK,
            "zerolinewidth": 1.5,
        },
        yaxis={
            "categoryorder": "array",
            "categoryarray": [other.name for other in reversed(others)],
            "automargin": True,
            "ticksuffix": "  ",
        },
    )
