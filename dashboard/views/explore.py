"""Explore a post: choose or write one on the left, read what the model makes of it on the right."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.datasets.samples import Sample
from core.errors import InputError
from dashboard import actions, choosing, sample_posts, services
from dashboard.commands import analyse_command
from dashboard.panels import (
    answer,
    bank,
    contexts,
    details,
    editor,
    gallery,
    generators,
    notice,
    photo,
    quality,
    relations,
    sentence,
    verdict,
    welcome,
    why,
)
from dashboard.state import Explore, Result, key, visitor


def render() -> None:
    """Draw the page: the frame first, then the analysis that was asked for, then its result."""
    state = visitor(st.session_state)
    samples, offered = _samples(), services.offered()
    not_followed = choosing.follow_address(state, samples, offered)
    gallery.render(
        samples,
        state.sample.id if state.sample else None,
        thumbnail=lambda sample: sample_posts.thumbnail(sample.image),
        on_pick=partial(choosing.open_sample, state),
        on_blank=partial(choosing.open_blank, state),
    )
    with st.container(key="workbench"):
        left, right = st.columns([4, 9], gap="medium")
    doing = generators.Actions(
        write=partial(actions.write_contexts, state),
        borrow=partial(actions.borrow_contexts, state),
        keep=partial(actions.keep_contexts, state),
    )
    with left:
        editor.render(
            state,
            offered,
            on_upload=partial(actions.upload, state),
            on_model=partial(choosing.choose_model, state),
            on_mark=partial(choosing.mark, state),
            more=partial(generators.choose, state, samples, doing),
        )
    with right:
        # Both places are always there, so that what stands below them is never drawn anew.
        progress, message = st.empty(), st.container()
        if state.pending and not state.to_mark:
            actions.analyse(state, progress)
        generators.columns(state, doing)
        with message:
            for reason in not_followed:
                notice.hint(reason)
            _message(state)
        if state.result and not state.to_mark:
            _result(state, state.result, samples)


def _samples() -> tuple[Sample, ...]:
    try:
        return sample_posts.samples()
    except InputError as error:
        notice.problem(str(error))
        return ()


def _message(state: Explore) -> None:
    """Say why there is no newer result, or what to do first."""
    if state.error:
        notice.problem(state.error)
        return
    if state.to_mark:
        welcome.unmarked(state.to_mark)
    elif state.result is None:
        welcome.empty()
    else:
        return
    services.warm_up(state.offer.folder if state.offer else "")


def _result(state: Explore, result: Result, samples: Sequence[Sample]) -> None:
    """Draw the latest result, top to bottom: verdict, answer, post, contexts, bank, why, method."""
    record, prefix, sample = result.record, key("result"), result.sample
    gold = (sample.entities, sample.relations) if sample else None
    directed = result.offer.directed if result.offer else True
    verdict.render(record, f"{prefix}.verdict", note=result.note)
    left_out = None
    if record.label:
        left_out = answer.render(record, record.label, f"{prefix}.answer", gold=gold)
    elif record.task == "jmere":
        relations.render(record, f"{prefix}.relations", directed=directed, gold=gold)
    left, right = st.columns([5, 7] if result.photo else [3, 9], gap="small")
    with left:
        photo.render(record, f"{prefix}.photo", photo=result.photo)
    with right:
        sentence.render(record, f"{prefix}.sentence", gold=sample.entities if sample else None)
    contexts.render(record, f"{prefix}.contexts")
    quality.render(record, f"{prefix}.quality")
    bank.render(record, f"{prefix}.bank")
    asking = st.container()
    command = analyse_command(result.inputs, sample, record)
    details.render(record, f"{prefix}.details", command=command)
    if left_out is not None and record.label:  # the post is read again for it
        with left_out:
            answer.render_variants(record, record.label, actions.variants(state, st.empty()))
    with asking:  # drawn last: an answer may have to be computed first
        why.render(
            state,
            key("why"),
            samples=samples,
            sample_photo=sample_posts.sample_photo,
            explain=partial(actions.explain, state),
            attribute=partial(actions.attribute, state),
            try_out=actions.try_out,
        )
