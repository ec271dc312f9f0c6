"""Why?: five questions about the result, one at a time, each drawn only when it is asked."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import Sample
from core.images import LoadedImage
from core.records import Record
from dashboard.panels import (
    attribution,
    coalitions,
    faithfulness,
    interactions,
    notice,
    whatif,
)
from dashboard.panels.card import card
from dashboard.state import Explore
from dashboard.trials import Trial, Trials, trials_of

COALITIONS, PAIRS, WHAT_IF = "Which contexts help?", "Which work together?", "What if …?"
FAITHFUL, WORDS = "Is φ faithful?", "Which words decide?"
QUESTIONS = {
    COALITIONS: "Leave contexts out and see what the model still says; then what each of them "
    "adds to the prediction.",
    PAIRS: "Pairs of contexts that say the same thing, and pairs that only help together.",
    WHAT_IF: "Change a context, the photo or the sentence, and hold the new result against this "
    "one.",
    FAITHFUL: "Take contexts away in the order of their values: does the prediction suffer as "
    "the values say?",
    WORDS: "Trace one entity back to the words and the regions of the photo that speak for it "
    "or against it.",
}
EXPLAINED = {
    COALITIONS: coalitions.render,
    PAIRS: interactions.render,
    FAITHFUL: faithfulness.render,
}


def render(
    state: Explore,
    prefix: str,
    *,
    samples: Sequence[Sample],
    sample_photo: Callable[[Sample], LoadedImage | None],
    explain: Callable[[DeltaGenerator], str],
    attribute: Callable[[int, DeltaGenerator], str],
    try_out: Callable[[Trials, DeltaGenerator], None],
) -> None:
    """Draw the questions and the answer to the one that is asked.

    Args:
        state: Of this visitor; it has a result.
        prefix: Of the section's widgets.
        samples: Posts to borrow contexts and photos from.
        sample_photo: Reads a sample's photo.
        explain: Explains the result, reporting progress in a place; returns why it cannot.
        attribute: Traces one entity of the result back, likewise.
        try_out: Analyses the variant that is wanted.
    """

    @st.fragment
    def section() -> None:
        asked = st.pills(
            "Ask about this result",
            list(QUESTIONS),
            key=f"{prefix}.question",
            label_visibility="collapsed",
        )
        if state.result is None:
            return
        record, photo = state.result.record, state.result.photo
        inputs = state.result.inputs
        place = st.empty()  # for the progress of what takes time
        own = f"{prefix}.{inputs.digest[:8]}"  # widgets of another post are not these
        if asked is None:
            _overview()
        elif asked == WHAT_IF:
            trials = trials_of(st.session_state, Trial("this post", inputs, record))
            try_out(trials, place)
            whatif.render(trials, f"{own}.whatif", samples=samples, sample_photo=sample_photo)
        elif asked == WORDS:
            attribution.render(
                record, f"{own}.words", photo=photo, attribute=lambda one: attribute(one, place)
            )
        else:
            _explained(record, asked, own, lambda: explain(place))

    with card(f"why-{prefix.replace('.', '-')}", "Why?", "ask about this result"):
        section()


def _explained(record: Record, asked: str, prefix: str, explain: Callable[[], str]) -> None:
    """Answer from the explanation, which is computed when the first question needs it."""
    if record.explanation is None:
        notice.problem(explain())
    else:
        EXPLAINED[asked](record, record.explanation, prefix)


def _overview() -> None:
    questions = "".join(f"<li><b>{name}</b>{words}</li>" for name, words in QUESTIONS.items())
    st.html(f'<ul class="sc-questions">{questions}</ul>')
