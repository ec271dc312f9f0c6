"""What the contexts are like: each measure with its meaning and limit, and what looks made up."""

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.contexts.measures import MEASURES, Measure
from core.errors import InputError
from core.records import NoGame, Record
from dashboard.figures.drawing import number, shorten
from dashboard.panels.card import caption, card

if TYPE_CHECKING:
    from core.contexts.record_quality import QualityRow

_SHARES = ("name_overlap", "copy_rate", "made_up", "left_out")
_SHOWN: dict[str, Callable[[float], str]] = {
    **dict.fromkeys(_SHARES, "{:.0%}".format),
    "words": "{:.0f}".format,
    "specificity": "{:.1f}".format,
    "agreement": "{:.2f}".format,
    "phi_text": number,
    "phi_image": number,
    "log_likelihood": number,
}
_MOST_BESIDE = 5  # contexts that leave room for words beside their numbers


def render(record: Record, key: str) -> None:
    """Draw what looks made up or left out, and the measures; nothing without contexts."""
    from core.contexts.record_quality import record_quality  # loads what weights are found with

    if not record.contexts:
        return
    with card(f"quality-{key.replace('.', '-')}", "Quality", "what each context is like"):
        try:
            rows = record_quality(record)
        except InputError as error:
            caption(html.escape(f"Not measured: {error}"))
            return
        known = [one for one in MEASURES.values() if _is_known(one, rows)]
        st.html(findings_html(record, rows) + quality_html(record, rows, known))
        if unknown := unknown_words(record, rows):
            caption(html.escape(unknown))


def findings_html(record: Record, rows: "Sequence[QualityRow]") -> str:
    """Return what contexts say and the detector does not see, and what it sees and none says."""
    from core.contexts.objects import not_named

    lines = [
        f"<b>Context {row.context + 1}</b> says {_quoted(row.not_seen)}: "
        '<b class="sc-misaligned">not seen by the detector</b>, possibly made up.'
        for row in rows
        if row.not_seen
    ]
    said = [context.text for context in record.contexts if context.included]
    if missing := not_named(said, record.seen or ()):
        lines.append(f"<b>No context</b> says {_quoted(missing)}: seen by the detector, left out.")
    if not lines and record.perhaps_seen is not None and any(row.made_up == 0 for row in rows):
        lines.append("Every object that the contexts name may be in the photo.")
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<ul class="sc-lines">{items}</ul>' if items else ""


def quality_html(record: Record, rows: "Sequence[QualityRow]", measures: Sequence[Measure]) -> str:
    """Return one row a measure, one column a context, and beside them what the measure means."""
    beside = len(rows) <= _MOST_BESIDE
    head = "".join(
        f'<th scope="col" title="{html.escape(shorten(context.text, 160))}">{place}'
        f"{'' if context.included else '<small> off</small>'}</th>"
        for place, context in enumerate(record.contexts, start=1)
    )
    body = []
    for one in measures:
        meaning = f"{html.escape(one.definition)} <i>{html.escape(one.limit)}</i>"
        under = "" if beside else f"<small>{meaning}</small>"
        cells = "".join(_cell(one, row) for row in rows)
        last = f'<td class="sc-meaning">{meaning}</td>' if beside else ""
        body.append(f'<tr><th scope="row">{html.escape(one.label)}{under}</th>{cells}{last}</tr>')
    head += '<th class="sc-meaning">Meaning, and its limit</th>' if beside else ""
    return (
        '<div class="sc-quality-box"><table class="sc-quality"><thead><tr>'
        f"<th>Context</th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def unknown_words(record: Record, rows: "Sequence[QualityRow]") -> str:
    """Return which measures no context has, and why; "" when every measure is known."""
    parts = [
        f"{one.label} ({_why_unknown(one, record)})"
        for one in MEASURES.values()
        if not _is_known(one, rows)
    ]
    return f"Unknown here: {', '.join(parts)}." if parts else ""


def _is_known(measure: Measure, rows: "Sequence[QualityRow]") -> bool:
    return any(getattr(row, measure.name) is not None for row in rows)


def _cell(measure: Measure, row: "QualityRow") -> str:
    value = getattr(row, measure.name)
    shown = "–" if value is None else _SHOWN[measure.name](value)
    words = {"made_up": row.not_seen, "left_out": row.not_named}.get(measure.name, ())
    tail = f"<small>{html.escape(', '.join(words))}</small>" if words else ""
    tone = ' class="sc-misaligned"' if measure.name == "made_up" and words else ""
    return f'<td data-label="{row.context + 1}"{tone}>{shown}{tail}</td>'


def _why_unknown(measure: Measure, record: Record) -> str:
    games = {"phi_text": record.games.text, "phi_image": record.games.image}
    game = games.get(measure.name)
    if isinstance(game, NoGame):
        return game.reason.rstrip(".").lower()
    if measure.name in ("made_up", "left_out"):
        if record.post.image is None:
            return "the post has no photo"
        if record.seen is None:
            return "the detector was not asked"
    return {
        "name_overlap": "the post has no name",
        "made_up": "no context names an object that the detector knows",
        "left_out": "the detector is sure of nothing",
        "agreement": "one generator wrote all contexts",
        "log_likelihood": "no generator told it",
    }.get(measure.name, "the contexts have no words")


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{html.escape(word)}”" for word in words)
