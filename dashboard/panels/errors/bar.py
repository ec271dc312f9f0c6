"""Above every section: which run is open, which posts of it are selected, and the way on."""

import html
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.amounts import amount
from dashboard.errors import actions
from dashboard.errors.export import as_csv, as_jsonl
from dashboard.errors.listing import listing
from dashboard.errors.runs import UPLOAD_MEGABYTES, Run, RunFile
from dashboard.errors.selection import Selection
from dashboard.errors.settings import View
from dashboard.errors.state import Errors, key
from dashboard.offers import short_name
from dashboard.panels import notice

VIEWS: dict[View, str] = {
    "overview": "Overview",
    "map": "Misalignment map",
    "contexts": "Contexts",
    "slices": "Slices",
    "confusion": "Confusion",
    "disagreements": "Disagreements",
    "calibration": "Calibration",
    "records": "Records",
    "review": "Review",
}
RUN_WIDTH = 300  # pixels: a name with its folder, beside what the run says of itself


def runs(state: Errors, files: Sequence[RunFile], opened: RunFile | None) -> DeltaGenerator:
    """Draw the choice of a run and of an own file; returns a place beside it for what it is."""
    names = [file.name for file in files]
    if state.upload:
        names.insert(0, actions.OWN)
    with st.container(horizontal=True, vertical_alignment="bottom", key="errors-runs"):
        name = key("set", "run")
        state.widgets[name] = opened.name if opened else None
        if opened and state.upload and opened is state.upload.file:
            state.widgets[name] = actions.OWN
        st.selectbox(
            "Run",
            names,
            format_func=lambda one: _own(state) if one == actions.OWN else one,
            key=name,
            placeholder="No run yet",
            width=RUN_WIDTH,
            disabled=not names,
            on_change=actions.choose_run,
            args=(state,),
        )
        with st.popover("Own file", icon=":material/upload:", width="content"):
            _chooser(state)
        about = st.empty()
    if state.upload_error:
        notice.problem(state.upload_error)
    return about


def _own(state: Errors) -> str:
    return f"{state.upload.file.name} (your file)" if state.upload else ""


def _chooser(state: Errors) -> None:
    name = key("upload")
    st.file_uploader(
        "A run as Parquet, or Records as JSONL",
        type=["parquet", "jsonl"],
        max_upload_size=UPLOAD_MEGABYTES,
        key=name,
        on_change=actions.upload,
        args=(state, name),
        help="Written by `python -m core annotate`. Stays on this machine, in your session only, "
        "and is deleted when you leave.",
    )


def about_html(run: Run) -> str:
    """Return what the file says about itself, in one line."""
    about = run.about
    parts = [
        f"<b>{len(run):,}</b> posts",
        html.escape(about.task),
        html.escape(about.dataset),
        f"checkpoint {html.escape(short_name(about.checkpoint))}",
        html.escape(about.created[:10]),
    ]
    origin = html.escape(f"{about.checkpoint}\n{about.command}", quote=True)
    return (
        f'<p class="sc-caption" title="{origin}">{" · ".join(part for part in parts if part)}</p>'
    )


def selection(state: Errors, run: Run, selected: Selection) -> None:
    """Draw how many posts are selected, what they share, and what can be done with them."""
    shown = "all" if selected.is_all else "some"
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"errors-selection-{shown}"
    ):
        st.html(selection_html(run, selected))
        if not selected.is_all:
            if state.settings.view != "records":
                _button("Show them", "show", state, view="records")
            _button("Clear", "clear", state, slice="", name="", icon=":material/close:")
        with st.popover("Save", icon=":material/bookmark:", disabled=selected.is_all):
            _save(state, selected)
        with st.popover("Export", icon=":material/download:", disabled=not len(selected)):
            _export(state, run, selected)


def selection_html(run: Run, selected: Selection) -> str:
    """Return the selection in words: how many of how many, and which."""
    if selected.is_all:
        return (
            f'<p class="sc-selection" role="status">All <b>{len(run):,}</b> posts '
            '<span class="sc-about">click a chart to select some</span></p>'
        )
    return (
        f'<p class="sc-selection" role="status"><b>{len(selected):,}</b> of '
        f"{amount(len(run), 'post')}: "
        f"<q>{html.escape(selected.words)}</q></p>"
    )


def views(state: Errors) -> None:
    """Draw the way from section to section; only the open one is computed."""
    name = key("set", "view")
    state.widgets[name] = state.settings.view
    st.segmented_control(
        "Section",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        required=True,
        key=name,
        on_change=actions.turn_to,
        args=(state,),
        label_visibility="collapsed",
    )


def _save(state: Errors, selected: Selection) -> None:
    st.text_input(
        "Name of this selection",
        max_chars=80,
        placeholder=selected.words,
        **state.holds("name"),
    )
    st.button(
        "Save in this session",
        key=key("selection", "save"),
        icon=":material/bookmark_add:",
        on_click=actions.save,
        args=(state, selected.words),
    )
    st.caption("The address of this page already holds it: copy the address to share it.")
    for name, link in state.kept.items():
        st.button(
            notice.literal(name),
            key=key("selection", "kept", name),
            type="tertiary",
            disabled=link == state.settings.slice,
            on_click=state.set_to,
            kwargs={"slice": link, "name": name},
        )


def _export(state: Errors, run: Run, selected: Selection) -> None:
    rows, stem = selected.rows, "posts" if selected.is_all else "selection"
    if state.settings.view == "records" and not state.settings.post:
        rows = listing(run, selected, state.settings).rows
    if len(rows) < len(selected):
        stem = "records"
        st.caption(f"{amount(len(rows), 'post')} as listed below: searched and filtered.")
    st.download_button(
        "Table (CSV)",
        lambda: as_csv(run, rows),
        file_name=f"{stem}.csv",
        mime="text/csv",
        key=key("export", "csv"),
        on_click="ignore",
        help="One line a post, with every number of this page.",
    )
    st.download_button(
        "Records (JSONL)",
        lambda: as_jsonl(run, rows),
        file_name=f"{stem}.jsonl",
        mime="application/jsonl",
        key=key("export", "jsonl"),
        on_click="ignore",
        help="Everything said about each post; the command line writes the same.",
    )


def _button(
    label: str, item: str, state: Errors, *, icon: str | None = None, **fields: object
) -> None:
    st.button(
        label,
        key=key("selection", item),
        icon=icon,
        on_click=state.set_to,
        kwargs=fields,
    )
