"""What is compared: up to four runs, and the door for files of one's own."""

import html
from collections.abc import Mapping

import streamlit as st

from core.amounts import amount
from dashboard.compare import actions
from dashboard.compare.state import FIELDS, LETTERS, Compare
from dashboard.errors.runs import UPLOAD_MEGABYTES, Run, RunFile
from dashboard.panels import notice
from dashboard.panels.card import caption, card

SCHEMA = """{"id": "post-1",
 "entities": [{"start": 0, "end": 4, "type": "PER"},
              {"start": 14, "end": 18, "type": "LOC"}],
 "relations": [{"head": 0, "tail": 1, "type": "lives_in"}],
 "label": "positive"}"""


def render(state: Compare, files: Mapping[str, RunFile], chosen: Mapping[str, RunFile]) -> None:
    """Draw the choice of runs.

    Args:
        state: Of this visitor.
        files: All that can be compared, by name.
        chosen: Those compared, by their field.
    """
    with card("compare-choose", "Compare", "runs over the same posts; A is the baseline"):
        columns = st.columns(len(FIELDS), gap="small")
        for column, place, letter in zip(columns, FIELDS, LETTERS, strict=True):
            with column:
                _one(state, files, chosen, place, letter)
        with st.popover("Bring a file", icon=":material/upload_file:"):
            _bring(state, chosen.get(FIELDS[0]))
        if state.upload_error:
            notice.problem(state.upload_error)


def about_html(runs: Mapping[str, Run]) -> str:
    """Return what each file says about itself, one line a run."""
    rows = "".join(
        f"<li><b>{letter}</b> {html.escape(run.file.name)} · {amount(len(run), 'post')} · "
        f"{html.escape(run.about.task)} · {html.escape(run.about.dataset)} · "
        f"{html.escape(run.about.checkpoint.partition('@')[0])}</li>"
        for letter, run in runs.items()
    )
    return f'<ul class="sc-lines sc-compared">{rows}</ul>'


def left_out_words(left_out: Mapping[str, int], posts: int) -> str:
    """Return how many posts take part, and which runs have more; "" when all posts do."""
    more = [f"{letter} has {count:,} more" for letter, count in left_out.items() if count]
    if not more:
        return ""
    shared = "1 post is" if posts == 1 else f"{posts:,} posts are"
    return f"{shared} in all runs and compared; {', '.join(more)}, which take no part."


def _one(
    state: Compare,
    files: Mapping[str, RunFile],
    chosen: Mapping[str, RunFile],
    place: str,
    letter: str,
) -> None:
    arguments = state.holds(place)
    state.widgets[arguments["key"]] = chosen[place].name if place in chosen else ""
    st.selectbox(
        letter if letter != LETTERS[0] else f"{letter}, the baseline",
        ["", *files],
        format_func=lambda name: name or "nobody",
        **arguments,
    )


def _bring(state: Compare, baseline: RunFile | None) -> None:
    name = state.key("bring", state.choosers)
    st.file_uploader(
        "Predictions of another system (JSONL), or an annotation file (Parquet, or Records as "
        "JSONL)",
        type=["jsonl", "parquet"],
        max_upload_size=UPLOAD_MEGABYTES,
        key=name,
        on_change=actions.bring,
        args=(state, name, baseline),
    )
    caption("Predictions: one post a line, with the ids of run A, whose gold answers they meet:")
    st.code(SCHEMA, language="json")
    caption(
        "<code>start</code> and <code>end</code> count characters of the text, half open; "
        "<code>head</code> and <code>tail</code> count the entities of the line, from 0. Leave out "
        "what the task does not ask for. The file stays on this machine and in your session."
    )
