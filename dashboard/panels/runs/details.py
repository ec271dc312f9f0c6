"""One run in full: how it was started, how its config differs from another's, and its files."""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.training.run_files import RunFile
from core.training.run_summary import Difference, config_differences
from dashboard.figures.runs.words import UNKNOWN
from dashboard.panels import notice
from dashboard.panels.card import caption, card, subtitle
from dashboard.runs import store
from dashboard.runs.state import Runs
from dashboard.runs.store import Run


def render(state: Runs, runs: Sequence[Run], drawn: Sequence[Run]) -> None:
    """Draw the command, the versions, the difference to another config, and the files.

    Args:
        state: Of this visitor.
        runs: All there are, to compare with.
        drawn: Those chosen; one of them is shown in full.
    """
    with card("runs-details", "Behind the run", "how to get the same again"):
        run = _choose(state, drawn)
        if run.trouble:
            notice.problem(f"{run.trouble}.")
        left, right = st.columns(2, gap="medium")
        with left:
            _start(run)
            _files(state, run)
        with right:
            _config(state, run, runs)


def _choose(state: Runs, drawn: Sequence[Run]) -> Run:
    by_name = {run.name: run for run in drawn}
    if len(drawn) == 1:
        subtitle(html.escape(drawn[0].name))
        return drawn[0]
    arguments = state.holds("details")
    if state.widgets[arguments["key"]] not in by_name:
        state.widgets[arguments["key"]] = drawn[0].name
    return by_name[st.selectbox("Details of", list(by_name), **arguments)]


def _start(run: Run) -> None:
    start: Mapping[str, Any] = run.history.starts[-1] if run.history.starts else {}
    command = start.get("command")
    if isinstance(command, str) and command:
        st.code(command, language="bash", wrap_lines=True)
    elif run.history.is_empty:
        caption("It left no log here; the model card of its checkpoint says how it was trained.")
    else:
        caption("The command is not in its log; the model card of a checkpoint says it.")
    if run.files.checkpoint:
        caption("Its best epoch on the Explore page:")
        st.code(f"python -m dashboard --checkpoint {run.files.checkpoint.name}", language="bash")
    facts = {
        "device": start.get("device"),
        "processes": start.get("processes"),
        **{f"version of {name}": version for name, version in _mapping(start, "versions").items()},
    }
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    if known:
        st.html(_facts_html(known))


def _facts_html(facts: Mapping[str, object]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>'
        for name, value in facts.items()
    )
    return f'<table class="sc-facts"><tbody>{rows}</tbody></table>'


def _files(state: Runs, run: Run) -> None:
    with st.expander(
        "Files with their SHA-256",
        type="compact",
        on_change="rerun",
        key=state.key("details", "files"),
    ) as files:
        if files.open:  # a large state takes a second to hash
            for folder, found in store.files_of(run).items():
                caption(f"Folder of the {folder}")
                st.dataframe(_table(found), hide_index=True, alt=f"Files of the {folder}")


def _table(files: Sequence[RunFile]) -> pd.DataFrame:
    rows = [(file.name, f"{file.bytes / 1e6:,.2f}", file.sha256) for file in files]
    return pd.DataFrame(rows, columns=["file", "MB", "SHA-256"])


def _config(state: Runs, run: Run, runs: Sequence[Run]) -> None:
    if run.config is None:
        caption("Nobody kept the config of this run.")
        return
    others = {other.name: other for other in runs if other.config and other.name != run.name}
    arguments = state.holds("against")
    if state.widgets[arguments["key"]] not in others:
        state.widgets[arguments["key"]] = ""
    name = st.selectbox(
        "Config against that of",
        ["", *others],
        format_func=lambda other: other or "nobody",
        **arguments,
    )
    if name:
        st.html(differences_html(config_differences(run.config, others[name].config or {}), name))
    with st.expander("The whole config", type="compact"):
        st.code(json.dumps(run.config, indent=2, ensure_ascii=False), language="json")


def differences_html(differences: Sequence[Difference], other: str) -> str:
    """Return the settings two configs disagree on as a table."""
    if not differences:
        return '<p class="sc-said">Both configs say the same.</p>'
    rows = "".join(
        f'<tr><th scope="row">{html.escape(found.key)}</th>'
        f"<td>{html.escape(_value(found.one))}</td><td>{html.escape(_value(found.other))}</td></tr>"
        for found in differences
    )
    head = f"<th>setting</th><th>this run</th><th>{html.escape(other)}</th>"
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Differing settings">'
        f'<table class="sc-facts sc-differences"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _value(value: str | None) -> str:
    return UNKNOWN if value is None else value


def _mapping(start: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = start.get(name)
    return found if isinstance(found, Mapping) else {}
