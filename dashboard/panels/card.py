"""The card every panel sits in: a border, a small title, and what it shows in a few words."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st


@contextmanager
def card(
    key: str, title: str, about: str = "", *, height: Literal["content", "stretch"] = "content"
) -> Iterator[None]:
    """Open a bordered card.

    Args:
        key: Unique on the page.
        title: One or two words.
        about: What the card shows, in a few words.
        height: "stretch" makes cards side by side equally high.
    """
    with st.container(border=True, key=f"card-{key}", gap="small", height=height):
        tail = f' <span class="sc-about">{html.escape(about)}</span>' if about else ""
        st.html(f'<h2 class="sc-title" id="{html.escape(key)}">{html.escape(title)}{tail}</h2>')
        yield


def caption(text: str) -> None:
    """Write a small grey sentence; `text` is ours, not the user's."""
    st.html(f'<p class="sc-caption">{text}</p>')


def subtitle(title: str, about: str = "") -> None:
    """Write the head of a part of a card; both are ours, not the user's."""
    tail = f' <span class="sc-about">{about}</span>' if about else ""
    st.html(f'<h3 class="sc-subtitle">{title}{tail}</h3>')
