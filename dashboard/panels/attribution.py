"""Which words decide?: one entity, traced back to words and regions."""

import html
from collections.abc import Callable, Sequence
from itertools import chain

import streamlit as st

from core.images import LoadedImage
from core.records import Attribution, Record, Task
from dashboard.figures.attribution import (
    attribution_table,
    context_shares,
    contexts_html,
    largest_share,
    sentence_html,
    totals,
)
from dashboard.figures.drawing import number, places_for
from dashboard.figures.photo import photo_chart
from dashboard.panels import notice
from dashboard.panels.card import caption, subtitle
from dashboard.panels.chart import chart
from dashboard.panels.notice import literal

NOT_TRACED: dict[Task, str] = {
    "mre": "What is traced back is the probability of a tagged entity, and this model tags none: "
    "it tells the relation of two names that you mark.",
    "jmere": "What is traced back is the probability of a tagged span, and this model labels pairs "
    "of words, many for each entity and relation.",
    "classification": "What is traced back is the probability of a tagged entity, and this model "
    "tags none: it gives the whole post one label.",
}


def render(
    record: Record,
    key: str,
    *,
    photo: LoadedImage | None,
    attribute: Callable[[int], str],
) -> None:
    """Draw the choice of an entity and what the chosen one owes to everything read.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        photo: The pixels; a Record does not hold them.
        attribute: Traces an entity back; returns why it cannot.
    """
    if record.task != "mner":
        caption(f"{NOT_TRACED[record.task]} Choose a model that finds entities to ask this.")
        return
    if not record.entities:
        caption("No entity is found in the sentence, so there is none to trace back.")
        return
    entity = st.pills(
        "Trace back the entity",
        range(len(record.entities)),
        format_func=lambda place: _name(record, place),
        key=f"{key}.entity",
    )
    if entity is None:
        caption("Choose an entity. Tracing it back takes a few seconds, once.")
        return
    known = next((one for one in record.attributions if one.entity == entity), None)
    if known is None:
        notice.problem(attribute(entity))
        return
    _answer(record, known, key, photo)


def _answer(record: Record, known: Attribution, key: str, photo: LoadedImage | None) -> None:
    if known.regions and photo:
        left, right = st.columns([8, 4], gap="medium")
        with left:
            _words(record, known)
        with right:
            _regions(known.regions, f"{key}.regions.{known.entity}", photo)
    else:
        _words(record, known)
    st.html(
        f'<p class="sc-scale">opposes <span class="sc-ramp sc-signed"></span> supports</p>'
        f'<p class="sc-caption">{_method(known)}</p>'
    )
    with st.expander("Shares as a table", type="compact"):
        st.dataframe(attribution_table(record, known).round(4), hide_index=True)


def _words(record: Record, known: Attribution) -> None:
    entity = record.entities[known.entity]
    parts = totals(known)
    subtitle("Sentence", f"{_scale(parts['sentence'], known.words)}; the entity is outlined")
    st.html(sentence_html(record, known))
    if contexts := contexts_html(record, known):
        subtitle("Contexts", _scale(parts["contexts"], context_shares(known)))
        st.html(contexts)
    gain = known.log_probability - known.baseline_log_probability
    said = ", ".join(f"{name} {number(value)}" for name, value in parts.items())
    verb = "raises" if gain >= 0 else "lowers"
    st.html(
        f'<p class="sc-said">Against a blank post, reading this one {verb} the log-probability of '
        f"this {html.escape(entity.type)} by {abs(gain):.2f} nats: {said}.</p>"
    )


def _regions(regions: list[list[float]], key: str, photo: LoadedImage) -> None:
    shares = list(chain.from_iterable(regions))
    subtitle("Photo", _scale(sum(shares), shares))
    drawing = photo_chart(photo.pixels, regions, "share", signed=True)
    chart(drawing, key)


def _scale(total: float, shares: Sequence[float]) -> str:
    """Return what a part sums to, and what its strongest colour stands for."""
    largest = largest_share(shares)
    places = places_for([largest])
    return f"Σ {number(total, places_for([total]))} · strongest colour ±{largest:.{places}f}"


def _method(known: Attribution) -> str:
    return (
        f"Integrated gradients of the entity’s log-probability, {known.steps} steps from "
        f"{html.escape(known.baseline)}. All shares add up to the difference but for a "
        f"completeness gap of {number(known.completeness_gap, 3)} nats ({known.seconds:.1f} s)."
    )


def _name(record: Record, place: int) -> str:
    entity = record.entities[place]
    return f"{literal(entity.text)} {entity.type}"
