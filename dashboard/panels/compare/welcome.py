"""What the page says while there is nothing to compare."""

import streamlit as st

STEPS = {
    "Two runs": "<code>python -m core annotate</code> reads many posts with one checkpoint and "
    "writes a run; do it with two, over the same posts.",
    "Or one run": "and a file of predictions of any other system: <b>Bring a file</b> says how it "
    "has to look.",
    "Then": "differences with intervals, posts fixed and broken, and whether both value the "
    "contexts alike.",
}


def empty() -> None:
    """Say what can be compared."""
    steps = "".join(f"<li><b>{name}</b>{words}</li>" for name, words in STEPS.items())
    st.html(
        '<div class="sc-welcome"><h2>Choose two runs over the same posts</h2>'
        f"<ol>{steps}</ol></div>"
    )
