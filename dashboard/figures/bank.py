"""The alignment heat map: the post's contexts against this post and every post of the bank."""

import pandas as pd
import plotly.graph_objects as go

from core.records import Game
from dashboard.figures.drawing import OUTLINE, Drawing, layout, number, plain

CELL_PIXELS = 30
THIS_POST = "this post"
# Transparent in the middle: the same map reads on a light and on a dark page.
DIVERGING = [
    [0.0, "rgba(210, 105, 30, 1)"],
    [0.5, "rgba(125, 135, 150, 0.06)"],
    [1.0, "rgba(43, 108, 186, 1)"],
]


def bank_chart(game: Game) -> Drawing:
    """Draw K·φ of each own context (rows) towards this post and the bank's posts (columns).

    Args:
        game: One side, played.

    Returns:
        The heat map with this post's column first and outlined; the table has one row per post.
    """
    table = bank_table(game)
    rows = table.to_numpy().T  # (own, 1 + targets)
    own = len(game.standings)
    largest = max(abs(float(rows.min())), abs(float(rows.max())), 1e-9)
    names = [plain(name) for name in table.index]
    figure = go.Figure(
        go.Heatmap(
            z=rows,
            x=list(range(len(names))),
            y=list(range(own)),
            customdata=[names] * own,
            zmin=-largest,
            zmax=largest,
            colorscale=DIVERGING,
            xgap=2,
            ygap=2,
            showscale=False,
            hovertemplate="context %{text} → %{customdata}<br>K·φ %{z:+.3f}<extra></extra>",
            text=[[standing.context + 1] * len(names) for standing in game.standings],
        )
    )
    figure.add_shape(
        type="rect", x0=-0.5, x1=0.5, y0=-0.5, y1=own - 0.5, line={"color": OUTLINE, "width": 2.5}
    )
    figure.update_xaxes(
        tickvals=list(range(len(names))),
        ticktext=[f"<b>{THIS_POST}</b>", *names[1:]],
        tickangle=-90,
        tickfont={"size": 10},
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=list(range(own)),
        ticktext=[f"<b>{standing.context + 1}</b>" for standing in game.standings],
        range=[own - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_layout(
        layout(height=132 + CELL_PIXELS * own, margin={"l": 22, "r": 4, "t": 4, "b": 124})
    )
    return Drawing(figure, _alt(game, table), table)


def bank_table(game: Game) -> pd.DataFrame:
    """Return the map's numbers: one row per target post, one column per own context."""
    return pd.DataFrame(
        {
            f"context {standing.context + 1}": [standing.scaled_value, *values]
            for standing, values in zip(game.standings, game.bank_values, strict=True)
        },
        index=pd.Index([THIS_POST, *game.bank_targets], name="post"),
    )


def peaks(game: Game) -> list[tuple[int, str]]:
    """Return for each own context (index into Record.contexts) the post it fits best."""
    table = bank_table(game)
    return [
        (standing.context, str(table[f"context {standing.context + 1}"].idxmax()))
        for standing in game.standings
    ]


def _alt(game: Game, table: pd.DataFrame) -> str:
    best = "; ".join(
        f"context {place + 1} fits {post} best ({number(table[f'context {place + 1}'][post])})"
        for place, post in peaks(game)
    )
    return (
        f"Heat map, {game.side} side: {len(game.standings)} contexts against this post and "
        f"{len(game.bank_targets)} posts of the bank. {best}."
    )
