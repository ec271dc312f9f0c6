"""The Shapley lab: one small game, and everything there is to know about its Shapley values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.samples import Sample
from core.errors import InputError
from dashboard import sample_posts
from dashboard.lab import actions, numbers
from dashboard.lab.settings import CONTEXTS
from dashboard.lab.state import Lab, visitor
from dashboard.panels import notice
from dashboard.panels.card import card
from dashboard.panels.lab import (
    ask,
    axioms,
    choose,
    converge,
    count,
    interact,
    present,
    take_away,
    walk,
)
from dashboard.state import Explore
from dashboard.state import visitor as explorer

if TYPE_CHECKING:
    from core.lab.games import LabGame
    from core.lab.report import LabReport


class Numbers(NamedTuple):
    """What is played, and all that is known about it."""

    game: "LabGame"
    report: "LabReport"
    trouble: str  # why the estimator chosen cannot be run


def render() -> None:
    """Draw all sections below one another, or one of them per screen."""
    state, explore = visitor(st.session_state), explorer(st.session_state)
    state.follow(st.query_params.to_dict())
    present.bar(state)
    for sentence in state.refused:
        notice.hint(sentence)
    samples = sample_posts.samples() if state.settings.game == CONTEXTS else ()
    if state.settings.screen > 1:
        found = _numbers(state, explore, samples, st.empty())
    else:
        with _first_card() as (left, right):
            with left:
                choose.controls(state, explore, samples)
            with right:
                found = _numbers(state, explore, samples, st.empty())
                if found:
                    choose.result(state, found.game, found.report)
    if found:
        _sections(state, found)


@contextmanager
def _first_card() -> Iterator[list[DeltaGenerator]]:
    with card("lab-choose", "1  Choose a game", "who plays, and what a coalition earns"):
        yield st.columns([4, 8], gap="medium")


def _numbers(
    state: Lab, explore: Explore, samples: tuple[Sample, ...], place: DeltaGenerator
) -> Numbers | None:
    """Return the numbers of the game chosen; says why not where there are none."""
    try:
        record = None
        if state.settings.game == CONTEXTS:
            record = actions.contexts_of(state, explore, samples, place)
        asked = numbers.request(state.settings, record)
        found = Numbers(numbers.game(asked), *numbers.report(asked))
    except InputError as error:
        notice.problem(str(error))
        return None
    except Exception:
        notice.problem(actions.our_fault("the lab's numbers failed"))
        return None
    state.begin(found.game)
    return found


def _sections(state: Lab, found: Numbers) -> None:
    """Draw the sections after the first: all of them, or the one on the screen."""
    game, report, trouble = found
    sections: tuple[Callable[[], None], ...] = (
        lambda: walk.render(state, game, report),
        lambda: count.render(len(game.players)),
        lambda: axioms.render(state, game, report),
        lambda: converge.render(state, game, report, trouble),
        lambda: interact.render(state, report),
        lambda: ask.render(state),
    )
    screen = state.settings.screen
    if screen > 1:
        sections[screen - 2]()
    if screen:
        return
    for section in sections:
        section()
    take_away.render(state, report)
