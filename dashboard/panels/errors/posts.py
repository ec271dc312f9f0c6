"""Posts in a list: as a table or as cards; a click opens one."""

import html
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.errors import actions
from dashboard.errors.photos import photo_path
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.state import Errors, key
from dashboard.figures.drawing import shorten
from dashboard.figures.errors.outcomes import EFFECTS, OUTCOMES, VERDICTS
from dashboard.panels.card import caption, card
from dashboard.sample_posts import thumbnail

PREVIEWED = 8
TABLE_CHARACTERS = 160
CARD_CHARACTERS = 110


def preview(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the first posts of a selection below the chart that made it."""
    if selected.is_all:
        return
    with card("errors-preview", "Posts selected", selected.words):
        if not len(selected):
            caption("No post of this run is among them.")
            return
        table(state, run, [int(row) for row in selected.rows[:PREVIEWED]], "preview")
        if len(selected) > PREVIEWED:
            st.button(
                f"All {len(selected):,}",
                key=key("preview", "all"),
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=state.set_to,
                kwargs={"view": "records", "page": 1},
            )


def table(state: Errors, run: Run, rows: Sequence[int], name: str) -> None:
    """Draw posts as a table; a click on any cell opens its post.

    Args:
        state: Of this visitor.
        run: That is open.
        rows: Places of the posts, few enough for one page.
        name: Unique on the page.
    """
    made = key("posts", name)
    st.dataframe(
        post_table(run, rows),
        hide_index=True,
        height="content",
        placeholder="–",
        key=made,
        on_select=lambda: actions.open_row(state, run, rows, state.widgets[made]["selection"]),
        selection_mode="single-cell",
        column_config={
            "post": st.column_config.TextColumn(width="small"),
            "text": st.column_config.TextColumn(width="large"),
            "margin": st.column_config.NumberColumn(format="%+.2f", help="Text side, K·φ"),
            "gate": st.column_config.NumberColumn(format="%.2f"),
            "confidence": st.column_config.NumberColumn(format="%.2f"),
        },
        alt="Posts with their outcome, what the contexts did, and the model's verdict",
    )


def post_table(run: Run, rows: Sequence[int]) -> pd.DataFrame:
    """Return what is shown of some posts, one a line."""
    found = run.table.iloc[list(rows)]
    return pd.DataFrame(
        {
            "post": found["id"],
            "text": [shorten(text, TABLE_CHARACTERS) for text in found["text"]],
            "outcome": [f"{OUTCOMES[value].sign} {value}" for value in found["outcome"]],
            "contexts": [f"{EFFECTS[value].sign} {value}" for value in found["effect"]],
            "verdict": [f"{VERDICTS[value].sign} {value}" for value in found["verdict"]],
            "margin": found["margin_text"].astype(float),
            "gate": found["gate_text"].astype(float),
            "confidence": found["confidence"].astype(float),
        }
    )


def gallery(state: Errors, run: Run, rows: Sequence[int]) -> None:
    """Draw posts as cards with their photos, where these are on this machine."""
    with st.container(horizontal=True, gap="small", key="errors-gallery"):
        for row in rows:
            _card(state, run, row)


def _card(state: Errors, run: Run, row: int) -> None:
    post = run.table.iloc[row]
    with st.container(width=208, gap=None, key=f"post-{row}"):
        st.html(card_html(post, thumbnail(photo_path(post["image_sha256"]))))
        st.button(
            shorten(str(post["id"]), 26),
            key=key("gallery", row),
            type="tertiary",
            width="stretch",
            on_click=actions.open_post,
            args=(state, str(post["id"])),
        )


def card_html(post: "pd.Series[object]", photo: str) -> str:
    """Return a post as a card: photo, sentence, outcome and verdict; all its words are escaped.

    Args:
        post: A row of a run's table.
        photo: As a data URI, "" when it is not on this machine.
    """
    outcome, verdict = str(post["outcome"]), str(post["verdict"])
    words = html.escape(shorten(str(post["text"]), CARD_CHARACTERS))
    missing = "no photo" if pd.isna(post["image_sha256"]) else "photo not on this machine"
    picture = f'<img src="{photo}" alt="">' if photo else f'<span class="sc-quote">{missing}</span>'
    marks = "".join(
        f'<span><i style="color:{look.colour}">{look.sign}</i> {value}</span>'
        for value, look in ((outcome, OUTCOMES[outcome]), (verdict, VERDICTS[verdict]))
    )
    return (
        f'<div class="sc-thumb">{picture}</div><p class="sc-card-text" dir="auto">{words}</p>'
        f'<p class="sc-card-marks">{marks}</p>'
    )


def lines(state: Errors, run: Run, rows: Sequence[int], name: str) -> None:
    """Draw posts below one another in little space; a click opens one."""
    for row in rows:
        post = run.table.iloc[row]
        with st.container(gap=None, key=f"post-line-{name}-{row}"):
            st.button(
                shorten(str(post["id"]), 30),
                key=key("lines", name, row),
                type="tertiary",
                on_click=actions.open_post,
                args=(state, str(post["id"])),
            )
            words = html.escape(shorten(str(post["text"]), CARD_CHARACTERS))
            st.html(f'<p class="sc-caption" dir="auto">{words}</p>')
