"""The contexts: what each bridges on both sides, how it stands, and whether it belongs."""

import html

import streamlit as st

from core.records import AnyGame, Game, NoGame, Record, Standing
from dashboard.figures.drawing import number, shorten
from dashboard.figures.shapley import shapley_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

TERMS = {
    "φ": "Shapley value: the context's fair share of the overlap that all contexts, own and "
    "reference, have with the post. All shares add up to the whole.",
    "K·φ": "φ times the number of players, so that values stay comparable when a context is added "
    "or removed. 0 adds nothing; below 0 the context lowers the overlap.",
    "text side / image side": "Two games with the same players: towards the sentence (semantic "
    "overlap) and towards the photo (modality overlap).",
    "rank": "1 plus the number of reference contexts with a larger value: 1 is the best.",
    "margin": "K·φ minus that of the best reference context. Above 0: nothing in the bank fits "
    "better.",
    "share": "How much of the fusion's bridge between photo and words goes through this context. "
    "A mechanism, not an explanation.",
    "gate": "How far a word or region keeps its own voice: 1 keeps it whole, 0 replaces it by the "
    "bridge.",
    "exact": "No sampling, hence no standard error.",
}


def render(record: Record, key: str) -> None:
    """Draw the two-sided chart with its twin table, and the standing of each context."""
    with card(f"contexts-{key.replace('.', '-')}", "Contexts", "what each bridges, K·φ"):
        games = (record.games.text, record.games.image)
        if any(isinstance(game, Game) for game in games):
            _chart(record, key)
        else:
            caption(html.escape(" ".join(g.reason for g in games if isinstance(g, NoGame))))
        if record.contexts:
            st.html(standing_html(record))
        with st.expander("What do these numbers mean?", type="compact", icon=":material/help:"):
            st.markdown("\n".join(f"- **{term}** {words}" for term, words in TERMS.items()))


def _chart(record: Record, key: str) -> None:
    drawing = shapley_chart(record)
    chart(drawing, f"{key}.chart")
    caption(
        "Blue bars support the post, orange hatched bars oppose it. The tick is the best reference "
        "context: a bar that passes it fits this post better than all of the bank."
    )
    with st.expander("Values as a table", type="compact"):
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def standing_html(record: Record) -> str:
    """Return one row per context with its verdict, ranks, margins and share of the bridge."""
    reasons = {verdict.context: verdict for verdict in record.verdicts}
    rows = []
    for place, context in enumerate(record.contexts):
        verdict = reasons.get(place)
        if not context.included or verdict is None:
            badge, reason = '<b class="sc-badge sc-off">off</b>', "Switched off: takes no part."
        else:
            badge = f'<b class="sc-badge sc-{verdict.label}">{verdict.label}</b>'
            reason = verdict.reason
        rows.append(
            f'<tr><th scope="row">{place + 1}</th>'
            f'<td class="sc-what"><span dir="auto">{html.escape(shorten(context.text, 160))}</span>'
            f"<small>{html.escape(reason)}</small></td><td>{badge}</td>"
            f"{_cells(record.games.text, place)}{_cells(record.games.image, place)}"
            f'<td data-label="share">{_share(record, place)}</td></tr>'
        )
    heads = ["Text rank", "margin", "Image rank", "margin", "Share"]
    terms = [TERMS[head.split()[-1].lower()] for head in heads]
    head = "".join(
        f'<th title="{term}">{head}</th>' for head, term in zip(heads, terms, strict=True)
    )
    return (
        '<table class="sc-standing"><thead><tr><th></th><th>Context</th><th>Verdict</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _cells(game: AnyGame, place: int) -> str:
    standing = _standing(game, place)
    if standing is None or not isinstance(game, Game):
        rank, margin = "–", "–"
    else:
        rivals = len(game.players) - len(game.standings)
        rank = f"{standing.rank}<small> of {rivals + 1}</small>"
        margin = number(standing.margin)
    label = f'data-label="{game.side} rank"', 'data-label="margin"'
    return f"<td {label[0]}>{rank}</td><td {label[1]}>{margin}</td>"


def _standing(game: AnyGame, place: int) -> Standing | None:
    if not isinstance(game, Game):
        return None
    return next((standing for standing in game.standings if standing.context == place), None)


def _share(record: Record, place: int) -> str:
    if record.gates is None or not record.contexts[place].included:
        return "–"
    return f"{record.gates.contexts[place]:.0%}"
