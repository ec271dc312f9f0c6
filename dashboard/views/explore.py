"""Explore a post: choose or write one on the left, read what the model makes of it on the right."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.datasets.samples import Sample
from core.errors import InputError
from dashboard import actions, services
from dashboard.panels import (
    bank,
    contexts,
    details,
    editor,
    gallery,
    notice,
    photo,
    sentence,
    verdict,
    welcome,
    why,
)
from dashboard.state import Explore, Result, key, visitor


def render() -> None:
    """Draw the page: the frame first, then the analysis that was asked for, then its result."""
    state = visitor(st.session_state)
    samples = _samples()
    actions.follow_link(state, samples)
    gallery.render(
        samples,
        state.sample.id if state.sample else None,
        thumbnail=lambda sample: services.thumbnail(sample.image),
        on_pick=partial(actions.open_sample, state),
        on_blank=partial(actions.open_blank, state),
    )
    with st.container(key="workbench"):
        left, right = st.columns([4, 9], gap="medium")
    with left:
        editor.render(state, on_upload=partial(actions.upload, state))
    with right:
        # Both places are always there, so that what stands below them is never drawn anew.
        progress, message = st.empty(), st.container()
        if state.pending:
            actions.analyse(state, progress)
        with message:
            _message(state)
        if state.result:
            _result(state, state.result, samples)


def _samples() -> tuple[Sample, ...]:
    try:
        return services.samples()
    except InputError as error:
        notice.problem(str(error))
        return ()


def _message(state: Explore) -> None:
    """Say why there is no newer result, or what to do first."""
    if state.error:
        notice.problem(state.error)
    elif state.result is None:
        welcome.empty()
        services.warm_up()


def _result(state: Explore, result: Result, samples: Sequence[Sample]) -> None:
    """Draw the latest result, top to bottom: verdict, post, contexts, bank, why, method."""
    record, prefix = result.record, key("result")
    verdict.render(record, f"{prefix}.verdict", note=result.note)
    left, right = st.columns([5, 7] if result.photo else [3, 9], gap="small")
    with left:
        photo.render(record, f"{prefix}.photo", photo=result.photo)
    with right:
        sentence.render(record, f"{prefix}.sentence", gold=result.gold)
    contexts.render(record, f"{prefix}.contexts")
    bank.render(record, f"{prefix}.bank")
    asking = st.container()
    details.render(record, f"{prefix}.details")
    with asking:  # drawn last: an answer may have to be computed first
        why.render(
            state,
            key("why"),
            samples=samples,
            sample_photo=services.sample_photo,
            explain=partial(actions.explain, state),
            attribute=partial(actions.attribute, state),
            try_out=actions.try_out,
        )
