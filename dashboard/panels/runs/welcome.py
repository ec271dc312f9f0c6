"""What the page says while there is no run."""

import streamlit as st


def nothing() -> None:
    """Say how a run comes about."""
    st.html(
        '<section class="sc-welcome"><h2>No training has left a log here yet</h2>'
        "<p>Start one, and its curves appear on this page while it runs:</p></section>"
    )
    st.code("python -m core train configs/twitter17-minilm.toml", language="bash")
