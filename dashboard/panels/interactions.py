"""The interaction maps: which contexts repeat each other, and which help each other."""

import html

import streamlit as st

from core.records import Explanation, NoPredictionGame, Record
from dashboard.figures.drawing import shorten
from dashboard.figures.interactions import Pairs, all_pairs, interaction_chart, strongest
from dashboard.panels.card import caption, subtitle
from dashboard.panels.chart import chart


def render(record: Record, explanation: Explanation, key: str) -> None:
    """Draw one map per game that was played.

    Args:
        record: Of one post.
        explanation: Its own.
        key: Prefix of the panel's widgets.
    """
    games = all_pairs(explanation)
    if isinstance(explanation.prediction, NoPredictionGame):
        caption(f"Prediction: {html.escape(explanation.prediction.reason)}")
    if not games:
        return
    if len(games[0].contexts) < 2:
        caption("A single context has nobody to work with or to repeat: add or switch on another.")
        return
    for column, pairs in zip(st.columns(len(games), gap="medium"), games, strict=True):
        with column:
            _map(pairs, key)
    caption(
        "Shapley interaction of two contexts: what both together add beyond what each adds alone, "
        "on average over all sets of the others. Blue, above 0: they help each other (synergy). "
        "Orange, below 0: they repeat each other (redundancy). Exact, among this post’s own "
        "contexts."
    )
    st.html(_legend(record, games[0]))


def _map(pairs: Pairs, key: str) -> None:
    subtitle(pairs.game.capitalize())
    drawing = interaction_chart(pairs)
    chart(drawing, f"{key}.{pairs.game}")
    st.html(f'<p class="sc-said">{strongest(pairs)}</p>')
    with st.expander("Map as a table", type="compact"):
        st.dataframe(drawing.table.round(4), alt=drawing.alt)


def _legend(record: Record, pairs: Pairs) -> str:
    rows = "".join(
        f'<li value="{place + 1}" dir="auto">'
        f"{html.escape(shorten(record.contexts[place].text, 110))}</li>"
        for place in pairs.contexts
    )
    return f'<ol class="sc-names">{rows}</ol>'
