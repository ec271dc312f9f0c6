"""Trainings held against one another over several seeds, as kept with the project."""

import html

import streamlit as st

from core.analysis.evidence import Comparison, Variant
from dashboard.compare import numbers
from dashboard.figures.compare.differences import POINTS, p_words
from dashboard.panels.card import caption, card, subtitle

HEADS = ("", "seeds", "F1, %", "without contexts", "difference", "s a step", "parameters")


def render() -> None:
    """Draw one table per comparison; nothing where there is none."""
    kept = numbers.evidence()
    if not kept:
        return
    with card("compare-evidence", "Evidence", "trainings with several seeds, on dev posts"):
        for name, comparison in kept.items():
            subtitle(html.escape(name))
            if comparison is None:
                caption("This file is damaged or of another version; make it again.")
                continue
            st.html(evidence_html(comparison))
            caption(
                f"{html.escape(comparison.dev)}, {comparison.posts:,} posts. ± is the standard "
                "deviation over seeds; the difference is from the first row, over the seeds that "
                "both have, with its 95 % interval by paired bootstrap over posts."
            )


def evidence_html(comparison: Comparison) -> str:
    """Return one row per variant."""
    rows = "".join(_row(variant) for variant in comparison.variants)
    head = "".join(f"<th>{words}</th>" for words in HEADS)
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Evidence">'
        f'<table class="sc-facts sc-scores"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(variant: Variant) -> str:
    spread = (
        "" if variant.deviation is None else f"<small>± {POINTS * variant.deviation:.2f}</small>"
    )
    difference = "–"
    if variant.difference is not None:
        ends = ""
        if variant.low is not None and variant.high is not None:
            ends = f"{POINTS * variant.low:+.2f} to {POINTS * variant.high:+.2f} "
        difference = (
            f"{POINTS * variant.difference:+.2f}<small>{ends}{p_words(variant.p)}</small>"
        ).replace("-", "−")
    cells = (
        ", ".join(map(str, variant.seeds)),
        f"{POINTS * variant.f1:.2f}{spread}",
        f"{POINTS * variant.f1_without_contexts:.2f}",
        difference,
        f"{variant.seconds_per_step:.2f}",
        f"{variant.trained_parameters / 1e6:.1f} M",
    )
    tail = "".join(
        f'<td data-label="{label}">{cell}</td>'
        for label, cell in zip(HEADS[1:], cells, strict=True)
    )
    changes = ", ".join(f"{key} = {value}" for key, value in variant.changes.items())
    return (
        f'<tr><th scope="row"><b>{html.escape(variant.name)}</b>'
        f"<small>{html.escape(changes)}</small></th>{tail}</tr>"
    )
