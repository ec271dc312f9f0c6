"""Before and after: two results beside each other, and what changed between them."""

import html

import streamlit as st

from core.records import Game, Record
from dashboard.figures.changes import ContextChange, GateChange, context_changes, gate_change
from dashboard.figures.drawing import number, shorten
from dashboard.figures.findings import (
    Change,
    changes,
    found_entities,
    found_relations,
    label_change,
)
from dashboard.figures.movement import movement_chart
from dashboard.figures.sentence import sentence_html
from dashboard.panels.card import caption, subtitle
from dashboard.panels.chart import chart
from dashboard.trials import Trial

MARKS = {
    "kept": ("=", "sc-off"),
    "lost": ("−", "sc-wrong"),
    "gained": ("+", "sc-right"),
    "retyped": ("≠", "sc-wrong"),
    "changed": ("≠", "sc-wrong"),
}


def render(before: Trial, after: Trial, key: str) -> None:
    """Draw both sentences, then findings, values, gates and verdicts that changed.

    Args:
        before: What the variant is held against.
        after: The variant.
        key: Prefix of the panel's widgets.
    """
    for column, title, trial in zip(
        st.columns(2, gap="medium"), ("Before", "Now"), (before, after), strict=True
    ):
        with column:
            _side(title, trial, before, after)
    st.html(_findings(before.record, after.record))
    contexts = context_changes(before.record, after.record)
    lines = [*_verdicts(contexts), *_gates(gate_change(before.record, after.record))]
    if contexts:
        left, right = st.columns([7, 5], gap="medium")
        with left:
            _values(contexts, _kind(before.record, after.record), key)
        with right:
            subtitle("Verdicts and gates")
            st.html(_list(lines))
    else:
        st.html(_list(lines))


def _side(title: str, trial: Trial, before: Trial, after: Trial) -> None:
    subtitle(title, html.escape(shorten(trial.change, 60)))
    photos = [one.inputs.photo.sha256 if one.inputs.photo else None for one in (before, after)]
    if photos[0] != photos[1]:
        if trial.inputs.photo:
            st.image(trial.inputs.photo.pixels, width=160, alt=f"The photo {title.lower()}")
        else:
            caption("No photo.")
    st.html(sentence_html(trial.record))


def _findings(before: Record, after: Record) -> str:
    """Return what became of the label, or else of entities and relations."""
    label = label_change(before.label, after.label)
    if label:
        return _line("Relation" if after.task == "mre" else "Label", [label])
    entities = changes(found_entities(before.entities), found_entities(after.entities))
    relations = changes(found_relations(before), found_relations(after))
    lines = [_line("Entities", entities)]
    return "".join([*lines, _line("Relations", relations)] if after.task == "jmere" else lines)


def _line(title: str, changed: list[Change]) -> str:
    if not changed:
        return f'<p class="sc-gold"><span>{title}: none, before or now.</span></p>'
    parts = []
    for change in changed:
        sign, style = MARKS[change.kind]
        types = " → ".join(dict.fromkeys(type for type in (change.before, change.after) if type))
        parts.append(
            f'<span><b class="{style}">{sign} {change.kind}</b> {html.escape(change.text)} '
            f"<i>{html.escape(types)}</i> {_scores(change)}</span>"
        )
    return f'<p class="sc-gold" dir="auto"><span>{title}</span>{"".join(parts)}</p>'


def _scores(change: Change) -> str:
    return " → ".join(f"{score:.2f}" for score in change.scores if score is not None)


def _values(changes: list[ContextChange], kind: str, key: str) -> None:
    subtitle("Values of the contexts", f"K·φ, {kind}")
    drawing = movement_chart(changes)
    chart(drawing, f"{key}.values")
    with st.expander("Changes as a table", type="compact"):
        st.dataframe(drawing.table.round(3), hide_index=True, alt=drawing.alt)


def _kind(*records: Record) -> str:
    games = [game for one in records for game in (one.games.text, one.games.image)]
    sampled = any(isinstance(game, Game) and game.standard_error for game in games)
    return "sampled ±" if sampled else "exact"


def _verdicts(changes: list[ContextChange]) -> list[str]:
    moved = [change for change in changes if change.verdicts[0] != change.verdicts[1]]
    if not moved:
        return ["No verdict changed."]
    return [
        f"Context {change.place + 1}: "
        + " → ".join(f'<b class="sc-badge sc-{label}">{label}</b>' for label in change.verdicts)
        for change in moved
    ]


def _gates(change: GateChange) -> list[str]:
    lines = []
    for name, (before, after) in (("word", change.words), ("region", change.regions)):
        if before is None and after is None:
            continue
        if before is None or after is None:
            lines.append(f"No {name} gates {'before' if before is None else 'now'}: no photo.")
            continue
        lines.append(f"Mean {name} gate {before:.2f} → {after:.2f} ({number(after - before)}).")
    if change.most and abs(change.most[1]) >= 0.005:
        word, moved = change.most
        lines.append(f"Most: <q>{html.escape(word)}</q> {number(moved)}.")
    return lines or ["No gates, before or now: no photo."]


def _list(lines: list[str]) -> str:
    return f'<ul class="sc-lines">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'
