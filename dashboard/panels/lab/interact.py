"""6 Interact: who repeats whom, who needs whom, and how few are enough."""

import html
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.figures.interactions import Pairs, interaction_chart, strongest
from dashboard.lab import numbers
from dashboard.lab.state import Lab
from dashboard.panels.card import caption, card
from dashboard.panels.lab.chart import chart

if TYPE_CHECKING:
    from core.lab.report import LabReport


def render(state: Lab, report: "LabReport") -> None:
    """Draw the pairwise interactions and the smallest set that earns nearly everything."""
    with card("lab-interact", "6  Interact", "what two do together"):
        players = range(len(report.players))
        if len(players) < 2:
            caption("One player has nobody to interact with. Choose two or more.")
            return
        pairs = Pairs(report.title, players, report.interactions, noun="players")
        drawing = interaction_chart(pairs)
        left, right = st.columns([5, 6], gap="medium")
        with left:
            chart(state, "interact", drawing)
        with right:
            st.html(f'<p class="sc-lab-said">{html.escape(strongest(pairs))}</p>')
            names = "".join(
                f"<li value={place + 1}>{html.escape(report.players[place])}</li>"
                for place in players
            )
            st.html(f'<ol class="sc-lab-names">{names}</ol>')
            caption("Below 0 two players share one credit; above 0 they need each other. Exact.")
            caption(html.escape(numbers.smallest_set_words(report)))
            with st.expander("Interactions as a table", type="compact"):
                st.dataframe(drawing.table.round(4), alt=drawing.alt)
