"""The two-sided chart: what each context bridges to the sentence, and what to the photo."""

import textwrap

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.records import AnyGame, Context, Game, Record, Standing
from dashboard.figures.drawing import (
    OUTLINE,
    Drawing,
    head_panel,
    layout,
    name_row,
    number,
    plain,
    signed_marker,
    write,
)

ROW_PIXELS = 58
FRAME_PIXELS = 88
BAR_OFFSET = 0.2  # bars lie under their name
COLUMNS = ["context", "side", "K·φ", "φ", "standard error", "similarity", "rank", "margin"]


def shapley_chart(record: Record) -> Drawing:
    """Draw K·φ of every included context, text side left and image side right, in one order.

    Both sides share one scale, so that bars may be compared across them. A tick beside each bar
    marks the best context of the bank: a bar that passes it fits this post better than any of the
    bank does.

    Args:
        record: Of one post.

    Returns:
        The chart; its table has one row per context and side.
    """
    games: list[AnyGame] = [record.games.text, record.games.image]
    order = [place for place, context in enumerate(record.contexts) if context.included]
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.06)
    for column, game in enumerate(games, start=1):
        if isinstance(game, Game):
            _bars(figure, column, game, record.contexts)
            _ticks(figure, column, game)
        else:
            _reason(figure, column, game.reason)
        _side_title(figure, column, game)
    for row, place in enumerate(order):
        name_row(figure, row - 0.26, str(place + 1), record.contexts[place].text)
    rows = max(len(order), 2)
    figure.update_xaxes(
        range=_range(games),
        zeroline=False,
        showgrid=False,
        nticks=5,
        fixedrange=True,
    )
    figure.update_yaxes(range=[rows - 0.5, -0.5], visible=False, fixedrange=True)
    height = FRAME_PIXELS + ROW_PIXELS * rows
    figure.update_layout(layout(height=height, margin={"l": 4, "r": 4, "t": 54, "b": 30}))
    return Drawing(figure, _alt(games), shapley_table(record))


def shapley_table(record: Record) -> pd.DataFrame:
    """Return the chart's numbers, one row per context and side that was played."""
    rows = [
        {
            "context": standing.context + 1,
            "side": game.side,
            "K·φ": standing.scaled_value,
            "φ": standing.shapley_value,
            "standard error": _error_words(standing),
            "similarity": standing.similarity,
            "rank": standing.rank,
            "margin": standing.margin,
        }
        for game in (record.games.text, record.games.image)
        if isinstance(game, Game)
        for standing in game.standings
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def best_of_bank(game: Game) -> float | None:
    """Return the largest scaled value in the bank, None when no context of the post plays."""
    if not game.standings:
        return None
    return game.standings[0].scaled_value - game.standings[0].margin


def _bars(figure: go.Figure, column: int, game: Game, contexts: list[Context]) -> None:
    values = [standing.scaled_value for standing in game.standings]
    players = len(game.players)
    errors = [
        players * standing.standard_error for standing in game.standings if standing.standard_error
    ]
    figure.add_bar(
        x=values,
        y=[row + BAR_OFFSET for row in range(len(values))],
        orientation="h",
        width=0.34,
        marker=signed_marker(values),
        error_x={"array": errors, "color": OUTLINE, "thickness": 1.5} if errors else None,
        customdata=[
            [
                plain(textwrap.fill(contexts[standing.context].text, 60)).replace("\n", "<br>"),
                standing.rank,
                number(standing.margin),
                standing.shapley_value,
                _error_words(standing),
            ]
            for standing in game.standings
        ],
        hovertemplate="%{customdata[0]}<br><br>K·φ %{x:+.3f} · φ %{customdata[3]:+.5f} "
        "(%{customdata[4]})<br>rank %{customdata[1]} · margin %{customdata[2]}<extra></extra>",
        row=1,
        col=column,
    )
    for row, value in enumerate(values):
        write(figure, column, row + BAR_OFFSET, number(value))


def _ticks(figure: go.Figure, column: int, game: Game) -> None:
    """Mark zero and the best of the bank at each bar, short enough not to cross the names."""
    best = best_of_bank(game)
    if best is None:
        return
    rows = [row + BAR_OFFSET for row in range(len(game.standings))]
    for value, name, width in ((0.0, "zero", 1.0), (best, "best of the bank", 2.2)):
        figure.add_scatter(
            x=[value] * len(rows),
            y=rows,
            name=name,
            mode="markers",
            marker={"symbol": "line-ns", "size": 26, "line": {"width": width, "color": OUTLINE}},
            hovertemplate=f"{name}<br>K·φ %{{x:+.3f}}<extra></extra>",
            row=1,
            col=column,
        )


def _side_title(figure: go.Figure, column: int, game: AnyGame) -> None:
    kind, below = "not played", ""
    if isinstance(game, Game):
        kind = "exact" if game.standard_error is None else "± standard error"
        best = best_of_bank(game)
        below = "" if best is None else f"best of bank {number(best)}"
    head_panel(figure, column, f"<b>{game.side} side</b> · {kind}", below)


def _reason(figure: go.Figure, column: int, reason: str) -> None:
    axes = ("x domain", "y domain") if column == 1 else ("x2 domain", "y2 domain")
    figure.add_annotation(
        x=0.5,
        y=0.5,
        xref=axes[0],
        yref=axes[1],
        text="<br>".join(textwrap.wrap(plain(reason), 26)),
        showarrow=False,
        font={"size": 13},
    )
    # An axis without a trace is not drawn at all, and the two sides must keep their places.
    figure.add_bar(x=[None], y=[0], orientation="h", hoverinfo="skip", row=1, col=column)
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False, row=1, col=column)


def _range(games: list[AnyGame]) -> list[float]:
    """Return one scale for both sides, with room for the numbers at the right."""
    played = [game for game in games if isinstance(game, Game)]
    values = [standing.scaled_value for game in played for standing in game.standings]
    values += [best for game in played if (best := best_of_bank(game)) is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    return [low - 0.04 * span, high + 0.3 * span]


def _error_words(standing: Standing) -> str:
    return "exact" if standing.standard_error is None else f"± {standing.standard_error:.5f}"


def _alt(games: list[AnyGame]) -> str:
    parts = []
    for game in games:
        if not isinstance(game, Game):
            parts.append(f"{game.side.capitalize()} side: {game.reason}")
            continue
        values = ", ".join(
            f"context {standing.context + 1} {number(standing.scaled_value)} "
            f"{'supports' if standing.scaled_value >= 0 else 'opposes'}"
            for standing in game.standings
        )
        parts.append(f"{game.side.capitalize()} side: {values}.")
    return "Scaled Shapley value of each context. " + " ".join(parts)
