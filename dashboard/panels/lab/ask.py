"""7 Ask: predict first, then see what the engine computes."""

import html
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.lab import numbers
from dashboard.lab.state import Lab, key
from dashboard.panels.card import caption, card

if TYPE_CHECKING:
    from core.lab.questions import Card


def render(state: Lab) -> None:
    """Draw one question at a time; the answer shows once something was predicted."""
    with card("lab-ask", "7  Ask", "predict, then reveal"):
        _questions(state)


@st.fragment
def _questions(state: Lab) -> None:
    cards = numbers.cards(state.settings.seed)
    state.card = min(state.card, len(cards) - 1)
    asked = cards[state.card]
    _head(state, cards)
    st.html(f'<p class="sc-lab-question">{html.escape(asked.question)}</p>')
    about = _about(state, asked)
    answered = about in state.answers
    name = key("ask", about)
    if answered:
        st.session_state[name] = state.answers[about]
    st.radio(
        "Your prediction",
        range(len(asked.options)),
        index=None,
        format_func=asked.options.__getitem__,
        key=name,
        disabled=answered,
        label_visibility="collapsed",
    )
    if answered:
        _answer(asked, state.answers[about])
        return
    predicted = st.session_state.get(name)
    st.button(
        "Reveal",
        key=key("ask", "reveal"),
        type="primary",
        disabled=predicted is None,
        on_click=_reveal,
        args=(state, about),
    )


def _head(state: Lab, cards: "tuple[Card, ...]") -> None:
    right = sum(state.answers.get(_about(state, card)) == card.answer for card in cards)
    known = sum(_about(state, card) in state.answers for card in cards)
    with st.container(horizontal=True, vertical_alignment="center", key="lab-ask-head"):
        st.button(
            "Previous",
            key=key("ask", "previous"),
            disabled=state.card == 0,
            on_click=_turn,
            args=(state, -1),
        )
        st.button(
            "Next question",
            key=key("ask", "next"),
            disabled=state.card == len(cards) - 1,
            on_click=_turn,
            args=(state, 1),
        )
        st.html(
            f'<p class="sc-caption">Question {state.card + 1} of {len(cards)} · {right} of {known} '
            "predicted right, kept in this session only</p>"
        )


def _answer(asked: "Card", predicted: int) -> None:
    right = predicted == asked.answer
    verdict = "✓ As predicted." if right else "✗ Not as predicted."
    st.html(
        f'<p class="sc-lab-said" role="status"><b class="{"sc-right" if right else "sc-wrong"}">'
        f"{verdict}</b> {html.escape(asked.options[asked.answer])}</p>"
        f'<p class="sc-lab-because">{html.escape(asked.because)}</p>'
    )
    if asked.numbers:
        st.dataframe(
            pd.DataFrame(list(asked.numbers)), hide_index=True, alt=f"Numbers: {asked.because}"
        )
    else:
        caption("No numbers belong to this answer.")


def _turn(state: Lab, by: int) -> None:
    state.card += by


def _about(state: Lab, card: "Card") -> str:
    """Return what an answer is kept under: with another seed a card asks about other numbers."""
    return f"{card.id} {state.settings.seed}"


def _reveal(state: Lab, about: str) -> None:
    state.answers[about] = st.session_state[key("ask", about)]
