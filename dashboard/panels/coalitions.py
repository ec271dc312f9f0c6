"""The coalition browser: tick contexts on and off and read what the model makes of the rest."""

import html
from collections.abc import MutableMapping
from functools import partial
from typing import Any

import streamlit as st

from core.records import Explanation, NoPredictionGame, PredictionGame, Record
from dashboard.figures.coalitions import (
    coalition_of,
    coalition_table,
    meters_html,
    name_coalition,
    prediction_html,
    times_likelier,
)
from dashboard.figures.drawing import residual, shorten
from dashboard.figures.sides import agreement, sides_chart
from dashboard.figures.waterfall import waterfall_chart
from dashboard.panels.card import caption, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.notice import literal


def render(record: Record, explanation: Explanation, key: str) -> None:
    """Draw the browser, the way from no context to all, and the three values of each context.

    Args:
        record: Of one post.
        explanation: Its own.
        key: Prefix of the panel's widgets.
    """
    game = explanation.prediction
    if isinstance(game, NoPredictionGame):
        caption(html.escape(game.reason))
        return
    _browser(record, game, key)
    left, right = st.columns(2, gap="medium")
    with left:
        _waterfall(record, game, key)
    with right:
        _sides(record, game, key)


@st.fragment
def _browser(record: Record, game: PredictionGame, key: str) -> None:
    left, right = st.columns([5, 7], gap="medium")
    with left:
        subtitle("Contexts given", "tick on and off")
        members = [place for place in game.contexts if _tick(record, place, key)]
    coalition = coalition_of(game, members)
    with right:
        subtitle("What the model makes of them", "no new computation: all are known")
        st.html(meters_html(game, coalition))
        words = f"With contexts {name_coalition(coalition)}" if members else "With no context"
        caption(
            f"{words}, the final prediction is {times_likelier(coalition.value)}. Both sides "
            "here count these contexts only, without the bank."
        )
        st.html(prediction_html(record, coalition))
    title = f"All {len(game.coalitions):,} coalitions as a table"
    with st.expander(title, type="compact", on_change="rerun", key=f"{key}.all") as table:
        if table.open:  # up to 256 rows: no tick need wait for what nobody sees
            _table(record, game, key)


def _tick(record: Record, place: int, key: str) -> bool:
    words = shorten(record.contexts[place].text, 140)
    name = tick_key(key, place)
    st.session_state.setdefault(name, True)
    # Brackets and the like are the context's own, not markup.
    return st.checkbox(f"**{place + 1}**  {literal(words)}", key=name, wrap=True)


def tick_key(key: str, place: int) -> str:
    """Return the key of the box that gives or withholds a context."""
    return f"{key}.given.{place}"


def _table(record: Record, game: PredictionGame, key: str) -> None:
    table = coalition_table(game, record.task)
    st.dataframe(
        table.round(4),
        hide_index=True,
        alt="Value and prediction of every coalition of contexts",
        key=f"{key}.table",
        on_select=partial(choose_row, st.session_state, game, key),
        selection_mode="single-row",
    )
    caption("Click a head to sort, a row to see that coalition above.")


def choose_row(session: MutableMapping[Any, Any], game: PredictionGame, key: str) -> None:
    """Put the coalition of the table's chosen row into the boxes; no row leaves them as they are.

    Args:
        session: From widget key to value.
        game: Its coalitions are the table's rows.
        key: Prefix of the panel's widgets.
    """
    chosen = session[f"{key}.table"]["selection"]["rows"]
    if chosen:
        for place in game.contexts:
            session[tick_key(key, place)] = place in game.coalitions[chosen[0]].members


def _waterfall(record: Record, game: PredictionGame, key: str) -> None:
    subtitle("From no context to all", "φ of the prediction game, nats")
    drawing = waterfall_chart(game, record.contexts)
    chart(drawing, f"{key}.waterfall")
    caption(
        "v(S): how much likelier (logarithm, in nats) the final prediction gets when the model "
        "is given the contexts of S, against none. φ is exact, from all "
        f"{len(game.coalitions):,} coalitions; Σφ − v(N) = {residual(game.efficiency_residual)}."
    )
    with st.expander("Steps as a table", type="compact"):
        st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)


def _sides(record: Record, game: PredictionGame, key: str) -> None:
    subtitle("Does what aligns also help?", "each game on its own scale")
    drawing = sides_chart(record, game)
    chart(drawing, f"{key}.sides")
    caption(agreement(record, game))
    with st.expander("Values as a table", type="compact"):
        st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)
