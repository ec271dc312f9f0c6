"""What if ...?: change one thing, see what comes out, take it back or build on it."""

import html
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.datasets.samples import Sample
from core.images import LoadedImage
from dashboard.figures.drawing import shorten
from dashboard.panels import comparison, notice
from dashboard.panels.card import caption
from dashboard.trials import (
    Trials,
    borrow_context,
    change_photo,
    rewrite_context,
    rewrite_sentence,
    switch_context,
)

SWITCH, REWRITE, BORROW = "Leave out a context", "Rewrite a context", "Borrow a context"
PHOTO, SENTENCE = "Change the photo", "Rewrite the sentence"
NO_PHOTO = "no photo"
LAST = "as one more"


def render(
    trials: Trials,
    key: str,
    *,
    samples: Sequence[Sample],
    sample_photo: Callable[[Sample], LoadedImage | None],
) -> None:
    """Draw the choice of a change, the changes so far, and what they did.

    Args:
        trials: Variants of the post on the page.
        key: Prefix of the panel's widgets.
        samples: Posts to borrow contexts and photos from.
        sample_photo: Reads a sample's photo.
    """
    kinds = [SWITCH, REWRITE, BORROW, PHOTO, SENTENCE]
    kind = st.segmented_control(
        "Change",
        kinds if trials.now.inputs.contexts else kinds[2:],
        default=kinds[0] if trials.now.inputs.contexts else kinds[2],
        required=True,
        key=f"{key}.kind",
        label_visibility="collapsed",
    )
    # Another step: what was typed for the one before is not its default.
    own = f"{key}.{len(trials.steps)}"
    with st.container(horizontal=True, vertical_alignment="bottom", key=_css(key, "change")):
        if kind == SWITCH:
            _switch(trials, own)
        elif kind == REWRITE:
            _rewrite(trials, own)
        elif kind == BORROW:
            _borrow(trials, own, samples)
        elif kind == PHOTO:
            _photo(trials, own, samples, sample_photo)
        else:
            _sentence(trials, own)
    if trials.error:
        notice.problem(trials.error)
    if not trials.steps:
        caption("Nothing is changed yet. What you try here leaves the post at the left as it is.")
        return
    _history(trials, key)
    comparison.render(trials.before, trials.now, f"{key}.changes")


def _switch(trials: Trials, key: str) -> None:
    place = _context(trials, key)
    is_on = trials.now.inputs.contexts[place].included
    change = f"{'without' if is_on else 'again with'} context {place + 1}"
    label = "Try it" if is_on else "Bring it back"
    _button(key, lambda: trials.ask(change, partial(switch_context, place=place)), label)


def _rewrite(trials: Trials, key: str) -> None:
    place = _context(trials, key)
    words = f"{key}.words.{place}"
    st.text_input("Its new words", trials.now.inputs.contexts[place].text, key=words)

    def ask() -> None:
        edit = partial(rewrite_context, place=place, text=st.session_state[words])
        trials.ask(f"context {place + 1} rewritten", edit)

    _button(key, ask)


def _borrow(trials: Trials, key: str, samples: Sequence[Sample]) -> None:
    offered = [
        (sample.id, context)
        for sample in samples
        if sample.id != trials.original.inputs.id
        for context in sample.contexts
    ]
    if not offered:
        caption("There is no other sample post to borrow from.")
        return
    chosen = st.selectbox(
        "Context of another post",
        range(len(offered)),
        format_func=lambda one: f"{offered[one][0]}: {offered[one][1].text}",
        key=f"{key}.borrowed",
    )
    place = st.selectbox(
        "Takes the place",
        [*range(len(trials.now.inputs.contexts)), None],
        format_func=lambda one: LAST if one is None else f"of context {one + 1}",
        key=f"{key}.place",
        width=180,
    )
    lender, context = offered[chosen]
    where = LAST if place is None else f"for context {place + 1}"
    edit = partial(borrow_context, place=place, context=context)
    _button(key, lambda: trials.ask(f"a context of {lender} {where}", edit))


def _photo(
    trials: Trials,
    key: str,
    samples: Sequence[Sample],
    sample_photo: Callable[[Sample], LoadedImage | None],
) -> None:
    own = trials.original.inputs.id
    others = {one.id: one for one in samples if one.image and one.id != own}
    chosen = st.selectbox(
        "Photo instead",
        [*([NO_PHOTO] if trials.now.inputs.photo else []), *others],
        format_func=lambda one: one if one == NO_PHOTO else f"of {one}",
        key=f"{key}.photo",
    )

    def ask() -> None:
        photo = sample_photo(others[chosen]) if chosen in others else None
        change = f"photo of {chosen}" if photo else "without the photo"
        trials.ask(change, partial(change_photo, photo=photo))

    _button(key, ask)


def _sentence(trials: Trials, key: str) -> None:
    words = f"{key}.sentence"
    st.text_input("Its new words", trials.now.inputs.text, key=words)
    _button(
        key,
        lambda: trials.ask(
            "sentence rewritten", partial(rewrite_sentence, text=st.session_state[words])
        ),
    )


def _context(trials: Trials, key: str) -> int:
    contexts = trials.now.inputs.contexts

    def name(place: int) -> str:
        off = "" if contexts[place].included else "(off) "
        return f"{place + 1}  {off}{contexts[place].text}"

    place: int = st.selectbox(
        "Context",
        range(len(contexts)),
        format_func=name,
        index=next((place for place, one in enumerate(contexts) if one.included), 0),
        key=f"{key}.context",
    )
    return place


def _button(key: str, ask: Callable[[], None], label: str = "Try it") -> None:
    st.button(label, type="primary", key=f"{key}.try", on_click=ask)


def _history(trials: Trials, key: str) -> None:
    """Draw the way from the post to the latest variant, and what can be done with it."""
    steps = [trials.original, *trials.steps]
    parts = [
        f"<li{_marks(trials, place)}>{html.escape(shorten(step.change, 60))}</li>"
        for place, step in enumerate(steps)
    ]
    st.html(f'<ol class="sc-steps">{"".join(parts)}</ol>')
    with st.container(horizontal=True, key=_css(key, "history")):
        st.button("Undo", icon=":material/undo:", key=f"{key}.undo", on_click=trials.undo)
        if trials.pinned is None:
            st.button(
                "Pin",
                icon=":material/keep:",
                key=f"{key}.pin",
                on_click=trials.pin,
                help="Hold what you try next against this variant instead of the post.",
            )
        else:
            st.button(
                "Unpin", icon=":material/keep_off:", key=f"{key}.unpin", on_click=trials.unpin
            )
        st.button("Start over", icon=":material/close:", key=f"{key}.reset", on_click=trials.reset)


def _marks(trials: Trials, place: int) -> str:
    step = [trials.original, *trials.steps][place]
    if step is trials.now:
        return ' class="sc-now" aria-current="step"'
    return ' class="sc-before"' if step is trials.before else ""


def _css(key: str, part: str) -> str:
    return f"{part}-{key.replace('.', '-')}"
