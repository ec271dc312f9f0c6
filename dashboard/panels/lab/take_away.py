"""What can be taken away: a worksheet, the numbers, and the command that gives them again."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.lab import numbers
from dashboard.lab.state import Lab, key
from dashboard.panels.card import caption, card

if TYPE_CHECKING:
    from core.lab.report import LabReport


def render(state: Lab, report: "LabReport") -> None:
    """Draw the downloads and the command."""
    with card("lab-take", "Take away", "the same numbers on paper, as data, on the command line"):
        with st.container(horizontal=True, key="lab-take-buttons"):
            st.download_button(
                "Worksheet (Markdown)",
                lambda: numbers.worksheet(report, state.settings.seed),
                file_name=f"shapley-lab-{state.settings.game}.md",
                mime="text/markdown",
                icon=":material/description:",
                key=key("take", "worksheet"),
                on_click="ignore",
            )
            st.download_button(
                "Numbers (JSON)",
                report.model_dump_json(indent=2),
                file_name=f"shapley-lab-{state.settings.game}.json",
                mime="application/json",
                icon=":material/download:",
                key=key("take", "numbers"),
                on_click="ignore",
            )
        st.code(numbers.command(report), language="bash", wrap_lines=True)
        caption("Writes the same numbers. The address of this page brings back the page.")
