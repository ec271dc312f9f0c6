"""What if the contexts that fit badly had been left out?"""

import html
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from dashboard.errors import numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.state import key
from dashboard.figures.drawing import number
from dashboard.figures.errors.leaving_out import Step, leaving_out_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

if TYPE_CHECKING:
    from core.analysis.leaving_out import End, LeavingOut


def render(run: Run, counted: Selection, column: str, end: "End") -> None:
    """Draw F1 against the share of posts read without contexts, by one measure of them.

    Args:
        run: That is open.
        counted: Whose posts count.
        column: Of the measure.
        end: Whose posts lose their contexts first.
    """
    label = numbers.features()[column].label
    about = f"one post after the other, by {label}, the {end} first"
    with card("errors-leaving-out", "What if contexts had been left out?", about):
        try:
            found = numbers.leaving_out(run, counted, column, end)
        except InputError as error:
            caption(html.escape(f"{str(error).capitalize()}."))
            return
        steps = [_step(found, place) for place in range(len(found.cuts))]
        drawing = leaving_out_chart(steps, best=found.best)
        left, right = st.columns([7, 5], gap="medium")
        with left:
            chart(drawing, key("contexts", "leaving-out"))
        with right:
            _words(found)
        with st.expander("Steps as a table", type="compact"):
            st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _step(found: "LeavingOut", place: int) -> Step:
    cut = found.cuts[place]
    share = cut.left_out / found.posts
    return Step(share, cut.left_out, cut.last, cut.difference, cut.low, cut.high)


def _words(found: "LeavingOut") -> None:
    from core.analysis.leaving_out import DEFINITION

    best = found.cuts[found.best]
    if not best.left_out:
        said = "No share of the posts does better without contexts than all do with them."
    else:
        direction = "up" if found.end == "lowest" else "down"
        said = (
            f"Best without the contexts of <b>{best.left_out:,}</b> of {found.posts:,} posts, "
            f"{direction} to {number(best.last or 0.0)}: F1 {best.f1:.3f}, "
            f"<b>{number(best.difference, 3)}</b> "
            f"({number(best.low, 3)} to {number(best.high, 3)})."
        )
    st.html(f"<p>{said}</p>")
    caption(f"Found on one half and scored on the other: {_held_out(found)}.")
    if found.unknown:
        caption(f"{found.unknown:,} posts without this measure keep their contexts.")
    caption(html.escape(DEFINITION))


def _held_out(found: "LeavingOut") -> str:
    gain, low, high = found.held_out, found.held_out_low, found.held_out_high
    if gain is None or low is None or high is None:  # all of them, or none
        return "unknown, there are too few units"
    return f"{number(gain, 3)} ({number(low, 3)} to {number(high, 3)})"
