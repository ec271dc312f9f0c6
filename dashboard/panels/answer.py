"""The answer where it is one label: of the whole post, or of its marked pair."""

import html
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import SampleEntity
from core.records import Label, Record, Relation
from dashboard.figures.findings import plain_name
from dashboard.figures.gold_relations import judge_relations
from dashboard.figures.labels import label_chart
from dashboard.panels import relations
from dashboard.panels.card import caption, card, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.sentence import gold_html


def render(
    record: Record,
    label: Label,
    key: str,
    *,
    gold: tuple[Sequence[SampleEntity], Sequence[Relation]] | None = None,
) -> DeltaGenerator:
    """Draw the label, how probable it and its rivals are, and for a pair its arc.

    Args:
        record: Of one post.
        label: Its own.
        key: Prefix of the panel's widgets.
        gold: Gold entities and the relations among them, None when nobody knows them.

    Returns:
        A place for what the label is when something is left out; see `render_variants`.
    """
    pair = record.task == "mre"
    title, about = ("Relation", "of head and tail") if pair else ("Label", "of the whole post")
    with card(f"answer-{key.replace('.', '-')}", title, about):
        if record.relations:
            relations.arcs(record, directed=True)
        elif pair:
            caption("The model finds no relation between the two: “None” is one of its labels.")
        if pair and gold is not None:
            _gold(record, gold)
        left, right = st.columns([6, 6], gap="medium")
        with left:
            subtitle("Probabilities", "all labels add up to 1")
            drawing = label_chart(label)
            chart(drawing, f"{key}.chart")
            with st.expander(f"All {len(drawing.table)} labels as a table", type="compact"):
                st.dataframe(drawing.table.round(4), hide_index=True, alt=drawing.alt)
        with right:
            subtitle("What if something is left out?", "the same post, read again")
            return st.container()


def render_variants(record: Record, label: Label, variants: Mapping[str, Record]) -> None:
    """Draw what the label is when something is left out of the post.

    Args:
        record: The post as it stands.
        label: Its own.
        variants: Records of it by what was left out; they have a label too.
    """
    if not variants:
        caption("Nothing can be left out: the post has neither a context nor a photo.")
        return
    labels = {"as it stands": label}
    labels |= {name: one.label for name, one in variants.items() if one.label}
    rows = "".join(_row(name, one, label) for name, one in labels.items())
    name = "Relation" if record.task == "mre" else "Label"
    head = f"<th></th><th>{name}</th><th>Probability</th>"
    st.html(f'<table class="sc-facts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')
    moved = [name for name, one in labels.items() if one.name != label.name]
    caption(
        f"The label changes {' and '.join(moved)}." if moved else "The label is the same each time."
    )


def _row(name: str, one: Label, label: Label) -> str:
    words, own = html.escape(plain_name(one.name)), html.escape(plain_name(label.name))
    style, rest = "", ""
    if one.name != label.name:
        style = ' class="sc-wrong"'
        rest = f"<small>{own} {one.probabilities.get(label.name, 0.0):.2f}</small>"
    return (
        f'<tr><th scope="row">{html.escape(name)}</th><td><b{style}>{words}</b></td>'
        f"<td>{one.probabilities[one.name]:.2f} {rest}</td></tr>"
    )


def _gold(record: Record, gold: tuple[Sequence[SampleEntity], Sequence[Relation]]) -> None:
    """Say what gold says of the marked pair, where it says anything."""
    entities, known = gold
    marked = {(entity.start, entity.end) for entity in record.entities}
    asked = [
        relation
        for relation in known
        if {(entities[end].start, entities[end].end) for end in (relation.head, relation.tail)}
        == marked
    ]
    if asked:
        judged = judge_relations(record, entities, asked, directed=True)
        st.html(gold_html([one for one in judged if one.outcome != "not gold"]))
