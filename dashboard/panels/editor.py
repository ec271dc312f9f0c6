"""The inputs: model, photo, sentence, contexts, and the button that analyses them."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.contexts.typed import MOST_CONTEXTS
from core.images import MAX_BYTES
from dashboard.offers import Offer
from dashboard.panels import marking, notice, picker
from dashboard.panels.card import caption, card
from dashboard.state import TEXT, Draft, Explore, key, switch_key, text_key

PHOTO_KINDS = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]


def render(
    state: Explore,
    offered: Sequence[Offer],
    *,
    on_upload: Callable[[str], None],
    on_model: Callable[[str], None],
    on_mark: marking.OnMark,
    more: Callable[[], None],
) -> None:
    """Draw the inputs; every change goes into the state.

    Args:
        state: Of this visitor.
        offered: Checkpoints to choose from.
        on_upload: Called with the key of the file chooser that was used.
        on_model: Called with the name of the checkpoint that was chosen.
        on_mark: Called with head and tail, for a checkpoint that asks for them.
        more: Draws other ways to get contexts, below those there are.
    """
    with card("editor", "Post", "what is analysed, and by which model"):
        if state.offer:
            picker.render(offered, state.offer, on_choose=on_model)
        _photo(state, on_upload)
        st.text_area(
            "Sentence",
            key=TEXT,
            persist_state="session",
            height=96,
            placeholder="What does the post say?",
            help="A few words up to a paragraph, in any script. Capital letters matter for names.",
        )
        if state.offer and state.offer.task == "mre":
            marking.render(state.marks, on_mark=on_mark)
        _contexts(state)
        more()
        st.button(
            "Analyse",
            type="primary",
            width="stretch",
            key=key("editor", "analyse"),
            on_click=_ask,
            args=(state,),
        )
        if state.is_stale and not state.pending:
            caption("Changed since the result shown. Analyse brings it up to date.")


def _photo(state: Explore, on_upload: Callable[[str], None]) -> None:
    chooser = key("post", "photo", state.uploads)
    st.file_uploader(
        "Photo",
        type=PHOTO_KINDS,
        max_upload_size=MAX_BYTES // 1024**2,
        key=chooser,
        on_change=on_upload,
        args=(chooser,),
        help="JPEG, PNG, WEBP, GIF, BMP or TIFF, up to 20 MB and 25 megapixels. "
        "It stays on this machine unless you choose a generator elsewhere and agree to it.",
    )
    if state.photo_error:
        notice.problem(state.photo_error)
    if state.photo is None:
        caption("No photo: the post is analysed without an image side.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="photo-now"):
        st.image(state.photo.pixels, width=72, alt="The photo of this post")
        caption(f"{state.photo.width:,} × {state.photo.height:,} pixels")
        st.button(
            "Remove photo",
            key=key("post", "photo", "remove"),
            icon=":material/close:",
            type="tertiary",
            on_click=_remove_photo,
            args=(state,),
        )


def _contexts(state: Explore) -> None:
    used = sum(state.is_on(draft) for draft in state.drafts)
    st.html(
        f'<p class="sc-label-row">Contexts <span class="sc-about">{used} of {len(state.drafts)} on'
        f" · up to {MOST_CONTEXTS}</span></p>"
    )
    for place, draft in enumerate(state.drafts, start=1):
        _context(state, place, draft)
    if not state.drafts:
        caption(
            "None yet. Analyse describes the photo first."
            if state.to_describe
            else "None. Without a context no game is played; add one or describe the photo."
        )
    with st.container(horizontal=True, key="context-buttons"):
        st.button(
            "Add context",
            icon=":material/add:",
            key=key("context", "add"),
            on_click=state.add_context,
            disabled=len(state.drafts) >= MOST_CONTEXTS,
        )
        st.button(
            "Describe the photo",
            icon=":material/image_search:",
            key=key("context", "describe"),
            on_click=_describe,
            args=(state,),
            disabled=state.photo is None,
            help="Replaces the contexts by what the models that ship say: the captioner, the "
            "object detector, the image tags and the text reader.",
        )


def _context(state: Explore, place: int, draft: Draft) -> None:
    with st.container(horizontal=True, wrap=False, gap="xsmall", key=f"context-row-{draft.number}"):
        st.checkbox(
            f"{place}",
            key=switch_key(draft),
            persist_state="session",
            on_change=_ask_again,
            args=(state,),
            width="content",
        )
        with st.container(gap=None):
            st.text_area(
                f"Context {place}",
                key=text_key(draft),
                persist_state="session",
                height="content",
                label_visibility="collapsed",
                placeholder="Describe the photo in one sentence",
            )
            st.html(f'<p class="sc-origin">{_origin(state, draft)}</p>')
        st.button(
            f"Remove context {place}",
            key=key("context", draft.number, "remove"),
            icon=":material/close:",
            type="tertiary",
            on_click=state.remove_context,
            args=(draft,),
        )


def _origin(state: Explore, draft: Draft) -> str:
    origin = draft.origin
    if state.words(draft) != origin.text:
        return "typed" if not origin.text else "edited"
    return f"{origin.generator} · {origin.model}" if origin.model else origin.generator


def _ask(state: Explore) -> None:
    state.pending = True


def _ask_again(state: Explore) -> None:
    # A switch is cheap to follow at once, but never the first analysis.
    state.pending = state.result is not None


def _describe(state: Explore) -> None:
    state.to_describe = state.pending = True


def _remove_photo(state: Explore) -> None:
    state.set_photo(None)
    state.uploads += 1
