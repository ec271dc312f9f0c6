"""The prediction game: every coalition of contexts, and what each adds to the prediction."""

import html
import math
from collections.abc import Collection, Sequence

import pandas as pd

from core.records import Coalition, PredictionGame, Record
from dashboard.figures.changes import entity_changes
from dashboard.figures.drawing import number, places_for
from dashboard.figures.sentence import sentence_html

MOST_TIMES = 1000  # beyond that the exact factor tells nobody anything


def coalition_of(game: PredictionGame, members: Collection[int]) -> Coalition:
    """Return the coalition of exactly these contexts (indices into Record.contexts)."""
    place = sum(1 << bit for bit, context in enumerate(game.contexts) if context in members)
    return game.coalitions[place]


def name_coalition(coalition: Coalition) -> str:
    """Return the numbers of the contexts given, such as "1 + 3"."""
    return " + ".join(str(place + 1) for place in coalition.members) or "none"


def times_likelier(value: float) -> str:
    """Return what a log-likelihood above none means for the prediction, in plain words."""
    if abs(value) < 0.005:
        return "as likely as without any context"
    word = "likelier" if value > 0 else "less likely"
    factor = math.exp(min(abs(value), 700.0))
    size = f"over {MOST_TIMES:,}" if factor > MOST_TIMES else f"{factor:.3g}"
    return f"{size} times {word} than without any context"


def coalition_table(game: PredictionGame) -> pd.DataFrame:
    """Return one row per coalition, in binary order, with its values and what is predicted."""
    rows = [
        {
            "contexts": name_coalition(coalition),
            "given": len(coalition.members),
            "prediction": coalition.value,
            "text side": coalition.text_value,
            "image side": coalition.image_value,
            "entities": ", ".join(f"{one.text} {one.type}" for one in coalition.entities),
        }
        for coalition in game.coalitions
    ]
    return pd.DataFrame(rows).astype({"text side": float, "image side": float})


def meters_html(game: PredictionGame, coalition: Coalition) -> str:
    """Return v(S) of the three games, each on a track from its smallest to its largest value."""
    rows = [
        _meter("Prediction", coalition.value, [one.value for one in game.coalitions]),
        _meter("Text side", coalition.text_value, [one.text_value for one in game.coalitions]),
        _meter("Image side", coalition.image_value, [one.image_value for one in game.coalitions]),
    ]
    return f'<table class="sc-meters"><tbody>{"".join(rows)}</tbody></table>'


def prediction_html(record: Record, coalition: Coalition) -> str:
    """Return the sentence as it is tagged with these contexts only, and what differs from all."""
    given = record.model_copy(update={"entities": coalition.entities, "gates": None})
    chips = "".join(
        f'<span><b class="sc-{"right" if change.kind == "gained" else "wrong"}">{change.kind}</b> '
        f"{html.escape(change.text)} "
        f"<i>{html.escape(' → '.join(t for t in (change.before, change.after) if t))}</i></span>"
        for change in entity_changes(record.entities, coalition.entities)
        if change.kind != "kept"
    )
    against = chips or "<span>The same entities as with all contexts.</span>"
    return f'{sentence_html(given)}<p class="sc-gold" dir="auto">{against}</p>'


def _meter(name: str, value: float | None, all_values: Sequence[float | None]) -> str:
    if value is None:
        cells = '<td class="sc-off">–</td><td class="sc-off">not played</td>'
        return f'<tr><th scope="row">{name}</th>{cells}</tr>'
    known = [one for one in all_values if one is not None]
    low, high = min(0.0, *known), max(0.0, *known)
    span = (high - low) or 1.0
    left, right = sorted((-low / span, (value - low) / span))
    tone = "sc-supports" if value >= 0 else "sc-opposes"
    places = places_for(known)
    track = (
        f'<span class="sc-track"><span class="{tone}" style="left:{left:.1%};'
        f'width:{right - left:.1%}"></span><i style="left:{-low / span:.1%}"></i></span>'
    )
    whole = f"<small>all: {number(known[-1], places)}</small>"
    return (
        f'<tr><th scope="row">{name}</th><td class="sc-value">{number(value, places)}</td>'
        f"<td>{track}{whole}</td></tr>"
    )
