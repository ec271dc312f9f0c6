"""The prediction game: every coalition of contexts, and what each adds to the prediction."""

import html
import math
from collections.abc import Collection, Sequence

import pandas as pd

from core.records import Coalition, PredictionGame, Record, Task
from dashboard.figures.drawing import number, places_for
from dashboard.figures.findings import (
    Change,
    changes,
    found_entities,
    found_relations,
    plain_name,
)
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


def coalition_table(game: PredictionGame, task: Task = "mner") -> pd.DataFrame:
    """Return one row per coalition, in binary order, with its values and what is predicted."""
    rows = [
        {
            "contexts": name_coalition(coalition),
            "given": len(coalition.members),
            "prediction": coalition.value,
            "text side": coalition.text_value,
            "image side": coalition.image_value,
            **_said(coalition, task),
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
    """Return what is said of the post with these contexts only, and what differs from all."""
    if record.label and coalition.label:
        return _label_html(record.label.name, coalition.label)
    given = record.model_copy(
        update={"entities": coalition.entities, "gates": None, "without_contexts": None}
    )
    moved = [
        *changes(found_entities(record.entities), found_entities(coalition.entities)),
        *changes(found_relations(record), found_relations(coalition)),
    ]
    chips = "".join(_chip(change) for change in moved if change.kind != "kept")
    what = "entities and relations" if record.task == "jmere" else "entities"
    against = chips or f"<span>The same {what} as with all contexts.</span>"
    said = _relations_html(coalition) if record.task == "jmere" else ""
    return f'{sentence_html(given)}{said}<p class="sc-gold" dir="auto">{against}</p>'


def _relations_html(coalition: Coalition) -> str:
    parts = [
        f"<span>{html.escape(one.text)} <i>{html.escape(one.type)}</i> {one.score:.2f}</span>"
        for one in found_relations(coalition)
    ]
    found = "".join(parts) or "<span>none</span>"
    return f'<p class="sc-gold" dir="auto"><span>Relations</span>{found}</p>'


def _label_html(with_all: str, label: str) -> str:
    same = label == with_all
    against = "The same as" if same else f"Not {html.escape(plain_name(with_all))}, as"
    style = "sc-off" if same else "sc-wrong"
    return (
        f'<p class="sc-answer"><b>{html.escape(plain_name(label))}</b></p>'
        f'<p class="sc-gold"><span class="{style}">{against} with all contexts.</span></p>'
    )


def _chip(change: Change) -> str:
    types = " → ".join(one for one in (change.before, change.after) if one)
    style = "right" if change.kind == "gained" else "wrong"
    return (
        f'<span><b class="sc-{style}">{change.kind}</b> {html.escape(change.text)} '
        f"<i>{html.escape(types)}</i></span>"
    )


def _said(coalition: Coalition, task: Task) -> dict[str, str]:
    """Return what a table says of a coalition's prediction."""
    if task in ("mre", "classification"):
        name = "relation" if task == "mre" else "label"
        return {name: plain_name(coalition.label or "")}
    said = {"entities": ", ".join(f"{one.text} {one.type}" for one in coalition.entities)}
    if task == "jmere":
        relations = found_relations(coalition)
        said["relations"] = ", ".join(f"{one.text} {one.type}" for one in relations)
    return said


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
