"""The scores of all runs, and how much better each is than the first."""

import html
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.compare import numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import LETTERS, Compare
from dashboard.figures.compare.differences import (
    POINTS,
    Difference,
    difference_chart,
    p_words,
)
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

if TYPE_CHECKING:
    from core.analysis.intervals import Estimate

HEADS = (
    "",
    "F1, %",
    "precision, %",
    "recall, %",
    "F1 − F1(A)",
    "only A right",
    "only it right",
)


def render(state: Compare, among: Compared) -> None:
    """Draw the table of scores and the chart of differences."""
    with card("compare-scores", "Scores", f"on the {among.lineup.posts:,} posts that all share"):
        if numbers.scores(among, LETTERS[0]) is None or not _differences(among):
            caption(
                "These posts have no gold answers in every run, so nothing can be scored; values "
                "and costs are compared below."
            )
            return
        st.html(scores_html(among))
        left, right = st.columns([7, 5], gap="medium")
        drawing = difference_chart(_differences(among))
        with left:
            chart(drawing, state.key("chart", "differences"))
        with right:
            _definitions()
        with st.expander("Differences as a table", type="compact"):
            st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)


def scores_html(among: Compared) -> str:
    """Return one row per run: scores with intervals, difference, and rightness against A."""
    rows = "".join(_row(among, letter) for letter in among.runs)
    head = "".join(f"<th>{words}</th>" for words in HEADS)
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Scores">'
        f'<table class="sc-facts sc-scores"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _differences(among: Compared) -> list[Difference]:
    rows = []
    for letter in among.others:
        found = numbers.difference(among, letter)
        if found is not None:
            name = among.runs[letter].file.name
            rows.append(Difference(letter, name, found.difference, found.low, found.high, found.p))
    return rows


def _row(among: Compared, letter: str) -> str:
    found = numbers.scores(among, letter)
    name = html.escape(among.runs[letter].file.name)
    head = f'<th scope="row"><b>{letter}</b><small>{name}</small></th>'
    if found is None:
        return f'<tr>{head}<td colspan="6">no gold answers</td></tr>'
    cells = [_estimate(value) for value in (found.f1, found.precision, found.recall)]
    cells += _against(among, letter)
    labels = HEADS[1:]
    tail = "".join(
        f'<td data-label="{label}">{cell}</td>' for label, cell in zip(labels, cells, strict=True)
    )
    return f"<tr>{head}{tail}</tr>"


def _against(among: Compared, letter: str) -> list[str]:
    """Return the cells that hold a run against A; A itself has none."""
    found, right = None, None
    if letter != LETTERS[0]:
        found, right = numbers.difference(among, letter), numbers.rightness(among, letter)
    if found is None or found.difference is None or right is None:
        return ["–", "–", "–"]
    points = f"{POINTS * found.difference:+.2f}".replace("-", "−")
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f"{POINTS * found.low:+.2f} to {POINTS * found.high:+.2f}".replace("-", "−")
    style = _style(found.low, found.high)
    return [
        f'<b class="{style}">{points}</b><small>{ends} {p_words(found.p)}</small>',
        f"{right.only_a:,}",
        f"{right.only_b:,}<small>{p_words(right.p)}</small>",
    ]


def _style(low: float | None, high: float | None) -> str:
    """Return how a difference is coloured: only when its interval leaves zero out."""
    if low is not None and low > 0:
        return "sc-right"
    return "sc-wrong" if high is not None and high < 0 else ""


def _estimate(found: "Estimate") -> str:
    if found.value is None:
        return "–"
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f"<small>{POINTS * found.low:.1f}–{POINTS * found.high:.1f}</small>"
    return f"{POINTS * found.value:.2f}{ends}"


def _definitions() -> None:
    from core.analysis.comparison import BOOTSTRAP, MCNEMAR

    caption(f"<b>Difference.</b> {html.escape(BOOTSTRAP)}")
    caption(f"<b>Only one right.</b> {html.escape(MCNEMAR)}")
