"""2 Walk: players arrive one by one, and each is credited with what it adds."""

import html
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.figures.lab.values import amount
from dashboard.figures.lab.walk import walk_chart
from dashboard.lab import numbers
from dashboard.lab.state import Lab, key
from dashboard.panels.card import caption, card
from dashboard.panels.lab.chart import chart

if TYPE_CHECKING:
    from core.lab.games import LabGame
    from core.lab.report import LabReport

AT_ONCE = 50  # orders


def render(state: Lab, game: "LabGame", report: "LabReport") -> None:
    """Draw the walk through one order of arrival after the other."""
    with card("lab-walk", "2  Walk", "one order of arrival, and the mean of many"):
        _walk(state, game, report)


@st.fragment
def _walk(state: Lab, game: "LabGame", report: "LabReport") -> None:
    _buttons(state, len(game.players))
    steps = numbers.steps(game, state.settings.seed, state.order)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        st.html(f'<p class="sc-lab-said" role="status">{_sentence(state, game)}</p>')
        drawing = walk_chart(game.players, steps, state.arrived, game.values)
        chart(state, "walk", drawing)
        caption(
            "A bar starts where the one before ended. Thick ticks: v(N) = "
            f"{amount(game.grand, signed=False)} {html.escape(game.unit)}, where every order ends."
        )
    with right:
        table = means_table(state, game, report)
        st.html(means_html(table, state.order + (state.arrived == len(game.players))))
        with st.expander("Arrivals as a table", type="compact"):
            st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _buttons(state: Lab, players: int) -> None:
    with st.container(horizontal=True, key="lab-walk-buttons"):
        for name, label, shortcut, off, act, args in (
            ("next", "Next player", "N", state.arrived == players, state.arrive, (1,)),
            ("back", "Back", "B", state.arrived == 0, state.arrive, (-1,)),
            ("order", "New order", "O", False, state.next_order, ()),
            ("many", f"{AT_ONCE} orders", "M", False, state.next_order, (AT_ONCE,)),
        ):
            st.button(
                label,
                key=key("walk", name),
                type="primary" if name == "next" else "secondary",
                shortcut=shortcut,
                disabled=off,
                on_click=act,
                args=args,
            )


def _sentence(state: Lab, game: "LabGame") -> str:
    number = f"Order {state.order + 1:,}"
    if state.arrived == 0:
        return f"{number}: nobody is here yet, v(∅) = 0."
    step = numbers.steps(game, state.settings.seed, state.order)[state.arrived - 1]
    name = html.escape(game.players[step.player])
    return (
        f"{number}: <b>{name}</b> comes {_ordinal(state.arrived)} and changes the value from "
        f"{amount(step.before, signed=False)} to {amount(step.after, signed=False)}: "
        f"<b>{amount(step.marginal)}</b>."
    )


def means_table(state: Lab, game: "LabGame", report: "LabReport") -> pd.DataFrame:
    """Return each player's mean over the orders walked to the end, beside the exact value."""
    orders = state.order + (state.arrived == len(game.players))
    seed = state.settings.seed
    means = numbers.means(game, seed, orders)[-1] if orders else (None,) * len(game.players)
    steps = numbers.steps(game, seed, state.order)[: state.arrived]
    adds = {step.player: step.marginal for step in steps}
    return pd.DataFrame(
        {
            "player": game.players,
            "this order": [adds.get(player) for player in range(len(game.players))],
            "mean": means,
            "exact φ": report.shapley_values,
        }
    )


def means_html(table: pd.DataFrame, orders: int) -> str:
    """Return the running means as a table."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(str(row[0]))}</th>'
        + "".join(f"<td>{'–' if pd.isna(cell) else amount(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.itertuples(index=False)
    )
    total = [
        column.sum() if column.notna().any() else None for _, column in list(table.items())[1:]
    ]
    feet = "".join(f"<td>{'–' if cell is None else amount(cell)}</td>" for cell in total)
    head = f"<th></th><th>this order</th><th>mean of {orders:,}</th><th>φ, exact</th>"
    return (
        f'<table class="sc-facts sc-numbers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        f'<tfoot><tr><th scope="row">Σ</th>{feet}</tr></tfoot></table>'
    )


def _ordinal(place: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(place, f"{place}th")
