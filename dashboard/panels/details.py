"""How the numbers came about, and the Record to take away."""

import html

import pandas as pd
import streamlit as st

from core.records import Game, Record
from dashboard.commands import Command
from dashboard.panels.card import caption, card


def render(record: Record, key: str, *, command: Command | None = None) -> None:
    """Draw method, residuals, timings and fingerprints, the Record and the command to take away.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        command: That gives the Record again, None where there is none.
    """
    with card(f"details-{key.replace('.', '-')}", "How these numbers came about"):
        st.html(_games_html(record))
        st.html(_timings_html(record))
        with st.expander("Fingerprints of what produced this", type="compact"):
            st.dataframe(
                pd.DataFrame(record.fingerprints.items(), columns=["part", "fingerprint"]),
                hide_index=True,
            )
        st.download_button(
            "Record (JSON)",
            record.model_dump_json(indent=2),
            file_name=f"{record.post.id}.json",
            mime="application/json",
            icon=":material/download:",
            key=f"{key}.download",
            on_click="ignore",
            help="Everything on this page as one versioned file; the command line writes the same.",
        )
        if command:
            st.code(command.line, language="bash", wrap_lines=True)
            caption(command.note)


def _games_html(record: Record) -> str:
    columns = [
        _facts(game) if isinstance(game, Game) else {"method": "not played"}
        for game in (record.games.text, record.games.image)
    ]
    names = list(dict.fromkeys(name for facts in columns for name in facts))
    rows = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td>{html.escape(facts.get(name, '–'))}</td>" for facts in columns)
        + "</tr>"
        for name in names
    )
    head = "<th></th><th>text side</th><th>image side</th>"
    return f'<table class="sc-facts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _facts(game: Game) -> dict[str, str]:
    own = len(game.standings)
    kind = "exact" if game.standard_error is None else "sampled"
    counted = f"{game.evaluations:,} coalition values" if game.evaluations else "none: integrated"
    return {
        "method": f"{game.method}, {kind}",
        "utility": f"{game.utility}, temperature {game.temperature:g}",
        "players": f"{own} own + {len(game.players) - own} reference",
        "evaluations": counted,
        "v(∅) → v(N)": f"{game.value_empty:.4f} → {game.value_grand:.4f}",
        "residual Σφ − (v(N) − v(∅))": f"{game.efficiency_residual:.1e}",
    }


def _timings_html(record: Record) -> str:
    stages = " · ".join(
        f"{html.escape(name)} {seconds:.2f}" for name, seconds in record.timings.items()
    )
    return f'<p class="sc-caption">Seconds: {stages}</p>'
