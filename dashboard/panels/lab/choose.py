"""1 Choose a game: who plays, what coalitions earn, and what each player's share is."""

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.datasets.samples import Sample
from dashboard.figures.lab.values import amount, residual_words, values_chart
from dashboard.lab import actions
from dashboard.lab.settings import CONTEXTS, MOST_PLAYERS, MOST_TYPED, TYPED
from dashboard.lab.state import Lab, key
from dashboard.panels.card import caption
from dashboard.panels.lab.chart import chart
from dashboard.state import Explore

if TYPE_CHECKING:
    from core.lab.games import LabGame
    from core.lab.report import LabReport

GAMES: Mapping[str, str] = {
    "best_match": "Best match",
    "soft_match": "Soft match",
    "gloves": "Gloves",
    "majority": "Majority vote",
    "airport": "Airport",
    "additive": "Apple picking",
    CONTEXTS: "This post's contexts",
    TYPED: "Your own v(S)",
}
SIDES = {"text": "its sentence", "image": "its photo"}
ROW_PIXELS = 35  # also of the head of an editable table


def controls(state: Lab, explore: Explore, samples: Sequence[Sample]) -> None:
    """Draw what decides the game; drawn even when the game cannot be played."""
    settings = state.settings
    st.selectbox(
        "Game",
        list(GAMES),
        format_func=GAMES.__getitem__,
        key=state.widget("game"),
        on_change=actions.choose_game,
        args=(state, explore),
    )
    if settings.game == CONTEXTS:
        _post(state, explore, samples)
    else:
        _size(state)
    if settings.game == TYPED:
        _table(state)
    st.number_input(
        "Seed",
        0,
        9999,
        **state.holds("seed"),
        help="Decides what is drawn by lot: numbers of some games, orders of arrival, samples. "
        "The same seed gives the same numbers, here and on the command line.",
    )


def _size(state: Lab) -> None:
    name, most = state.widget("players"), MOST_PLAYERS
    if state.settings.game == TYPED:
        state.widgets[name] = len(state.settings.values).bit_length() - 1
        most = MOST_TYPED
    st.slider("Players n", 1, most, key=name, on_change=actions.choose_players, args=(state,))


def _post(state: Lab, explore: Explore, samples: Sequence[Sample]) -> None:
    opened = actions.open_post(explore)
    ids = [""] if opened else []
    ids += [sample.id for sample in samples]
    if state.settings.post not in ids and ids:
        state.settings = state.settings.changed(post=ids[0])
    st.selectbox(
        "Post",
        ids,
        format_func=lambda id: id.replace("-", " ").capitalize() or "The post open on Explore",
        **state.holds("post"),
    )
    st.segmented_control(
        "Similarity of contexts to",
        list(SIDES),
        format_func=SIDES.__getitem__,
        required=True,
        **state.holds("side"),
    )
    if not state.settings.post and opened:
        caption("This post is in your session only, so the address alone does not bring it back.")


def _table(state: Lab) -> None:
    values = state.settings.values
    name = key("values", state.tables)
    if _edited(state.base, state.widgets.get(name)) != values:
        # Another game was typed, or the address followed: a table that knows of no edits.
        state.base, state.tables = values, state.tables + 1
        name = key("values", state.tables)
    players = "ABCDE"[: len(values).bit_length() - 1]
    coalitions = [_members(players, number) for number in range(len(values))]
    rows = pd.DataFrame({"S": coalitions[1:], "v(S)": list(state.base[1:])})
    st.data_editor(
        rows,
        key=name,
        hide_index=True,
        disabled=["S"],
        height=2 + ROW_PIXELS * min(len(rows) + 1, 9),
        row_height=ROW_PIXELS,
        column_config={"v(S)": st.column_config.NumberColumn(required=True, format="plain")},
        on_change=_type,
        args=(state, name),
        alt="Value of every coalition, to be typed over",
    )
    caption("Type over any v(S). v(∅) is 0.")


def _members(players: str, number: int) -> str:
    return " ".join(player for bit, player in enumerate(players) if number >> bit & 1)


def _edited(base: tuple[float, ...], edits: Mapping[str, object] | None) -> tuple[float, ...]:
    """Return the values of a table with what was typed into it; row 0 is v(S) number 1."""
    values = list(base)
    rows = edits.get("edited_rows", {}) if edits else {}
    for row, cells in rows.items() if isinstance(rows, Mapping) else ():
        if int(row) + 1 < len(values):
            values[int(row) + 1] = float(cells.get("v(S)") or 0.0)
    return tuple(values)


def _type(state: Lab, name: str) -> None:
    state.set_to(values=_edited(state.base, state.widgets[name]))


def result(state: Lab, game: "LabGame", report: "LabReport") -> None:
    """Draw the game's story and the exact Shapley values."""
    st.html(
        f'<p class="sc-line">{html.escape(game.story)}</p>'
        f'<p class="sc-caption">v(N) = {amount(game.grand, signed=False)} '
        f"{html.escape(game.unit)}: what all {len(game.players)} earn together. φ shares it out: "
        "each player gets what it adds, averaged over all orders of arrival.</p>"
    )
    drawing = values_chart(report.players, report.shapley_values)
    chart(state, "choose", drawing)
    residual = sum(report.shapley_values) - game.grand
    caption(
        f"φ in {html.escape(game.unit)}, exact: all {len(game.values)} coalitions looked at. "
        f"Σφ = v(N), residual {residual_words(residual)}. Blue adds, orange hatched takes away."
    )
    with st.expander("All v(S) and φ as tables", type="compact"):
        st.dataframe(_coalitions(game), hide_index=True, alt="Value of every coalition")
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _coalitions(game: "LabGame") -> pd.DataFrame:
    names = [
        " + ".join(player for bit, player in enumerate(game.players) if number >> bit & 1) or "∅"
        for number in range(len(game.values))
    ]
    return pd.DataFrame({"S": names, "v(S)": game.values})
