"""The strip of sample posts: one click opens one."""

import html
from collections.abc import Callable, Sequence

import streamlit as st

from core.datasets.samples import Sample
from dashboard.figures.drawing import shorten
from dashboard.state import key

EVERYTHING = "all"


def render(
    samples: Sequence[Sample],
    opened: str | None,
    *,
    thumbnail: Callable[[Sample], str],
    on_pick: Callable[[Sample], None],
    on_blank: Callable[[], None],
) -> None:
    """Draw the strip with a filter by tag.

    Args:
        samples: In the order of the tour.
        opened: Id of the sample on the page.
        thumbnail: Gives a sample's photo as a data URI, "" when it has none.
        on_pick: Called with the sample that was clicked.
        on_blank: Called when the visitor wants an empty post.
    """
    tags = list(dict.fromkeys(tag for sample in samples for tag in sample.tags))
    with st.container(horizontal=True, vertical_alignment="center", key="gallery-head"):
        st.html('<h2 class="sc-title">Sample posts</h2>', width="content")
        chosen = st.pills(
            "Show samples that are",
            [EVERYTHING, *tags],
            default=EVERYTHING,
            key=key("gallery", "tag"),
            label_visibility="collapsed",
        )
        st.button(
            "Own post",
            icon=":material/add:",
            key=key("gallery", "blank"),
            on_click=on_blank,
            help="Start from an empty post: your photo, your sentence.",
        )
    with st.container(horizontal=True, wrap=False, gap="small", key="gallery"):
        for sample in samples:
            if chosen in (None, EVERYTHING) or chosen in sample.tags:
                _sample(sample, sample.id == opened, thumbnail(sample), on_pick)


def _sample(sample: Sample, is_open: bool, photo: str, on_pick: Callable[[Sample], None]) -> None:
    state = "open" if is_open else "closed"
    with st.container(width=148, gap=None, key=f"sample-{state}-{sample.id}"):
        words = html.escape(shorten(sample.text, 54))
        picture = (
            f'<img src="{photo}" alt="">'
            if photo
            else f'<span class="sc-quote" dir="auto">{words}</span>'
        )
        tone = " sc-misaligned" if "misaligned" in sample.tags else ""
        st.html(
            f'<div class="sc-thumb">{picture}</div>'
            f'<p class="sc-tag{tone}">{" · ".join(sample.tags)}</p>'
        )
        st.button(
            sample.id.replace("-", " ").capitalize(),
            key=key("gallery", sample.id),
            on_click=on_pick,
            args=(sample,),
            type="tertiary",
            width="stretch",
        )
