"""The verdict line, above everything else."""

import html

import streamlit as st

from core.records import Record
from dashboard.figures.verdict import method_line, verdict_html
from dashboard.panels import notice


def render(record: Record, key: str, *, note: str = "") -> None:
    """Draw the verdict in plain words, how it was computed, and what was cut or changed.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        note: What a newcomer should look at.
    """
    with st.container(key=f"verdict-{key.replace('.', '-')}"):
        tour = f'<p class="sc-tour">{html.escape(note)}</p>' if note else ""
        st.html(
            f'<div class="sc-verdict" role="status"><p class="sc-line">{verdict_html(record)}</p>'
            f'<p class="sc-caption">{html.escape(method_line(record))}</p>{tour}</div>'
        )
    for text in record.notes:
        notice.hint(text)
