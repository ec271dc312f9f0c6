"""What each run costs, beside what the first one costs."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare import numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import LETTERS
from dashboard.panels.card import caption, card

if TYPE_CHECKING:
    from core.analysis.costs import Cost

MEASURES = {
    "seconds": "seconds a post",
    "contexts": "contexts a post",
    "parameters": "parameters trained",
    "megabytes": "weights, MB",
}


def render(among: Compared) -> None:
    """Draw one row per run."""
    with card("compare-costs", "Cost", "and as a multiple of A"):
        costs = {letter: numbers.cost(run) for letter, run in among.runs.items()}
        st.html(costs_html(costs, {letter: run.file.name for letter, run in among.runs.items()}))
        caption(
            "Seconds: median over 16 posts spread over the run, as measured when it was annotated, "
            "which may have been on another or a busier machine. Parameters and weights: of the "
            "checkpoint of that name on this machine. –: nobody knows."
        )


def costs_html(costs: "Mapping[str, Cost]", names: Mapping[str, str]) -> str:
    """Return the costs as a table, each with its multiple of A's."""
    from core.analysis.costs import multiple

    base = costs[LETTERS[0]]
    rows = "".join(
        f'<tr><th scope="row"><b>{letter}</b><small>{html.escape(names[letter])}</small></th>'
        + "".join(
            f'<td data-label="{words}">'
            f"{_cell(value, multiple(value, getattr(base, measure)), letter)}</td>"
            for measure, words in MEASURES.items()
            for value in (getattr(cost, measure),)
        )
        + "</tr>"
        for letter, cost in costs.items()
    )
    head = "".join(f"<th>{words}</th>" for words in ("", *MEASURES.values()))
    return (
        f'<table class="sc-facts sc-scores"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        "</table>"
    )


def _cell(value: float | None, times: float | None, letter: str) -> str:
    if value is None:
        return "–"
    words = f"{value / 1e6:.1f} M" if isinstance(value, int) else f"{value:.3g}"
    if times is None or letter == LETTERS[0]:
        return words
    return f"{words}<small>× {times:.2f}</small>"
