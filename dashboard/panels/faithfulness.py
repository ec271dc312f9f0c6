"""Is φ faithful?: taking contexts away, and giving them, in the order of their values."""

import html

import streamlit as st

from core.records import Explanation, Faithfulness, NoPredictionGame, Record
from dashboard.figures.drawing import number
from dashboard.figures.faithfulness import faithfulness_chart, verdict
from dashboard.panels.card import caption
from dashboard.panels.chart import chart

RANKINGS = {"prediction": "Prediction φ", "text": "Text side φ", "image": "Image side φ"}
DEFINITIONS = {
    "comprehensiveness": "How far v falls below v(N) on average while contexts are taken away, "
    "best first. Higher is more faithful.",
    "sufficiency": "How far v still is below v(N) on average while contexts are given, best first. "
    "Lower is more faithful.",
    "Kendall τ": "Agreement of the ranking with leave-one-out, what v loses when only this context "
    "is missing: 1 the same order, 0 unrelated, −1 reversed.",
}


def render(record: Record, explanation: Explanation, key: str) -> None:
    """Draw the curves of one ranking at a time, with three numbers and what they mean.

    Args:
        record: Of one post.
        explanation: Its own.
        key: Prefix of the panel's widgets.
    """
    if isinstance(explanation.prediction, NoPredictionGame):
        caption(html.escape(explanation.prediction.reason))
        return
    if len(explanation.prediction.contexts) < 2:
        caption("A single context has no order to be faithful to: add or switch on another.")
        return
    _ranking({one.by: one for one in explanation.faithfulness}, key)


@st.fragment
def _ranking(judged: dict[str, Faithfulness], key: str) -> None:
    by = st.segmented_control(
        "Rank the contexts by",
        list(judged),
        format_func=RANKINGS.__getitem__,
        default=next(iter(judged)),
        required=True,
        key=f"{key}.by",
    )
    chosen = judged[by]
    drawing = faithfulness_chart(chosen)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        chart(drawing, f"{key}.curves.{by}")
        caption(
            "v of the prediction game, in nats. Dashed: random orders on average; band: 90 % of "
            "them. Both are exact, over all orders."
        )
    with right:
        st.html(f'<p class="sc-said">{verdict(chosen)}</p>{_numbers_html(chosen)}')
        with st.expander("Curves as a table", type="compact"):
            st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)


def _numbers_html(chosen: Faithfulness) -> str:
    tau = chosen.kendall_tau
    values = {
        "comprehensiveness": number(chosen.comprehensiveness, 3),
        "sufficiency": number(chosen.sufficiency, 3),
        "Kendall τ": "–" if tau is None else number(tau),
    }
    rows = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd><dd><small>{DEFINITIONS[name]}</small></dd></div>"
        for name, value in values.items()
    )
    return f'<dl class="sc-defined">{rows}</dl>'
