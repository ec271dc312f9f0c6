"""The head of the page, and what stands where a result will be."""

import html

import streamlit as st

STEPS = {
    "Contexts": "Sentences that describe the photo bridge it to the post. Some fit; some describe "
    "another scene.",
    "Shapley values": "What each context adds to the overlap with the sentence and with the photo, "
    "among the contexts of a bank of other posts.",
    "Gates": "How far photo and contexts may change each word on its way to becoming part of an "
    "entity.",
}


def header(checkpoint: str) -> None:
    """Draw the name of the project and the checkpoint in use."""
    st.html(
        '<header class="sc-header"><h1>Shap-CA</h1>'
        "<p>How well does each sentence about a photo bridge it to its post?</p>"
        f'<span class="sc-chip" title="Checkpoint in use">{html.escape(checkpoint)}</span></header>'
    )


def empty() -> None:
    """Say what will be seen here, before there is a result."""
    steps = "".join(f"<li><b>{name}</b>{words}</li>" for name, words in STEPS.items())
    st.html(
        '<div class="sc-welcome"><h2>Choose a sample above, or make your own post</h2>'
        f"<ol>{steps}</ol></div>"
    )
