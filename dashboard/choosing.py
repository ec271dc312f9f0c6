"""What a visitor chooses on the Explore page: post, model and marked names, as in its address."""

from collections.abc import Sequence

import streamlit as st

from core.datasets.marked_pairs import Span
from core.datasets.samples import Sample
from core.errors import InputError
from dashboard import sample_posts
from dashboard.marking import marks_of, written
from dashboard.names import found_again
from dashboard.offers import Offer, find_offer
from dashboard.state import LINK, TEXT, Explore


def follow_address(
    state: Explore, samples: tuple[Sample, ...], offered: Sequence[Offer]
) -> tuple[str, ...]:
    """Take model, post and marked names from the address; Back and Forward lead here too.

    Args:
        state: Of this visitor.
        samples: Posts that the address may name.
        offered: Checkpoints that it may name, the server's own first.

    Returns:
        Why parts of the address were not followed.
    """
    before = state.asked.settings
    state.asked.follow(st.query_params.to_dict())
    state.offer, trouble = find_offer(offered, state.asked.settings.model)
    if state.asked.settings != before:
        state.ask_again()
    _follow_link(state, samples)
    _keep_marks(state)
    return tuple(part for part in (trouble, *state.asked.refused, state.marks.refused) if part)


def choose_model(state: Explore, name: str) -> None:
    """Change the checkpoint, and analyse the same post with it.

    Args:
        state: Of this visitor.
        name: Of the checkpoint; "" is the server's own.
    """
    state.asked.set_to(model=name)
    state.ask_again()


def mark(state: Explore, head: Span | None, tail: Span | None) -> None:
    """Mark two names of the sentence, and ask for their relation."""
    state.marked_in = state.widgets[TEXT]
    state.asked.set_to(head=written(head) if head else "", tail=written(tail) if tail else "")
    state.ask_again()


def open_sample(state: Explore, sample: Sample) -> None:
    """Put a sample on the page and into the address."""
    state.open_sample(sample, sample_posts.sample_photo(sample))
    st.query_params[LINK] = sample.id
    state.asked.set_to(head="", tail="")


def open_blank(state: Explore) -> None:
    """Put an empty post on the page and clear the address."""
    state.open_blank()
    st.query_params.pop(LINK, None)
    state.asked.set_to(head="", tail="")


def _keep_marks(state: Explore) -> None:
    """Let marked names follow their words into an edited sentence; lost ones are forgotten."""
    given, text = state.asked.settings, state.widgets[TEXT]
    if text == state.marked_in or not (given.head or given.tail):
        return
    try:
        old = marks_of(state.marked_in, None, given.head, given.tail).pair
        pair = found_again(old, state.marked_in, text) if old else None
    except InputError:
        pair = None
    state.marked_in = text
    state.asked.set_to(
        head=written(pair.head) if pair else "", tail=written(pair.tail) if pair else ""
    )


def _follow_link(state: Explore, samples: tuple[Sample, ...]) -> None:
    """Open the sample that the address names, once."""
    wanted = st.query_params.get(LINK)
    if wanted == state.link:
        return
    if wanted is None:
        state.open_blank()
        return
    sample, nearest = sample_posts.find_sample(samples, wanted)
    if sample:
        state.open_sample(sample, sample_posts.sample_photo(sample))
        return
    state.link = wanted
    offer = f"The nearest is {nearest}." if nearest else "Choose one above."
    state.error = f"There is no sample post called {wanted[:60]}. {offer}"
