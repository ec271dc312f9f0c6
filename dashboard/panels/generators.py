"""Generators of contexts: choose who describes the photo, watch it, keep what is good."""

import html
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.contexts.typed import MOST_CONTEXTS
from core.datasets.samples import Sample
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context
from dashboard import generators
from dashboard.generating import Column
from dashboard.generators import Answer, Offered
from dashboard.jobs import POLL_SECONDS
from dashboard.panels import notice
from dashboard.panels.card import caption, card
from dashboard.state import Explore, key

CARD = "generators"
CHOSEN = key("generators", "chosen")
ASKED = key("generators", "asked")
LENT = key("generators", "lent")


@dataclass(frozen=True)
class Actions:
    """What happens on a click."""

    write: Callable[[Sequence[Offered], Sequence[str]], None]
    borrow: Callable[[Sample], None]
    keep: Callable[[Sequence[Context], bool], None]


def choose(state: Explore, samples: Sequence[Sample], actions: Actions) -> None:
    """Draw who can describe the photo, what they are asked, and what that would cost."""
    with st.expander("More generators", icon=":material/auto_awesome:", type="compact"):
        _generators(state, actions)
        others = [sample for sample in samples if sample.contexts and sample != state.sample]
        if others:
            _lenders(others, actions)


def columns(state: Explore, actions: Actions) -> None:
    """Draw what comes in, a column a generator, until it is kept or let go."""
    if not state.generating.columns:
        return
    with card(CARD, "Contexts to choose from", "as they come in, side by side"):
        if state.generating.is_over:
            _drawn(state, actions)
        else:
            st.fragment(_waiting, run_every=POLL_SECONDS)(state, actions)


def _generators(state: Explore, actions: Actions) -> None:
    try:
        offered = {offer.name: offer for offer in generators.offered()}
    except InputError as error:
        notice.problem(str(error))
        return
    names = st.pills(
        "Generators",
        list(offered),
        selection_mode="multi",
        key=CHOSEN,
        persist_state="session",
        help="Files of configs/contexts, and of the folder that SHAPCA_GENERATORS names.",
    )
    chosen = [offered[name] for name in names]
    for offer in chosen:
        st.html(offer_html(offer))
    asked = _prompts() if any(offer.prompts for offer in chosen) else []
    agreed = _consents(state, chosen, asked)
    st.button(
        "Write contexts",
        icon=":material/play_arrow:",
        key=key("generators", "write"),
        on_click=actions.write,
        args=(chosen, asked),
        disabled=state.photo is None or not names or not agreed,
    )
    if state.photo is None:
        caption("Upload a photo first.")
    elif names and not agreed:
        caption("A photo leaves this machine only when you say so above.")
    if state.generating.columns:  # which may stand outside of what is seen of a long page
        come = "are there" if state.generating.is_over else "are coming in"
        caption(f'<a href="#{CARD}">Contexts to choose from</a> {come}.')


def _prompts() -> list[str]:
    known = {prompt.name: prompt for prompt in generators.prompts()}
    asked = st.pills(
        "Prompts",
        list(known),
        selection_mode="multi",
        key=ASKED,
        persist_state="session",
        help="Text files in configs/prompts: edit them, or add your own. Without any, a generator "
        "asks what its own file says.",
    )
    for name in asked:
        st.html(
            f'<p class="sc-origin"><b>{html.escape(known[name].label)}</b> '
            f"{html.escape(known[name].text)}</p>"
        )
    return asked


def _consents(state: Explore, chosen: Sequence[Offered], asked: Sequence[str]) -> bool:
    """Ask whether this photo may be sent; return whether it may, to everyone who was chosen."""
    photo = state.photo
    if photo is None:
        return False
    hosts = list(dict.fromkeys(offer.host for offer in chosen if offer.leaves))
    for host in hosts:
        for offer in chosen:
            if offer.host == host:
                st.html(_expected_html(offer, asked, photo))
        consent = (photo.sha256, host)
        agreed = st.checkbox(
            f"Send this photo to {host}",
            value=consent in state.generating.consents,
            key=key("generators", "consent", photo.sha256[:12], host),
        )
        (state.generating.consents.add if agreed else state.generating.consents.discard)(consent)
    return all((photo.sha256, host) in state.generating.consents for host in hosts)


def offer_html(offer: Offered) -> str:
    """Return a generator in one line: what it is, where it runs, what is wrong with it."""
    if offer.trouble:
        return _line(offer, offer.trouble)
    where = f"asks {offer.host}" if offer.host else "on this machine"
    if offer.leaves:
        where += ", outside of this machine"
    if offer.fetches:
        where += ", but its weights are not here yet: the first photo fetches them"
    return _line(offer, f"{where}. {offer.about}")


def _line(offer: Offered, said: str) -> str:
    return f'<p class="sc-origin"><b>{html.escape(offer.name)}</b> {html.escape(said)}</p>'


def _expected_html(offer: Offered, asked: Sequence[str], photo: LoadedImage) -> str:
    try:
        made = generators.expected(offer, asked, photo)
    except InputError as error:
        return f'<p class="sc-origin">{html.escape(str(error))}</p>'
    if made is None:
        return ""
    cost = "price unknown" if made.dollars is None else f"at most ${made.dollars:.4f}"
    items = "".join(f"<li>{html.escape(line)}</li>" for line in made.contents)
    return (
        f'<div class="sc-origin"><b>{html.escape(offer.name)}</b> {made.requests} '
        f"request{'' if made.requests == 1 else 's'} of {made.bytes / 1e3:,.0f} KB, {cost}"
        f"<ul>{items}</ul></div>"
    )


def _lenders(others: Sequence[Sample], actions: Actions) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        lender = st.selectbox(
            "Borrow from another post",
            others,
            format_func=lambda sample: sample.text,
            key=LENT,
            index=None,
            placeholder="Whose contexts?",
        )
        st.button(
            "Borrow",
            key=key("generators", "borrow"),
            on_click=actions.borrow,
            args=(lender,),
            disabled=lender is None,
        )


def _waiting(state: Explore, actions: Actions) -> None:
    if state.generating.is_over:
        st.rerun()
    _drawn(state, actions)


def _drawn(state: Explore, actions: Actions) -> None:
    """Draw every column, and below what can be done with them."""
    shown = state.generating.columns
    kept: list[Context] = []
    for place, column in zip(st.columns(max(len(shown), 1), gap="small"), shown, strict=False):
        with place, st.container(key=f"generator-{column.number}", gap="xsmall"):
            st.html(
                f'<h3 class="sc-subtitle">{html.escape(column.title)} '
                f'<span class="sc-about">{html.escape(words(column))}</span></h3>'
            )
            kept += _column(column)
    if not state.generating.is_over:
        st.button(
            "Cancel",
            icon=":material/stop:",
            key=key("generators", "cancel"),
            on_click=state.generating.cancel,
        )
        return
    _decide(state, kept, actions)


def _column(column: Column) -> list[Context]:
    """Draw what one column has; return what is ticked."""
    if column.job is not None and column.job.condition == "failed":
        notice.problem(column.job.error)
    answer = column.answer
    if answer is None:
        return []
    if not answer.contexts:
        caption("It has nothing to say about this photo.")
    return [
        context
        for place, context in enumerate(answer.contexts)
        if st.checkbox(
            notice.literal(context.text),
            value=True,
            key=key("generators", column.number, place, "keep"),
        )
    ]


def _decide(state: Explore, kept: Sequence[Context], actions: Actions) -> None:
    room = MOST_CONTEXTS - len(state.drafts)
    with st.container(horizontal=True):
        st.button(
            f"Add {min(len(kept), max(room, 0))} to the post",
            type="primary",
            key=key("generators", "add"),
            on_click=actions.keep,
            args=(kept, False),
            disabled=not kept or room <= 0,
        )
        st.button(
            "Replace the post's contexts",
            key=key("generators", "replace"),
            on_click=actions.keep,
            args=(kept, True),
            disabled=not kept,
        )
        st.button("Discard", key=key("generators", "discard"), on_click=state.generating.clear)
    if len(kept) > room:
        caption(f"A post takes at most {MOST_CONTEXTS} contexts; {len(state.drafts)} are there.")


def words(column: Column) -> str:
    """Return how far a column is, and what it took."""
    job = column.job
    if job is None:
        return "borrowed"
    if column.is_cancelled:
        return "cancelled; what comes late is kept in the store"
    waited = f"{time.monotonic() - column.began:.0f} s"
    if job.condition in ("waiting", "running"):
        return f"{job.condition} · {waited}"
    if column.answer:
        return taken(column.answer)
    return "failed" if job.error else "given up: nobody was looking"


def taken(answer: Answer) -> str:
    """Return what an answer took, in seconds and money."""
    if answer.is_known:
        return "from the store"
    cost = "" if answer.dollars is None else f" · ${answer.dollars:.5f}"
    return f"{answer.seconds:.1f} s{cost}"
