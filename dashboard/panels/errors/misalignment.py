"""Misalignment map: every post by how well its context fits the sentence and the photo."""

from functools import partial

import numpy as np
import streamlit as st

from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import SIDES, Selection, special
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.misalignment import MOST_DRAWN, misalignment_map
from dashboard.figures.errors.outcomes import OUTCOMES
from dashboard.figures.errors.strip import margin_strip
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart
from dashboard.panels.errors import posts
from dashboard.panels.errors.overview import legend_html

AREA, BOX = "Lasso", "Box"


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the map with its thresholds and quadrants, and the posts that are selected on it."""
    both = ~np.isnan(run.margin("text")) & ~np.isnan(run.margin("image"))
    with card(
        "errors-map", "Misalignment map", "margin of each post's context over the best other"
    ):
        if both.any():
            _map(state, run, selected, both)
        elif (side := next((s for s in SIDES if not np.isnan(run.margin(s)).all()), None)) is None:
            caption(
                "No game was played for any post of this run: without contexts nothing can be "
                "misaligned. Annotate posts with contexts."
            )
        else:
            _strip(state, run, selected, side)
    posts.preview(state, run, selected)


def _map(state: Errors, run: Run, selected: Selection, both: np.ndarray) -> None:
    left, right = st.columns([8, 4], gap="medium")
    with right:
        _thresholds(state, run, SIDES)
        _quadrants(state, run, selected)
        drag = st.segmented_control(
            "Dragging on the map draws a",
            [AREA, BOX],
            default=AREA,
            required=True,
            key=key("map", "drag"),
        )
    settings = state.settings
    thresholds = (settings.tau_text, settings.tau_image)
    parts = numbers.quadrants(run, thresholds)
    table = run.table[both]
    drawing = misalignment_map(
        table.assign(gate=table["gate_text"]),
        thresholds=thresholds,
        quadrants={name: int(parts.at[name, "posts"]) for name in parts.index},
        chosen=None if selected.is_all else selected.chosen[both],
        lasso=drag == AREA,
    )
    with left:
        chart(
            drawing,
            key("map", "chart"),
            on_choose=partial(actions.choose_on_map, state, SIDES),
            modes=("points", "lasso" if drag == AREA else "box"),
        )
        st.html(legend_html([int(table["outcome"].eq(name).sum()) for name in OUTCOMES], OUTCOMES))
        _caption(len(table), int((~both).sum()))


def _caption(drawn: int, left_out: int) -> None:
    words = "A larger mark: its words keep more of their own voice (gate). "
    if drawn > MOST_DRAWN:
        words += (
            f"{MOST_DRAWN:,} of {drawn:,} marks are drawn, every outcome alike; counts, areas and "
            "quadrants take all posts. "
        )
    if left_out:
        words += f"{left_out:,} posts have no game on both sides and are not on the map."
    caption(words)


def _strip(state: Errors, run: Run, selected: Selection, side: str) -> None:
    _thresholds(state, run, (side,))
    played = ~np.isnan(run.margin(side))
    threshold = state.settings.tau_text if side == "text" else state.settings.tau_image
    drawing = margin_strip(
        run.table[played],
        side=side,
        threshold=threshold,
        chosen=None if selected.is_all else selected.chosen[played],
    )
    chart(
        drawing,
        key("map", "strip"),
        on_choose=partial(actions.choose_on_map, state, (side,)),
        modes=("points", "box"),
    )
    st.html(legend_html([int(run.table["outcome"].eq(name).sum()) for name in OUTCOMES], OUTCOMES))
    other = "photo" if side == "text" else "sentence"
    caption(
        f"No post of this run has a game on the side of the {other}, so there is one margin only. "
        "Drag to select a range."
    )


def _thresholds(state: Errors, run: Run, sides: tuple[str, ...]) -> None:
    for side in sides:
        margins = run.margin(side)
        field = f"tau_{side}"
        # A threshold of the address beyond all margins has to stay on the slider.
        at = getattr(state.settings, field)
        low = min(float(np.floor(np.nanmin(margins))), at)
        high = max(float(np.ceil(np.nanmax(margins))), at)
        st.slider(
            f"Threshold, {side} side",
            low,
            max(high, low + 0.1),
            step=0.05,
            format="%+.2f",
            **state.holds(field),
            help="A context fits this side when its margin reaches the threshold. At 0, nothing "
            "of the reference bank fits better.",
        )


def _quadrants(state: Errors, run: Run, selected: Selection) -> None:
    from core.analysis.misalignment import DEFINITION, QUADRANTS

    parts = numbers.quadrants(run, (state.settings.tau_text, state.settings.tau_image))
    for name in QUADRANTS:
        count, estimate = int(parts.at[name, "posts"]), parts.at[name, "f1"]
        score = "" if estimate.value is None else f" · F1 {estimate.value:.3f}"
        st.button(
            f"**{name}** {count:,}{score}",
            key=key("map", "quadrant", name),
            type="primary" if selected.link == special("quadrant", name) else "secondary",
            width="stretch",
            disabled=not count,
            on_click=actions.select,
            args=(state, special("quadrant", name)),
        )
    caption(DEFINITION)
