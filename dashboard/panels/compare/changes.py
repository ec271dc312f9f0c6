"""Posts fixed and broken: how many, and each of them with what both runs say."""

import math
from collections.abc import Mapping

import streamlit as st

from dashboard.compare import numbers
from dashboard.compare.numbers import Compared
from dashboard.compare.state import LETTERS, Compare
from dashboard.figures.compare.changes import SIGNS, change_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart
from dashboard.panels.compare.posts import Sided, posts_html

PAGE_POSTS = 8


def render(state: Compare, among: Compared, letter: str) -> None:
    """Draw the counts of all runs, and page through the posts of one list.

    Args:
        state: Of this visitor.
        among: The runs compared.
        letter: Whose posts are listed beside those of A.
    """
    with card("compare-changes", "Fixed and broken", "post by post, on the way from A"):
        counts = [(other, _counts(among, other)) for other in among.others]
        known = [(other, found) for other, found in counts if found]
        if not known:
            caption("Without gold answers no post is right or wrong.")
            return
        drawing = change_chart(
            [(other, among.runs[other].file.name, found) for other, found in known]
        )
        chart(drawing, state.key("chart", "changes"))
        with st.expander("Counts as a table", type="compact"):
            st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)
        if letter in dict(known):
            _list(state, among, letter, dict(known)[letter])


def _counts(among: Compared, letter: str) -> dict[str, int]:
    found = numbers.changes(among, letter)
    return {} if found is None else {k: int(n) for k, n in found["change"].value_counts().items()}


@st.fragment
def _list(state: Compare, among: Compared, letter: str, counts: Mapping[str, int]) -> None:
    from core.analysis.pairing import CHANGES

    st.segmented_control(
        f"Posts that {letter} has",
        list(SIGNS),
        format_func=lambda change: f"{SIGNS[change]} {change} {counts.get(change, 0):,}",
        required=True,
        **state.holds("view"),
    )
    view = state.settings.view
    caption(CHANGES[view].replace("B ", f"{letter} ") + ".")
    found = numbers.changes(among, letter)
    rows = found[found["change"] == view] if found is not None else []
    if not len(rows):
        caption("There is no such post.")
        return
    pages = math.ceil(len(rows) / PAGE_POSTS)
    page = min(state.settings.page, pages)
    first = (page - 1) * PAGE_POSTS
    listed = rows.iloc[first : first + PAGE_POSTS]
    units = [
        numbers.units_of(among.runs[side], [int(row) for row in listed[column]])
        for side, column in ((LETTERS[0], "row_a"), (letter, "row_b"))
    ]
    said = zip(listed["id"].map(str), listed["text"].map(str), *units, strict=True)
    st.html(posts_html([Sided(*post) for post in said], letter))
    with st.container(horizontal=True, vertical_alignment="center", key="compare-paging"):
        caption(f"{first + 1:,}–{first + len(listed):,} of {len(rows):,} posts")
        if pages > 1:
            name = state.key("page", page)  # another page, another widget: it starts where it is
            st.pagination(
                pages,
                default=page,
                max_visible_pages=5,
                key=name,
                on_change=lambda: state.set_to(page=state.widgets[name]),
            )
