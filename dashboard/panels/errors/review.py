"""Review queue: one post at a time, one key a verdict, every verdict in a file of its reviewer."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.records import Record
from dashboard.errors import reviewing
from dashboard.errors.photos import photo_path
from dashboard.errors.runs import Run
from dashboard.errors.selection import Selection
from dashboard.errors.state import Errors, key
from dashboard.figures.sentence import sentence_html
from dashboard.panels import notice
from dashboard.panels.card import caption, card
from dashboard.panels.errors.record import units_html
from dashboard.sample_posts import thumbnail

if TYPE_CHECKING:
    from core.analysis.agreement import Agreement
    from core.analysis.reviews import Review, Reviews

KEYS = {
    "aligned": ("A", "Aligned"),
    "partly": ("P", "Partly"),
    "misaligned": ("M", "Misaligned"),
    "hallucinated": ("H", "Hallucinated"),
    "gold wrong": ("G", "Gold wrong"),
}


def render(state: Errors, run: Run, selected: Selection) -> None:
    """Draw the post at hand with its five keys, then how far the reviewer has come."""
    left, right = st.columns([8, 4], gap="small")
    with right, card("errors-reviewer", "Reviewer"):
        _name(state)
        done = reviewing.reviews(state, run)
        reviewing.line_up(state, run, selected, done)
        if done:
            _progress(state, run, done)
    with left, card("errors-review", "Review", "does the context belong to the post?"):
        if done is None:
            caption(
                "Type a name at first: each reviewer has an own file that only ever grows, so no "
                "verdict is lost and several people can be compared."
            )
        elif not state.queue:
            caption("No post is selected, so there is none to review.")
        else:
            if state.review_error:
                notice.problem(state.review_error)
            _post(state, run, done)


def _name(state: Errors) -> None:
    """Ask for a name, or tell it: a field that stays would take the keys of verdicts for text."""
    if not state.reviewer:
        state.widgets[key("review", "name")] = ""
        st.text_input(
            "Your name",
            key=key("review", "name"),
            max_chars=60,
            placeholder="verdicts go to a file of this name",
            on_change=reviewing.take_name,
            args=(state,),
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="sc-caption">Verdicts of <b>{html.escape(state.reviewer)}</b></p>')
        st.button(
            "Change name",
            key=key("review", "rename"),
            type="tertiary",
            on_click=reviewing.leave_name,
            args=(state,),
        )


def _post(state: Errors, run: Run, done: "Reviews") -> None:
    place = state.queue[state.at]
    found = run.record(place)
    said = done.current.get(found.post.id)
    _keys(state, run, place, said)
    st.html(post_html(found, thumbnail(photo_path(run.table["image_sha256"].iat[place]))))
    if said:
        st.html(_said_html(said, str(run.table["verdict"].iat[place])))
    with st.expander("Gold against prediction", type="compact"):
        st.html(units_html(run.units[run.units["row"].eq(place)]))


def _keys(state: Errors, run: Run, place: int, said: "Review | None") -> None:
    with st.container(horizontal=True, key="errors-keys"):
        for opinion, (letter, label) in KEYS.items():
            st.button(
                label,
                key=key("review", opinion),
                shortcut=letter,
                type="primary" if said and said.opinion == opinion else "secondary",
                on_click=reviewing.give,
                args=(state, run, place, opinion),
            )
    note = reviewing.note_key(state, run, place)
    if said and note not in state.widgets:
        state.widgets[note] = said.note  # or a corrected verdict would lose it
    with st.container(horizontal=True, vertical_alignment="bottom", key="errors-queue"):
        st.text_input(
            "Note",
            key=note,
            max_chars=2000,
            placeholder="kept with the verdict",
            label_visibility="collapsed",
            persist_state="session",
        )
        for label, name, shortcut, step in (
            ("Back", "back", "Left", -1),
            ("Skip", "skip", "Right", 1),
        ):
            st.button(
                label,
                key=key("review", name),
                shortcut=shortcut,
                disabled=not 0 <= state.at + step < len(state.queue),
                on_click=reviewing.move,
                args=(state, step),
            )
        st.button(
            "Undo",
            key=key("review", "undo"),
            shortcut="U",
            on_click=reviewing.undo,
            args=(state, run),
            help="Takes your latest verdict back, and returns to its post.",
        )


def post_html(record: Record, photo: str) -> str:
    """Return photo, sentence and contexts of a post, without a word of what the model thinks."""
    picture = f'<img src="{photo}" alt="Photo of the post">' if photo else ""
    contexts = "".join(
        f'<li dir="auto">{html.escape(context.text)}</li>'
        for context in record.contexts
        if context.included
    )
    shown = record.model_copy(update={"entities": [], "gates": None})
    return (
        f'<div class="sc-review">{picture}<div>{sentence_html(shown)}'
        f'<h3 class="sc-subtitle">Contexts</h3><ol class="sc-names">{contexts or "<li>none</li>"}'
        "</ol></div></div>"
    )


def _said_html(said: "Review", verdict: str) -> str:
    note = f" · {html.escape(said.note)}" if said.note else ""
    return (
        f'<p class="sc-caption" role="status">You said <b>{html.escape(said.opinion)}</b>, '
        f"the model <b>{html.escape(verdict)}</b>{note}</p>"
    )


def _progress(state: Errors, run: Run, done: "Reviews") -> None:
    from core.analysis.agreement import DEFINITION

    reviewed = reviewing.progress(state, run, done)
    st.progress(
        reviewed.done / reviewed.total if reviewed.total else 0.0,
        f"{reviewed.done:,} of {reviewed.total:,} reviewed",
    )
    if state.queue:
        caption(f"Post {state.at + 1:,} of {len(state.queue):,} in the queue.")
    if done.damaged:
        caption(f"{done.damaged} damaged lines of your file were left out.")
    found = reviewing.agreements(state, run)
    st.html(agreement_html(found))
    caption(DEFINITION)
    st.download_button(
        "All verdicts (CSV)",
        lambda: reviewing.as_csv(run),
        file_name="reviews.csv",
        mime="text/csv",
        icon=":material/download:",
        key=key("review", "export"),
        on_click="ignore",
    )
    caption("The model's verdict on a post shows once you have given yours.")


def agreement_html(found: "Sequence[Agreement]") -> str:
    """Return how far each two judges agree, as a table."""
    if not found:
        return '<p class="sc-caption">Agreement shows after the first verdict.</p>'
    rows = "".join(
        f'<tr><th scope="row">{html.escape(one.first)} and {html.escape(one.second)}</th>'
        f"<td>{one.posts:,}</td><td>{_share(one.agreed)}</td><td>{_kappa(one.kappa)}</td></tr>"
        for one in found
    )
    head = "<th>agreement</th><th>posts</th><th>same</th><th>κ</th>"
    return f'<table class="sc-facts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _kappa(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
