"""Records: the selected posts, searched, filtered, page by page; or one of them in full."""

import difflib
import math
from functools import partial

import streamlit as st

from dashboard.errors.listing import FACETS, Facet, Listing, facet_counts, listing
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.settings import Order
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.outcomes import EFFECTS, OUTCOMES, VERDICTS
from dashboard.panels import notice
from dashboard.panels.card import caption, card
from dashboard.panels.errors import posts, record

TABLE_PAGE, GALLERY_PAGE = 25, 12  # posts
ORDERS: dict[Order, str] = {
    "given": "As selected",
    "confidence": "Least confident first",
    "misaligned": "Smallest margin first",
    "gate": "Lowest gate first",
    "id": "By name",
}
FACET_NAMES: dict[Facet, tuple[str, str]] = {
    "outcome": ("outcomes", "Outcome"),
    "effect": ("effects", "Contexts"),
    "verdict": ("verdicts", "Verdict"),
}
LOOKS = {"outcome": OUTCOMES, "effect": EFFECTS, "verdict": VERDICTS}


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the post that is open, or else the list."""
    found = listing(run, selected, state.settings)
    wanted = state.settings.post
    if wanted in run.places:
        record.render(state, run, run.places[wanted], [int(row) for row in found.rows])
        return
    if wanted:
        nearest = difflib.get_close_matches(wanted, run.places, n=1, cutoff=0.0)
        notice.problem(f"This run has no post called {wanted[:60]}. The nearest is {nearest[0]}.")
    with card("errors-records", "Records", "click one to see everything about it"):
        _filters(state, run, selected)
        _page(state, run, found)


def _filters(state: Errors, run: Run, selected: Selection) -> None:
    left, right = st.columns([7, 5], gap="small", vertical_alignment="bottom")
    with left:
        st.text_input(
            "Search in sentences and names",
            icon=":material/search:",
            max_chars=200,
            placeholder="every word; a misspelt one finds the nearest",
            **state.holds("search"),
        )
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Order", list(ORDERS), format_func=ORDERS.__getitem__, **state.holds("order"))
        st.toggle("Gallery", **state.holds("gallery"))
    with st.container(horizontal=True, key="errors-facets"):
        for facet, (field, label) in FACET_NAMES.items():
            counts = facet_counts(run, selected, state.settings, facet)
            st.pills(
                label,
                [value for value in FACETS[facet] if value in counts],
                selection_mode="multi",
                format_func=partial(_facet, facet, counts),
                **state.holds(field),
            )


def _facet(facet: Facet, counts: dict[str, int], value: str) -> str:
    return f"{LOOKS[facet][value].sign} {value} {counts[value]:,}"


def _page(state: Errors, run: Run, found: Listing) -> None:
    settings, total = state.settings, len(found.rows)
    if found.instead:
        caption(f"Not every word occurs; instead: <b>{notice.literal(found.instead)}</b>")
    if not total:
        caption("No post is left. Take a filter away, or search for something else.")
        return
    size = GALLERY_PAGE if settings.gallery else TABLE_PAGE
    pages = math.ceil(total / size)
    page = min(settings.page, pages)
    first = (page - 1) * size
    rows = [int(row) for row in found.rows[first : first + size]]
    if settings.gallery:
        posts.gallery(state, run, rows)
    else:
        posts.table(state, run, rows, "all")
    with st.container(horizontal=True, vertical_alignment="center", key="errors-paging"):
        caption(f"{first + 1:,}–{first + len(rows):,} of {total:,} posts")
        if pages > 1:
            name = key("page", page)  # another page, another widget: it starts where the list is
            st.pagination(
                pages,
                default=page,
                max_visible_pages=5,
                key=name,
                on_change=lambda: state.set_to(page=state.widgets[name]),
            )
