"""Against other posts: does each context fit this post, or one of the bank?"""

import html

import streamlit as st

from core.records import Game, Record
from dashboard.figures.bank import THIS_POST, bank_chart, peaks
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

SIDES = {"text": "Sentences", "image": "Photos"}


def render(record: Record, key: str) -> None:
    """Draw the own contexts against this post and the reference bank, one side at a time."""
    with card(f"bank-{key.replace('.', '-')}", "Against other posts", "does it fit elsewhere? K·φ"):
        _sides(record, key)


@st.fragment
def _sides(record: Record, key: str) -> None:
    games = {"text": record.games.text, "image": record.games.image}
    played = {side: game for side, game in games.items() if isinstance(game, Game)}
    if not played:
        caption(html.escape(getattr(record.games.text, "reason", "")))
        return
    side = st.segmented_control(
        "Posts of the bank, by",
        list(played),
        format_func=SIDES.__getitem__,
        default=next(iter(played)),
        required=True,
        key=f"{key}.side",
        label_visibility="collapsed",
    )
    game = played[side]
    drawing = bank_chart(game)
    chart(drawing, f"{key}.map.{side}")
    at_home = [place + 1 for place, post in peaks(game) if post == THIS_POST]
    caption(
        f"Rows: contexts. Columns: this post (outlined) and {len(game.bank_targets)} posts of the "
        "bank. A context belongs here when its row is bluest in the outlined column: "
        f"{len(at_home)} of {len(game.standings)} do."
    )
    with st.expander("Map as a table", type="compact"):
        st.dataframe(drawing.table.round(3), alt=drawing.alt)
