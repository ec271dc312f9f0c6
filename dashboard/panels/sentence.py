"""The sentence: predicted entities, gold beside them, and a gate under every word."""

import html
from collections.abc import Sequence

import streamlit as st

from core.datasets.samples import SampleEntity
from core.records import Record, Task
from dashboard.figures.sentence import Judged, judge, sentence_html, sentence_table
from dashboard.panels.card import card

ABOUT: dict[Task, str] = {
    "mner": "entities found",
    "mre": "the marked pair",
    "jmere": "entities found",
    "classification": "words read",
}
MARKS = {
    "right": ("✓", "sc-right", "found"),
    "wrong type": ("✗", "sc-wrong", "other type"),
    "wrong span": ("✗", "sc-wrong", "other span"),
    "missed": ("✗", "sc-wrong", "missed"),
    "not gold": ("✗", "sc-wrong", "not in gold"),
}
TAGGING = ("mner", "jmere")


def render(record: Record, key: str, *, gold: Sequence[SampleEntity] | None = None) -> None:
    """Draw the sentence.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        gold: Gold entities, None when nobody knows them.
    """
    with card(
        f"sentence-{key.replace('.', '-')}",
        "Sentence",
        f"{ABOUT[record.task]}, gate of each word",
        height="stretch",
    ):
        st.html(sentence_html(record, gold))
        if gold is not None and record.task in TAGGING:
            st.html(gold_html(judge(record.entities, gold)))
        st.html(_legend(record))
        with st.expander("Words as a table", type="compact"):
            st.dataframe(sentence_table(record).round(3), hide_index=True)


def _legend(record: Record) -> str:
    gates = "No gates: without an image there is nothing to fuse."
    if record.gates:
        gates = (
            '<i class="sc-gate sc-sample"><span style="width:70%"></span></i> gate: full, the word '
            "keeps its own voice; empty, the photo seen through the contexts takes its place"
        )
    if record.task not in TAGGING:
        return f'<p class="sc-legend"><span>{gates}</span></p>'
    return (
        '<p class="sc-legend"><span><i class="sc-solid"></i> found without the contexts as well'
        '</span><span><i class="sc-dashed"></i> found only with them</span>'
        f"<span>0.93 probability</span><span>{gates}</span></p>"
    )


def gold_html(judged: Sequence[Judged], nothing: str = "no entity") -> str:
    """Return gold labels with what became of them; `nothing` stands where there are none."""
    parts = []
    for entity in judged:
        sign, style, words = MARKS[entity.outcome]
        parts.append(
            f'<span><b class="{style}">{sign}</b> {html.escape(entity.text)} '
            f"<i>{html.escape(entity.type)}</i> {words}</span>"
        )
    return f'<p class="sc-gold" dir="auto"><span>Gold</span>{"".join(parts) or nothing}</p>'
