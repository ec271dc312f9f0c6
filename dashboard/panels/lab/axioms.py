"""4 Axioms: four demands only Shapley's rule meets; mix in another rule and watch one break."""

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.figures.lab.values import amount, values_chart
from dashboard.lab import numbers
from dashboard.lab.state import Lab
from dashboard.panels.card import caption, card
from dashboard.panels.lab.chart import chart

if TYPE_CHECKING:
    from core.lab.axioms import Axiom
    from core.lab.games import LabGame
    from core.lab.report import LabReport

RULES: Mapping[str, str] = {
    "banzhaf": "Banzhaf: divide by 2ⁿ⁻¹",
    "rescaled_banzhaf": "Banzhaf, rescaled",
    "leave_one_out": "Last arrival only",
    "first_arrival": "First arrival only",
    "one_order": "One order only",
    "equal": "Everybody the same",
}
MEANINGS = {
    "efficiency": "All shares add up to v(N).",
    "symmetry": "Who adds the same gets the same.",
    "null player": "Who adds nothing gets nothing.",
    "additivity": "Two games divided together give what they give one by one.",
}


def render(state: Lab, game: "LabGame", report: "LabReport") -> None:
    """Draw the rule, its mixture with Shapley's, and the four checks."""
    with card("lab-axioms", "4  Axioms", "four demands; only φ meets all of them"):
        _mixture(state, game, report)


@st.fragment
def _mixture(state: Lab, game: "LabGame", report: "LabReport") -> None:
    left, right = st.columns([5, 6], gap="medium")
    with left:
        st.selectbox(
            "Another rule", list(RULES), format_func=RULES.__getitem__, **state.holds("rule")
        )
        st.slider(
            "Mixed in: 0 is Shapley, 1 is the other rule",
            0.0,
            1.0,
            step=0.05,
            format="percent",
            **state.holds("share"),
        )
        settings = state.settings
        values = numbers.rule_values(game, settings.rule, settings.share, settings.seed)
        drawing = values_chart(
            game.players,
            values,
            name="share",
            ticks=report.shapley_values,
            tick_name="φ",
        )
        chart(state, "axioms", drawing)
        caption("Bars: the mixture. Ticks: exact φ.")
    with right:
        axioms = numbers.check_axioms(game, settings.rule, settings.share, settings.seed)
        st.html(f'<p class="sc-lab-said" role="status">{verdict(axioms, settings.rule)}</p>')
        st.html(axioms_html(axioms))
        caption(html.escape(numbers.rule_words(settings.rule)))
        with st.expander("Shares as a table", type="compact"):
            st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def verdict(axioms: "Sequence[Axiom]", rule: str) -> str:
    """Return which axioms the mixture breaks, in one sentence."""
    broken = [axiom.name for axiom in axioms if not axiom.holds]
    if not broken:
        return '<b class="sc-right">All four hold.</b>'
    return (
        f'<b class="sc-wrong">{" and ".join(broken).capitalize()} '
        f"{'is' if len(broken) == 1 else 'are'} broken</b> by “{html.escape(RULES[rule])}”."
    )


def axioms_html(axioms: "Sequence[Axiom]") -> str:
    """Return one row per axiom: what it demands, whether it holds, and by how much it fails."""
    rows = "".join(
        f'<tr><th scope="row"><b>{axiom.name.capitalize()}</b>'
        f"<small>{MEANINGS[axiom.name]}</small></th>"
        f'<td><b class="{"sc-right" if axiom.holds else "sc-wrong"}">'
        f"{'✓ holds' if axiom.holds else '✗ broken'}</b></td>"
        f"<td>{'0' if axiom.holds else amount(axiom.gap, signed=False)}</td>"
        f"<td><small>{html.escape(axiom.words)}</small></td></tr>"
        for axiom in axioms
    )
    head = "<th>Axiom</th><th></th><th>gap</th><th>in numbers</th>"
    return (
        f'<table class="sc-facts sc-axioms"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
