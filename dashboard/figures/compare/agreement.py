"""The values two systems give the contexts of the same posts, one against the other."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.drawing import OUTLINE, SUPPORTS, Drawing, layout, plain, shorten
from dashboard.figures.lab.lines import axis_title

HEIGHT_PIXELS = 380
MOST_MARKS = 2000  # more than that is a cloud anyway


def agreement_chart(posts: pd.DataFrame, letter: str, texts: "pd.Series[str]") -> Drawing:
    """Draw a mark per post: its value by A across, by the other system upwards.

    Args:
        posts: Columns id, a and b, one row a post.
        letter: Of the other system.
        texts: What each post says, row by row.

    Returns:
        The scatter with the line of equal values; the table has all posts, drawn or not.
    """
    step = -(-len(posts) // MOST_MARKS) or 1
    drawn = posts.iloc[::step]
    words = [plain(shorten(str(text), 70)) for text in texts.iloc[::step]]
    ends = [*posts["a"], *posts["b"], 0.0]
    low, high = min(ends), max(ends)
    room = 0.04 * ((high - low) or 1.0)
    figure = go.Figure()
    figure.add_scatter(
        x=[low - room, high + room],
        y=[low - room, high + room],
        mode="lines",
        line={"color": OUTLINE, "width": 1.2, "dash": "dash"},
        hoverinfo="skip",
        name="equal",
    )
    figure.add_scatter(
        x=drawn["a"],
        y=drawn["b"],
        mode="markers",
        name="posts",
        marker={"color": SUPPORTS, "size": 6, "opacity": 0.55},
        customdata=list(zip(drawn["id"], words, strict=True)),
        hovertemplate="%{customdata[1]}<br>A %{x:+.2f}, "
        + letter
        + " %{y:+.2f}<extra>%{customdata[0]}</extra>",
    )
    quiet = {"showgrid": True, "gridcolor": "rgba(125,135,150,0.18)", "zeroline": True}
    quiet |= {"zerolinecolor": OUTLINE, "fixedrange": True}
    figure.update_xaxes(range=[low - room, high + room], title=axis_title("K·φ by A"), **quiet)
    figure.update_yaxes(
        range=[low - room, high + room], title=axis_title(f"K·φ by {letter}"), **quiet
    )
    margin = {"l": 52, "r": 8, "t": 8, "b": 42}
    figure.update_layout(layout(height=HEIGHT_PIXELS, margin=margin))
    return Drawing(figure, _alt(posts, letter), posts)


def _alt(posts: pd.DataFrame, letter: str) -> str:
    if posts.empty:
        return "No post has a value by both."
    above = int((posts["b"] > posts["a"]).sum())
    return (
        f"Values of {len(posts):,} posts by A and by {letter}: {above:,} are larger by {letter}, "
        f"{len(posts) - above:,} are not."
    )
