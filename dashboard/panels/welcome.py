"""What stands where a result will be."""

import streamlit as st

STEPS = {
    "Contexts": "Sentences that describe the photo bridge it to the post. Some fit; some describe "
    "another scene.",
    "Shapley values": "What each context adds to the overlap with the sentence and with the photo, "
    "among the contexts of a bank of other posts.",
    "Gates": "How far photo and contexts may change each word on its way to becoming part of an "
    "entity.",
}


def unmarked(what: str) -> None:
    """Say what to mark before a relation can be told."""
    st.html(
        '<div class="sc-welcome" role="status"><h2>Which two names?</h2>'
        f"<p>{what} Choose their words under the sentence: type a few letters to find them. "
        "The relation follows at once.</p></div>"
    )


def empty() -> None:
    """Say what will be seen here, before there is a result."""
    steps = "".join(f"<li><b>{name}</b>{words}</li>" for name, words in STEPS.items())
    st.html(
        '<div class="sc-welcome"><h2>Choose a sample above, or make your own post</h2>'
        f"<ol>{steps}</ol></div>"
    )
