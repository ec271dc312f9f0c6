"""What a visitor can do in the lab: change a setting, follow a link, let a post's contexts play."""

import logging

from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import Sample
from core.errors import InputError
from core.records import Record
from dashboard import sample_posts, services
from dashboard.inputs import Inputs
from dashboard.jobs import OUR_FAULT, queue
from dashboard.lab import numbers
from dashboard.lab.settings import CONTEXTS, MOST_TYPED, TYPED
from dashboard.lab.state import Lab, key
from dashboard.marking import marks_of
from dashboard.state import Explore


def choose_game(state: Lab, explore: Explore) -> None:
    """Take the game from its widget, with what it is to be played with at first."""
    game = state.widgets[key("set", "game")]
    fields: dict[str, object] = {"game": game}
    if game == TYPED and state.walked and len(state.walked.players) <= MOST_TYPED:
        fields["values"] = tuple(round(value, 4) for value in state.walked.values)
    if game == CONTEXTS and open_post(explore):
        fields["post"] = explore.sample.id if explore.sample and _is_as_shipped(explore) else ""
    state.set_to(**fields)


def choose_players(state: Lab) -> None:
    """Take the number of players; a typed game keeps what it says about those who stay."""
    players = state.widgets[key("set", "players")]
    values = state.settings.values
    grown = tuple(values[number % len(values)] for number in range(2 ** min(players, MOST_TYPED)))
    state.set_to(players=players, **({"values": grown} if state.settings.game == TYPED else {}))


def open_post(explore: Explore) -> Record | None:
    """Return the Record that is open on the Explore page, None when there is none."""
    return explore.result.record if explore.result else None


def contexts_of(
    state: Lab, explore: Explore, samples: tuple[Sample, ...], place: DeltaGenerator
) -> Record:
    """Return the Record of the post whose contexts play, analysed here when nobody did before.

    Args:
        state: Of the lab.
        explore: Of the Explore page.
        samples: That can be chosen.
        place: An empty place on the page for the progress.

    Raises:
        InputError: The post is unknown, or cannot be analysed.
    """
    wanted, opened = state.settings.post, open_post(explore)
    if not wanted and opened:
        return opened
    if opened and opened.post.id == wanted and _is_as_shipped(explore):
        return opened
    if state.record and state.record[0] == wanted:
        return state.record[1]
    sample = next((sample for sample in samples if sample.id == wanted), None)
    if sample is None:
        raise InputError(
            f"no sample post is called '{wanted[:60]}'; choose one of the list"
            if wanted
            else "no post is open on Explore; choose a sample of the list"
        )
    photo = sample_posts.sample_photo(sample)
    own, *_ = services.offered()
    pair = marks_of(sample.text, sample, "", "").pair if own.task == "mre" else None
    inputs = Inputs(sample.id, sample.text, photo, sample.contexts, pair=pair)
    try:
        record = services.analyse(
            inputs, lambda stage, share: _tell(place, services.STAGES.get(stage, stage), share)
        )
    finally:
        place.empty()
    state.record = (wanted, record)
    return record


def _is_as_shipped(explore: Explore) -> bool:
    """Return whether the open Record is what the server's model says of an unedited sample."""
    record, sample = open_post(explore), explore.sample
    if explore.result is None or record is None or sample is None:
        return False
    image = record.post.image
    return (
        record.post.text == sample.text
        and [(context.text, context.included) for context in record.contexts]
        == [(context.text, context.included) for context in sample.contexts]
        and sample_posts.has_photo_of(sample, image.sha256 if image else None)
        and explore.result.inputs.checkpoint in ("", services.offered()[0].folder)
    )


def start_sampling(state: Lab) -> None:
    """Start the sampling that the settings describe; one that still runs is cancelled."""
    cancel_sampling(state)
    if state.walked:
        work = numbers.sampling(state.walked, state.settings)
        state.job, state.job_settings = queue().submit(work), state.settings
        state.job_game = state.walked


def cancel_sampling(state: Lab) -> None:
    """Stop the sampling that runs; what it has found stays on the page."""
    if state.job:
        state.job.cancel()


def our_fault(what: str) -> str:
    """Log the exception at hand and return what to tell the visitor about it."""
    logging.getLogger(__name__).exception(what)
    return OUR_FAULT


def _tell(place: DeltaGenerator, words: str, share: float) -> None:
    place.progress(share, words)
