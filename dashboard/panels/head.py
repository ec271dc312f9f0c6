"""The head of every page: the project, the way to the other pages, the checkpoint in use."""

import html
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import Page

ABOUT = {
    "Explore": "How well does each sentence about a photo bridge it to its post?",
    "Error analysis": "What goes wrong, where, and do the contexts have to do with it?",
    "Compare": "Which system is better, on which posts, and is it more than luck?",
    "Shapley lab": "What is a fair share? Seven steps with games small enough to count.",
    "Runs": "How does training go, and does it keep what the method promises?",
}


def render(pages: Sequence[tuple[Page, Mapping[str, str]]], opened: str, checkpoint: str) -> None:
    """Draw the head.

    Args:
        pages: All pages, each with what its address has to say.
        opened: Title of the page that is shown.
        checkpoint: Name of the checkpoint in use.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        st.html('<header class="sc-header"><h1>Shap-CA</h1></header>', width="content")
        for page, address in pages:
            mark = "here" if page.title == opened else "there"
            with st.container(width="content", key=f"head-{mark}-{page.url_path or 'home'}"):
                st.page_link(page, query_params=dict(address), width="content")
        st.html(f'<p class="sc-header-about">{ABOUT[opened]}</p>', width="content")
        if opened != "Explore":  # there it can be chosen
            st.html(
                f'<span class="sc-chip" title="Checkpoint in use">{html.escape(checkpoint)}</span>',
                width="content",
            )
