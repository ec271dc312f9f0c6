"""The relations of a post: arcs above its sentence, or a list where there is no room for them."""

from collections.abc import Sequence

import streamlit as st

from core.datasets.samples import SampleEntity
from core.records import Record, Relation
from dashboard.figures.gold_relations import judge_relations
from dashboard.figures.relations import relation_arcs, relation_list
from dashboard.panels.card import caption, card
from dashboard.panels.sentence import gold_html

LEGEND = (
    '<p class="sc-legend"><span><i class="sc-solid sc-thin"></i> found without the contexts as well'
    '</span><span><i class="sc-dashed sc-thin"></i> found only with them</span>'
    "<span>0.83 probability</span><span>{}</span></p>"
)


def render(
    record: Record,
    key: str,
    *,
    directed: bool,
    gold: tuple[Sequence[SampleEntity], Sequence[Relation]] | None = None,
) -> None:
    """Draw the relations found, with their legend and table.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        directed: Whether the checkpoint tells head from tail.
        gold: Gold entities and the relations among them, None when nobody knows them.
    """
    with card(f"relations-{key.replace('.', '-')}", "Relations", "among the entities found"):
        arcs(record, directed=directed)
        if gold is not None:
            judged = judge_relations(record, *gold, directed=directed)
            st.html(gold_html(judged, "no relation"))
        if not record.relations:
            return
        arrow = (
            "arrow: from head to tail" if directed else "plain line: this model has no direction"
        )
        st.html(LEGEND.format(arrow))


def arcs(record: Record, *, directed: bool) -> None:
    """Draw the arcs, or say that there are none, with their table."""
    if not record.relations:
        caption("No relation is found in this post.")
        return
    drawing = relation_arcs(record, directed=directed)
    # Markdown keeps an SVG, which `st.html` takes out; a figure's inside is not read as Markdown.
    # Both parts are ours, and escape what a post says.
    st.markdown(
        f'<figure class="sc-figure">{drawing.svg}'
        f"{relation_list(record, directed=directed)}</figure>",
        unsafe_allow_html=True,
    )
    with st.expander("Relations as a table", type="compact"):
        st.dataframe(drawing.table.round(3), hide_index=True, alt=drawing.alt)
