"""How the score changes when the contexts of more and more posts are left out."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, SUPPORTS, Drawing, layout, number

CHART_PIXELS = 260
_BAND = "rgba(59,120,194,0.18)"


class Step(NamedTuple):
    """A reader without the contexts of some posts.

    Attributes:
        share: Of posts whose contexts are left out.
        posts: How many those are.
        last: Measure of the last of them; None: there is none.
        difference: F1 less that with all contexts.
        low: Lower end of its interval.
        high: Upper end.
    """

    share: float
    posts: int
    last: float | None
    difference: float
    low: float
    high: float


def leaving_out_chart(steps: Sequence[Step], *, best: int) -> Drawing:
    """Draw the change of F1 against the share of posts left without contexts.

    Args:
        steps: From no post to all that can be left out.
        best: Place of the highest.

    Returns:
        The line with its band; the table has one row a step.
    """
    shares = [step.share for step in steps]
    figure = go.Figure()
    for ends, fill in (("low", None), ("high", "tonexty")):
        figure.add_scatter(
            x=shares,
            y=[getattr(step, ends) for step in steps],
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=_BAND,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=shares,
        y=[step.difference for step in steps],
        mode="lines+markers",
        line={"color": SUPPORTS, "width": 2.2},
        marker={
            "color": SUPPORTS,
            "size": [13 if place == best else 5 for place in range(len(steps))],
            "symbol": ["diamond" if place == best else "circle" for place in range(len(steps))],
        },
        customdata=[[step.posts, _last(step), number(step.difference, 3)] for step in steps],
        hovertemplate="%{customdata[0]:,} posts without contexts%{customdata[1]}<br>"
        "F1 %{customdata[2]}<extra></extra>",
    )
    figure.add_hline(y=0, line={"color": OUTLINE, "width": 1.2, "dash": "dash"})
    _axes(figure)
    return Drawing(figure, _alt(steps, best), pd.DataFrame(steps, columns=Step._fields))


def _last(step: Step) -> str:
    return "" if step.last is None else f", up to {step.last:.3g}".replace("-", "−")


def _alt(steps: Sequence[Step], best: int) -> str:
    most, top = steps[-1], steps[best]
    return (
        "Change of F1 against the share of posts read without contexts. "
        f"Best {number(top.difference, 3)} at {top.share:.0%} of the posts; "
        f"{number(most.difference, 3)} at {most.share:.0%}."
    )


def _axes(figure: go.Figure) -> None:
    quiet = {"gridcolor": "rgba(125,135,150,0.18)", "zeroline": False, "fixedrange": True}
    figure.update_xaxes(
        range=[-0.02, 1.02],
        tickformat=".0%",
        title={"text": "posts without contexts", "font": {"size": 12}, "standoff": 6},
        **quiet,
    )
    figure.update_yaxes(
        title={"text": "change of F1", "font": {"size": 12}, "standoff": 6},
        tickformat="+.3~f",
        **quiet,
    )
    figure.update_layout(layout(height=CHART_PIXELS, margin={"l": 62, "r": 8, "t": 8, "b": 42}))
