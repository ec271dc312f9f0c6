"""What each context does to the prediction, beside how well it aligns on both sides."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.records import AnyGame, Game, PredictionGame, Record
from dashboard.figures.drawing import (
    OUTLINE,
    Drawing,
    head_panel,
    layout,
    name_row,
    number,
    places_for,
    signed_marker,
    write,
)

ROW_PIXELS = 46
BAR_OFFSET = 0.2  # bars lie under their name
NEGLIGIBLE = 0.005  # nats: half a percent of the likelihood
TITLES = ("Prediction", "Text side", "Image side")


class Use(NamedTuple):
    """One context: what it does to the prediction, and K·φ of each side, None if not played."""

    context: int
    prediction: float
    text: float | None
    image: float | None
    verdict: str


def sides_chart(record: Record, game: PredictionGame) -> Drawing:
    """Draw the values of each context in all three games, each game on its own scale.

    Args:
        record: Of one post.
        game: Its prediction game.

    Returns:
        Three panels of bars, one row per context; the table has the same numbers.
    """
    every = uses(record, game)
    figure = make_subplots(rows=1, cols=3, horizontal_spacing=0.05)
    columns = zip(*((use.prediction, use.text, use.image) for use in every), strict=True)
    kinds = ("φ, exact, nats", _kind(record.games.text), _kind(record.games.image))
    for panel, (title, kind, values) in enumerate(
        zip(TITLES, kinds, columns, strict=True), start=1
    ):
        head_panel(figure, panel, f"<b>{title}</b>", kind)
        _bars(figure, panel, values)
    for row, use in enumerate(every):
        name_row(figure, row - 0.26, str(use.context + 1), record.contexts[use.context].text)
    rows = max(len(every), 2)
    figure.update_yaxes(range=[rows - 0.45, -0.55], visible=False, fixedrange=True)
    figure.update_layout(
        layout(height=66 + ROW_PIXELS * rows, margin={"l": 4, "r": 4, "t": 54, "b": 8})
    )
    return Drawing(figure, _alt(every), sides_table(every))


def uses(record: Record, game: PredictionGame) -> list[Use]:
    """Return every context of the game with its value in all three games."""
    text, image = _scaled(record.games.text), _scaled(record.games.image)
    labels = {verdict.context: verdict.label for verdict in record.verdicts}
    return [
        Use(place, value, text.get(place), image.get(place), labels.get(place, "unknown"))
        for place, value in zip(game.contexts, game.shapley_values, strict=True)
    ]


def sides_table(every: Sequence[Use]) -> pd.DataFrame:
    """Return one row per context with its value in all three games."""
    return pd.DataFrame(
        [
            {
                "context": use.context + 1,
                "prediction φ": use.prediction,
                "text K·φ": use.text,
                "image K·φ": use.image,
                "verdict": use.verdict,
            }
            for use in every
        ]
    )


def agreement(record: Record, game: PredictionGame) -> str:
    """Return in plain words whether contexts that look aligned also help the prediction."""
    every = uses(record, game)
    surprises = [
        f"Context {use.context + 1} looks {use.verdict}, yet "
        f"{'helps' if use.prediction > 0 else 'hurts'} the prediction "
        f"({number(use.prediction, places_for([use.prediction]))})."
        for use in every
        if (use.verdict == "aligned" and use.prediction < -NEGLIGIBLE)
        or (use.verdict == "misaligned" and use.prediction > NEGLIGIBLE)
    ]
    if surprises:
        return " ".join(surprises)
    words = {
        "aligned": "no context that looks aligned hurts",
        "misaligned": "no context that looks misaligned helps",
    }
    said = [words[label] for label in words if label in {use.verdict for use in every}]
    if not said:
        return "No context is clearly aligned or misaligned, so there is nothing to confirm."
    line = " and ".join(said)
    return f"{line[0].upper()}{line[1:]} the prediction: alignment and use agree here."


def _scaled(game: AnyGame) -> dict[int, float]:
    standings = game.standings if isinstance(game, Game) else []
    return {standing.context: standing.scaled_value for standing in standings}


def _kind(game: AnyGame) -> str:
    if not isinstance(game, Game):
        return "not played"
    return "K·φ, exact" if game.standard_error is None else "K·φ, sampled ±"


def _bars(figure: go.Figure, panel: int, values: Sequence[float | None]) -> None:
    rows = [row + BAR_OFFSET for row in range(len(values))]
    shown = [value or 0.0 for value in values]
    figure.add_bar(
        x=shown,
        y=rows,
        orientation="h",
        width=0.36,
        marker=signed_marker(shown),
        hovertemplate="%{x:+.4f}<extra></extra>",
        row=1,
        col=panel,
    )
    figure.add_scatter(
        x=[0.0] * len(rows),
        y=rows,
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 1, "color": OUTLINE}},
        hoverinfo="skip",
        row=1,
        col=panel,
    )
    places = places_for(shown)
    for row, value in zip(rows, values, strict=True):
        write(figure, panel, row, "–" if value is None else number(value, places))
    low, high = min([0.0, *shown]), max([0.0, *shown])
    span = (high - low) or 1.0
    # Room at the right for the number, also on a telephone.
    figure.update_xaxes(
        range=[low - 0.06 * span, high + 0.75 * span],
        visible=False,
        fixedrange=True,
        row=1,
        col=panel,
    )


def _alt(every: Sequence[Use]) -> str:
    parts = [
        f"context {use.context + 1}: prediction {number(use.prediction, 3)}, "
        f"text side {_words(use.text)}, image side {_words(use.image)}"
        for use in every
    ]
    return "Value of each context in three games. " + "; ".join(parts) + "."


def _words(value: float | None) -> str:
    return "not played" if value is None else number(value)
