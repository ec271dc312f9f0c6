"""Calibration: whether confidence can be believed, and which doubt is worth acting on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.errors import actions, numbers
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection, special
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.calibration import Bin, Curve, coverage_chart, reliability_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart
from dashboard.panels.errors import posts, scope
from dashboard.panels.errors.overview import no_gold_words

if TYPE_CHECKING:
    from core.analysis.calibration import Reliability, RiskCoverage

REJECTED_BY = {
    "confidence": "confidence",
    "margin_text": "margin, text side",
    "margin_image": "margin, photo side",
}
MOST_POINTS = 300  # of a curve: more than anybody sees


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the reliability plot and what is left wrong when doubtful posts are rejected."""
    if not run.has_gold:
        with card("errors-calibration", "Calibration", "can confidence be believed?"):
            caption(no_gold_words(run))
        return
    counted = scope.choose(run, selected, "calibration")
    left, right = st.columns(2, gap="small")
    with left, card("errors-reliability", "Reliability", "can confidence be believed?"):
        _reliability(state, run, counted)
    with (
        right,
        card("errors-coverage", "Risk and coverage", "which posts are better left to people?"),
    ):
        _coverage(run, counted)
    posts.preview(state, run, selected)


def _reliability(state: Errors, run: Run, counted: Selection) -> None:
    from core.analysis.calibration import RELIABILITY

    kinds = numbers.kinds(run)
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(
            "Units", kinds, default=kind, required=True, key=key("calibration", "kind")
        )
    found = numbers.reliability(run, counted, kind)
    bins = [one for one in found.bins if one.units]
    drawing = reliability_chart([_bin(found, place) for place in range(len(bins))])

    def choose(chosen: Mapping[str, Any]) -> None:
        point = chosen["points"][0]
        if "customdata" in point:
            one = bins[int(point["customdata"][0])]
            actions.select(state, special("score", kind, f"{one.low:g}", f"{one.high:g}"))

    chart(drawing, key("calibration", "reliability"), on_choose=choose)
    caption(
        f"Expected calibration error <b>{found.error:.3f}</b>, from {found.units:,} predicted "
        f"units. {RELIABILITY} Larger marks hold more of them; click one to select its posts."
    )
    with st.expander("Bins as a table", type="compact"):
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _bin(found: "Reliability", place: int) -> Bin:
    one = [one for one in found.bins if one.units][place]
    return Bin(
        one.score or 0.0, one.right or 0.0, one.right_low or 0.0, one.right_high or 0.0, one.units
    )


def _coverage(run: Run, counted: Selection) -> None:
    from core.analysis.calibration import RISK

    found = {
        name: one
        for column, name in REJECTED_BY.items()
        if (one := numbers.risk_coverage(run, counted, column))
    }
    if not found:
        caption("None of these posts has both gold answers and something to reject by.")
        return
    drawing = coverage_chart({name: _curve(one) for name, one in found.items()})
    chart(drawing, key("calibration", "coverage"))
    areas = " · ".join(
        f"{name} <b>{one.area:.3f}</b>"
        for name, one in sorted(found.items(), key=lambda f: f[1].area)
    )
    at_random = next(iter(found.values())).risk
    caption(f"Mean risk, less is better: {areas} · at random {at_random:.3f}. {RISK}")
    with st.expander("Curves as a table", type="compact"):
        st.dataframe(drawing.table, hide_index=True, alt=drawing.alt)


def _curve(one: "RiskCoverage") -> Curve:
    step = max(1, len(one.curve) // MOST_POINTS)
    kept = one.curve.iloc[::-step][::-1]  # counted from the end, which is all posts
    return Curve(kept["coverage"].tolist(), kept["risk"].tolist())
