"""Relations as arcs above their sentence: the drawing, the same in words, and in numbers."""

import html
from typing import NamedTuple

import pandas as pd

from core.records import Record, Relation
from dashboard.figures.arc_svg import WIDTH, arc_svg, heights, name_svg, words_svg
from dashboard.figures.arcs import place_arcs, place_words
from dashboard.figures.drawing import shorten
from dashboard.figures.findings import between, origins, plain_name
from dashboard.figures.text_width import is_right_to_left


class Arcs(NamedTuple):
    """Relations drawn: an SVG to stand in a page, its alternative text, and its table twin."""

    svg: str
    alt: str
    table: pd.DataFrame


def relation_arcs(record: Record, *, directed: bool) -> Arcs:
    """Draw the sentence with its entities, and an arc for each relation.

    Colours are the page's, by its CSS variables. Everything of the user is escaped.

    Args:
        record: Of one post.
        directed: Whether an arrow leads from head to tail; else the line is plain.
    """
    spans = [(entity.token_start, entity.token_end) for entity in record.entities]
    boxes = place_words(record.post.tokens, spans, WIDTH)
    names = [_name(relation) for relation in record.relations]
    ends = [(spans[one.head], spans[one.tail]) for one in record.relations]
    pieces = place_arcs(ends, names, boxes, WIDTH)
    tops, height = heights(boxes, pieces)
    flip = is_right_to_left(record.post.text)
    dashed = [bool(only) for only in origins(record).relations]
    parts = [
        *(
            arc_svg(piece, tops[piece.line], flip, directed=directed, dashed=dashed[piece.arc])
            for piece in pieces
        ),
        *words_svg(record, boxes, tops, flip),
        *(name_svg(piece, names[piece.arc], tops[piece.line], flip) for piece in pieces),
    ]
    alt = _alt(record, directed=directed)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sc-arcs" role="img" '
        f'viewBox="-8 0 {WIDTH + 16:.0f} {height:.0f}" aria-label="{html.escape(alt)}">'
        f"{''.join(parts)}</svg>"
    )
    return Arcs(svg, alt, relation_table(record, directed=directed))


def relation_table(record: Record, *, directed: bool) -> pd.DataFrame:
    """Return one row per relation; without direction the earlier name is the first."""
    only = {True: "yes", False: "no", None: "–"}
    columns = ["head" if directed else "one name", "tail" if directed else "other name"]
    rows = [
        [
            record.entities[relation.head].text,
            record.entities[relation.tail].text,
            plain_name(relation.type),
            between(relation.type),
            relation.score,
            only[needs],
        ]
        for relation, needs in zip(record.relations, origins(record).relations, strict=True)
    ]
    columns += ["relation", "joins", "probability", "only with contexts"]
    return pd.DataFrame(rows, columns=columns)


def relation_list(record: Record, *, directed: bool) -> str:
    """Return the relations as an HTML list, for screens too narrow for arcs."""
    sign = "→" if directed else "–"
    rows = []
    for relation, only in zip(record.relations, origins(record).relations, strict=True):
        head, tail = record.entities[relation.head], record.entities[relation.tail]
        note = " <small>only with the contexts</small>" if only else ""
        rows.append(
            f"<li><b>{html.escape(head.text)}</b> {sign} <b>{html.escape(tail.text)}</b> "
            f'<span class="sc-relation">{html.escape(plain_name(relation.type))}</span> '
            f"{relation.score:.2f}{note}</li>"
        )
    return f'<ul class="sc-relations" dir="auto">{"".join(rows)}</ul>'


def _name(relation: Relation) -> str:
    return f"{shorten(plain_name(relation.type), 28)} {relation.score:.2f}"


def _alt(record: Record, *, directed: bool) -> str:
    if not record.relations:
        return "No relation."
    word = "to" if directed else "and"
    said = [
        f"{record.entities[one.head].text} {word} {record.entities[one.tail].text}: "
        f"{plain_name(one.type)}, probability {one.score:.2f}"
        for one in record.relations
    ]
    return f"Relations in the sentence. {'; '.join(said)}."
