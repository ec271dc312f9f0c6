"""What stands where a run will be."""

import streamlit as st

STEPS = {
    "Annotate": "<code>python -m core annotate posts.jsonl --out runs/mine.parquet</code> reads "
    "many posts, with all contexts and with none.",
    "Look": "Every Parquet file under runs/ is listed here, the newest first; or bring one along "
    "with <b>Own file</b>.",
    "Repair": "Find what went wrong, where, and whether the contexts had to do with it; then "
    "review doubtful posts one by one.",
}


def empty() -> None:
    """Say how a run comes about, where there is none yet."""
    steps = "".join(f"<li><b>{name}</b>{words}</li>" for name, words in STEPS.items())
    st.html(f'<div class="sc-welcome"><h2>There is no run yet</h2><ol>{steps}</ol></div>')
