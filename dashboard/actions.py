"""What a visitor can do on the Explore page: open, upload, describe, analyse."""

import logging
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import Sample
from core.errors import InputError
from core.images import read_image
from core.records import Record
from dashboard import services
from dashboard.state import LINK, Explore, Inputs, find_sample
from dashboard.trials import Trial, Trials

Extend = Callable[[Inputs, services.Progress], Record]

OUR_FAULT = (
    "Something went wrong inside Shap-CA, not with your post. Your inputs are kept; try again, "
    "and if it happens again, the server's log has the details."
)


def follow_link(state: Explore, samples: tuple[Sample, ...]) -> None:
    """Open the sample that the address names, once; Back and Forward lead here too."""
    wanted = st.query_params.get(LINK)
    if wanted == state.link:
        return
    if wanted is None:
        state.open_blank()
        return
    sample, nearest = find_sample(samples, wanted)
    if sample:
        state.open_sample(sample, services.sample_photo(sample))
        return
    state.link = wanted
    offer = f"The nearest is {nearest}." if nearest else "Choose one above."
    state.error = f"There is no sample post called {wanted[:60]}. {offer}"


def open_sample(state: Explore, sample: Sample) -> None:
    """Put a sample on the page and into the address."""
    state.open_sample(sample, services.sample_photo(sample))
    st.query_params[LINK] = sample.id


def open_blank(state: Explore) -> None:
    """Put an empty post on the page and clear the address."""
    state.open_blank()
    st.query_params.pop(LINK, None)


def upload(state: Explore, chooser: str) -> None:
    """Take the photo of a file chooser, or say why not; the photo before it stays then."""
    file = st.session_state[chooser]
    if file is None:
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
            state.set_contexts(services.describe(state.photo, progress))
            described = True
        inputs = state.inputs()
        state.accept(services.analyse(inputs, progress), inputs.photo)
    except InputError as error:
        state.refuse(str(error))
    except Exception:
        state.refuse(_our_fault())
    place.empty()
    if described:
        st.rerun()  # the contexts' widgets above were drawn before there were any


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
        inputs = Inputs.of(state.result.record, state.result.photo)
        state.explain(make(inputs, _bar(place)))
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
