"""3 Count: how much work the definition is, and how long it takes on this machine."""

import html
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.lab import numbers
from dashboard.lab.state import key
from dashboard.panels.card import caption, card

if TYPE_CHECKING:
    from core.lab.count import CountRow, Timing

WRITTEN_OUT = 10**7  # larger numbers are written as powers


def render(players: int) -> None:
    """Draw the counts for this number of players and some others, and the times once measured."""
    with card("lab-count", "3  Count", "what φ costs by its definition"):
        left, right = st.columns([6, 5], gap="medium")
        with left:
            st.html(counts_html(numbers.counts(players), players))
        with right:
            caption(
                "Coalitions give the same φ as orders, so nobody walks all orders; but 2ⁿ grows "
                "too. Beyond that: a formula for the game, or samples."
            )
            _times(players)


@st.fragment
def _times(players: int) -> None:
    if not st.session_state.get(key("count", "measured")):
        st.button(
            "Measure on this machine",
            key=key("count", "measure"),
            icon=":material/timer:",
            on_click=_measure,
        )
        return
    st.html(times_html(numbers.timings(players)))


def _measure() -> None:
    st.session_state[key("count", "measured")] = True


def counts_html(rows: "tuple[CountRow, ...]", players: int) -> str:
    """Return the counts as a table; the row of this game is marked."""
    body = "".join(
        f"<tr{' class=sc-here aria-current=true' if row.players == players else ''}>"
        f'<th scope="row">{row.players}</th><td>{_large(row.coalitions)}</td>'
        f"<td>{_large(row.orders)}</td><td>{_large(row.arrivals)}</td></tr>"
        for row in rows
    )
    head = "<th>n</th><th>coalitions 2ⁿ</th><th>orders n!</th><th>arrivals n·n!</th>"
    return (
        f'<table class="sc-facts sc-numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def times_html(timings: "tuple[Timing, ...]") -> str:
    """Return the measured times as a table."""
    body = "".join(
        f'<tr><th scope="row">{html.escape(timing.method)}</th><td>{timing.evaluations:,}</td>'
        f"<td>{_duration(timing.seconds)}</td></tr>"
        for timing in timings
    )
    head = (
        f"<th>n = {timings[0].players}, measured here</th><th>values of v(S)</th><th>time</th>"
        if timings
        else ""
    )
    return (
        f'<table class="sc-facts sc-numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _large(count: int) -> str:
    if count < WRITTEN_OUT:
        return f"{count:,}"
    digits, exponent = f"{count:.1e}".split("e+")
    return f"{digits} · 10<sup>{int(exponent)}</sup>"


def _duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
