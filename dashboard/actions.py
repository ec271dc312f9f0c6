"""What a visitor can do on the Explore page: upload, describe, analyse, ask why."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import Sample
from core.errors import InputError
from core.images import read_image
from core.records import Context, Record
from dashboard import services
from dashboard.generators import Offered
from dashboard.inputs import Inputs
from dashboard.state import Explore
from dashboard.trials import Trial, Trials

Extend = Callable[[Inputs, services.Progress], Record]

OUR_FAULT = (
    "Something went wrong inside Shap-CA, not with your post. Your inputs are kept; try again, "
    "and if it happens again, the server's log has the details."
)


def upload(state: Explore, chooser: str) -> None:
    """Take the photo of a file chooser, or say why not; the photo before it stays then."""
    file = st.session_state[chooser]
    if file is None:  # taken away: what was refused, or else the photo
        if state.photo_error:
            state.photo_error = ""
        else:
            state.set_photo(None)
        return
    try:
        state.set_photo(read_image(file.getvalue()))
    except InputError as error:
        state.photo_error = str(error)


def analyse(state: Explore, place: DeltaGenerator) -> None:
    """Run the analysis that is pending; ends the script run when it wrote new contexts.

    Args:
        state: Of this visitor.
        place: An empty place on the page for the progress.
    """
    progress = _bar(place)
    described = False
    try:
        if state.to_describe and state.photo:
            folder = state.offer.folder if state.offer else ""
            state.set_contexts(services.describe(state.photo, progress, checkpoint=folder))
            described = True
        inputs = state.inputs()
        state.accept(services.analyse(inputs, progress), inputs)
    except InputError as error:
        state.refuse(str(error))
    except Exception:
        state.refuse(_our_fault())
    place.empty()
    if described:
        st.rerun()  # the contexts' widgets above were drawn before there were any


def write_contexts(state: Explore, chosen: Sequence[Offered], asked: Sequence[str]) -> None:
    """Let generators describe the photo; it goes to no other machine that was not agreed to.

    Args:
        state: Of this visitor.
        chosen: The generators.
        asked: Prompts, for those that take any.
    """
    photo, agreed = state.photo, state.generating.consents
    if photo and all((photo.sha256, offer.host) in agreed for offer in chosen if offer.leaves):
        state.generating.write(chosen, asked, photo)


def borrow_contexts(state: Explore, lender: Sample) -> None:
    """Put the contexts of another post beside those that generators write."""
    state.generating.borrow(lender.text, lender.contexts)


def keep_contexts(state: Explore, kept: Sequence[Context], replacing: bool) -> None:
    """Take contexts into the post, and let go of the others."""
    state.take_contexts(kept, replacing=replacing)
    state.generating.clear()


def explain(state: Explore, place: DeltaGenerator) -> str:
    """Explain the result on the page; ends the script run when it did.

    Args:
        state: Of this visitor.
        place: An empty place on the page for the progress.

    Returns:
        Why it cannot be explained, one sentence.
    """
    return _extend(state, services.explain, place)


def attribute(state: Explore, entity: int, place: DeltaGenerator) -> str:
    """Trace one entity of the result back to words and regions; otherwise as `explain`."""
    return _extend(
        state, lambda inputs, progress: services.attribute(inputs, entity, progress), place
    )


def variants(state: Explore, place: DeltaGenerator) -> dict[str, Record]:
    """Return the Records of the post on the page with something left out, by what that is.

    Args:
        state: Of this visitor.
        place: An empty place on the page for the progress.

    Returns:
        None of them where they cannot be made, which the server's log explains.
    """
    if state.result is None:
        return {}
    inputs, made = state.result.inputs, {}
    bare = replace(inputs, contexts=())
    asked = {"without contexts": bare} if any(one.included for one in inputs.contexts) else {}
    if inputs.photo:
        asked["without the photo"] = replace(inputs, photo=None)
    if len(asked) == 2:
        asked["with neither"] = replace(bare, photo=None)
    try:
        made = {name: services.analyse(one, _bar(place)) for name, one in asked.items()}
    except Exception:
        _our_fault()
    place.empty()
    return made


def try_out(trials: Trials, place: DeltaGenerator) -> None:
    """Analyse the variant that is wanted, or keep why it cannot be."""
    if trials.wanted is None:
        return
    change, edit = trials.wanted
    try:
        inputs = edit(trials.now.inputs)
        trials.accept(Trial(change, inputs, services.analyse(inputs, _bar(place))))
    except InputError as error:
        trials.refuse(str(error))
    except Exception:
        trials.refuse(_our_fault())
    place.empty()


def _extend(state: Explore, make: Extend, place: DeltaGenerator) -> str:
    if state.result is None:
        return ""
    problem = ""
    try:
        state.explain(make(state.result.inputs, _bar(place)))
    except InputError as error:
        problem = str(error)
    except Exception:
        problem = _our_fault()
    place.empty()
    if not problem:
        st.rerun()  # what is taken away elsewhere on the page holds it too
    return problem


def _bar(place: DeltaGenerator) -> services.Progress:
    def progress(stage: str, share: float) -> None:
        place.progress(share, services.STAGES.get(stage, stage))

    return progress


def _our_fault() -> str:
    logging.getLogger(__name__).exception("an analysis failed")
    return OUR_FAULT
