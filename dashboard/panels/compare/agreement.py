"""Whether two runs value the contexts of the same posts alike."""

import html

import streamlit as st

from core.records import Side
from dashboard.compare import numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import LETTERS, Compare
from dashboard.figures.compare.agreement import MOST_MARKS, agreement_chart
from dashboard.figures.drawing import number
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

SIDES: dict[Side, str] = {"text": "Text side", "image": "Image side"}


def render(state: Compare, among: Compared, letter: str) -> None:
    """Draw the values of A against those of another run, with how well they agree."""
    with card("compare-phi", "Values of the contexts", f"K·φ by A and by {letter}, post by post"):
        _values(state, among, letter)


@st.fragment
def _values(state: Compare, among: Compared, letter: str) -> None:
    st.segmented_control(
        "Side",
        list(SIDES),
        format_func=SIDES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.holds("side"),
    )
    found = numbers.phi(among, letter, state.settings.side)
    if found.posts.empty:
        caption(
            "No post has a value by both runs on this side: it takes contexts, and on the "
            "image side a photo. Files of predictions have none."
        )
        return
    texts = among.runs[LETTERS[0]].table["text"].loc[found.posts["row_a"]]
    drawing = agreement_chart(found.posts[["id", "a", "b"]], letter, texts)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        chart(drawing, state.key("chart", "phi"))
    with right:
        _words(found.kendall_tau, found.difference.value, len(found.posts), letter)
        with st.expander(
            "Values as a table", type="compact", on_change="rerun", key=state.key("phi", "table")
        ) as table:
            if table.open:  # as many rows as posts
                st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt, height=300)


def _words(tau: float | None, shift: float | None, posts: int, letter: str) -> None:
    from core.analysis.differences import AGREEMENT

    agreed = "undefined" if tau is None else number(tau)
    moved = "unknown" if shift is None else number(shift, 3)
    st.html(
        '<table class="sc-facts sc-numbers"><tbody>'
        f'<tr><th scope="row">Kendall τ</th><td>{agreed}</td></tr>'
        f'<tr><th scope="row">Mean of φ({letter}) − φ(A)</th><td>{moved}</td></tr>'
        f'<tr><th scope="row">Posts valued by both</th><td>{posts:,}</td></tr></tbody></table>'
    )
    caption(html.escape(AGREEMENT.replace("B", letter)))
    if posts > MOST_MARKS:
        caption(f"About {MOST_MARKS:,} of the posts are drawn; the numbers are of all.")
