"""The photos of posts: a run knows only their SHA-256, so they are looked for by content."""

import hashlib
from pathlib import Path

import streamlit as st

from core.errors import InputError
from core.images import LoadedImage, read_image
from dashboard import sample_posts


@st.cache_resource(show_spinner=False)
def _known() -> dict[str, Path]:
    """Return the photos of the sample posts by their SHA-256."""
    paths = {sample.image for sample in sample_posts.samples() if sample.image}
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in paths}


def photo_path(digest: object) -> Path | None:
    """Return where the photo with a SHA-256 is, None when it is not on this machine."""
    return _known().get(str(digest))


def photo_of(digest: object) -> LoadedImage | None:
    """Return the photo with a SHA-256, None when it is not on this machine."""
    path = photo_path(digest)
    try:
        return read_image(path) if path else None
    except InputError:
        return None
