"""Which types a run finds better or worse than the first."""

import streamlit as st

from dashboard.compare import numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import Compare
from dashboard.figures.compare.dumbbell import TypeScores, dumbbell_chart, type_table
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

KINDS = {"entity": "entities", "relation": "relations", "label": "labels"}
MOST_TYPES = 30


def render(state: Compare, among: Compared, letter: str) -> None:
    """Draw the F1 of each type by A and by another run, the largest differences first."""
    with card(
        "compare-types",
        "By type",
        f"○ A   ● {letter}   points of F1; p adjusted for the number of types",
    ):
        found = numbers.types(among, letter)
        if not found:
            caption("No type can be scored: these posts have no gold answers in both runs.")
            return
        for kind in dict.fromkeys(one.kind for one in found):
            rows = [
                TypeScores(
                    one.name, one.support, one.difference.f1_a, one.difference.f1_b, one.p_adjusted
                )
                for one in found
                if one.kind == kind
            ]
            rows.sort(key=lambda row: -abs((row.b or 0.0) - (row.a or 0.0)))
            drawing = dumbbell_chart(rows[:MOST_TYPES], letter)
            if kind != found[0].kind:
                caption(KINDS.get(kind, kind).capitalize())
            chart(drawing, state.key("chart", "types", kind))
            if len(rows) > MOST_TYPES:
                caption(f"The {MOST_TYPES} largest differences of {len(rows)} types.")
            with st.expander(f"{KINDS.get(kind, kind).capitalize()} as a table", type="compact"):
                table = drawing.table if len(rows) <= MOST_TYPES else type_table(rows, letter)
                st.dataframe(table.round(4), hide_index=True, alt=drawing.alt)
