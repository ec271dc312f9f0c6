"""One post of a run in full, as on Explore, but as it was: nothing here can be changed."""

import html
from collections.abc import Sequence
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import sample_posts, services
from dashboard.asked import Asked
from dashboard.errors.photos import photo_of
from dashboard.errors.runs import Run
from dashboard.errors.state import Errors, key
from dashboard.figures.errors.outcomes import EFFECTS, OUTCOMES
from dashboard.offers import Offer, offer_of, short_name
from dashboard.panels import bank, contexts, details, notice, photo, sentence, verdict
from dashboard.panels.card import caption, card
from dashboard.state import LINK

ERRORS = {
    "correct": ("✓", "sc-right", "right"),
    "type": ("✗", "sc-wrong", "other type"),
    "boundary": ("✗", "sc-wrong", "other boundary"),
    "missed": ("✗", "sc-wrong", "missed"),
    "spurious": ("✗", "sc-wrong", "not in gold"),
}


def render(state: Errors, run: Run, place: int, listed: Sequence[int]) -> None:
    """Draw the way through the list, then everything about one post.

    Args:
        state: Of this visitor.
        run: That is open.
        place: Of the post.
        listed: Places of the posts listed, in their order.
    """
    _way(state, run, place, listed)
    try:
        found = run.record(place)
    except InputError as error:
        notice.problem(str(error))
        return
    post = run.table.iloc[place]
    prefix = key("post", place)
    verdict.render(found, f"{prefix}.verdict")
    pixels = photo_of(post["image_sha256"])
    left, right = st.columns([5, 7] if pixels else [3, 9], gap="small")
    with left:
        if pixels or found.post.image is None:
            photo.render(found, f"{prefix}.photo", photo=pixels)
        else:
            with card(f"photo-{place}", "Photo", height="stretch"):
                caption("A run holds no pixels, and this photo is not on this machine.")
    with right:
        sentence.render(
            found, f"{prefix}.sentence", gold=found.gold.entities if found.gold else None
        )
    with card(f"units-{place}", "Gold against prediction", outcome_words(post)):
        st.html(units_html(run.units[run.units["row"].eq(place)]))
    contexts.render(found, f"{prefix}.contexts")
    bank.render(found, f"{prefix}.bank")
    details.render(found, f"{prefix}.details")


def _way(state: Errors, run: Run, place: int, listed: Sequence[int]) -> None:
    at = listed.index(place) if place in listed else None
    with st.container(horizontal=True, vertical_alignment="center", key="errors-way"):
        _button(state, "list", "All posts listed", "", shortcut="Esc")
        for name, label, step, shortcut in (
            ("previous", "Previous", -1, "Left"),
            ("next", "Next", 1, "Right"),
        ):
            other = None if at is None else at + step
            inside = other is not None and 0 <= other < len(listed)
            _button(
                state,
                name,
                label,
                run.id(listed[other]) if inside and other is not None else None,
                shortcut=shortcut,
            )
        where = "not among the posts listed" if at is None else f"{at + 1:,} of {len(listed):,}"
        st.html(
            f'<p class="sc-caption" role="status"><b>{html.escape(run.id(place))}</b> · {where}</p>'
        )
        if run.id(place) in {sample.id for sample in sample_posts.samples()}:
            link, warning = explore_link(run.id(place), run.about.checkpoint, services.offered())
            st.link_button("Open in Explore", link, icon=":material/edit:")
            if warning:
                caption(warning)


def _button(state: Errors, name: str, label: str, post: str | None, *, shortcut: str) -> None:
    st.button(
        label,
        key=key("way", name),
        shortcut=shortcut,
        disabled=post is None,
        on_click=state.set_to,
        kwargs={"post": post},
    )


def explore_link(post: str, trained: str, offered: Sequence[Offer]) -> tuple[str, str]:
    """Return where a sample post is opened in Explore, and why another model answers there.

    Args:
        post: Id of the sample.
        trained: The checkpoint of the run, name@SHA-256.
        offered: Checkpoints on this server, its own first.

    Returns:
        The address with the run's checkpoint, and ""; where it is not here, the address without
        one, and a sentence in HTML that says so.
    """
    same = offer_of(offered, trained)
    asked = {LINK: post, **Asked(e_model=same.name if same else "").address}
    if same:
        return f"/?{urlencode(asked)}", ""
    why = "This run does not say which checkpoint made it"
    if "@" in trained:
        made_by = html.escape(short_name(trained))
        why = f"The checkpoint of this run, <b>{made_by}</b>, is not on this server"
    instead = html.escape(offered[0].title)
    return f"/?{urlencode(asked)}", f"{why}: in Explore, <b>{instead}</b> answers."


def outcome_words(post: "pd.Series[object]") -> str:
    """Return how the post went and what its contexts did, in a few words."""
    outcome, effect = str(post["outcome"]), str(post["effect"])
    words = {"unknown": "their effect is unknown", "no change": "changed nothing"}.get(
        effect, effect
    )
    return f"{OUTCOMES[outcome].sign} {outcome} · {EFFECTS[effect].sign} contexts: {words}"


def units_html(units: pd.DataFrame) -> str:
    """Return gold and predicted units side by side; all words of the post are escaped."""
    if units.empty:
        return '<p class="sc-caption">Nothing to compare: no unit, or no gold answers.</p>'
    rows = "".join(_unit(unit) for unit in units.to_dict("records"))
    heads = ("unit", "gold", "predicted", "", "score", "without contexts")
    head = "".join(f"<th>{words}</th>" for words in heads)
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Units">'
        f'<table class="sc-facts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _unit(unit: dict[str, object]) -> str:
    sign, style, words = ERRORS[str(unit["error"])]
    score = "–" if pd.isna(unit["score"]) else f"{unit['score']:.2f}"
    found = unit["found_without"]
    bare = "–" if pd.isna(found) else "found too" if found else "not found"
    cells = "".join(f"<td>{_name(unit[side])}</td>" for side in ("gold", "predicted"))
    text = html.escape(str(unit["text"] or "the whole post"))
    return (
        f'<tr><th scope="row" dir="auto">{text}</th>{cells}'
        f'<td><b class="{style}">{sign}</b> {words}</td><td>{score}</td><td>{bare}</td></tr>'
    )


def _name(value: object) -> str:
    return "–" if pd.isna(value) else html.escape(str(value))
