"""Messages: one clear sentence, shown letter by letter whatever it quotes."""

import re

import streamlit as st

# A full stop makes a list after a number, and a link after "www"; elsewhere it is one.
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-!|<>$:~&]|(?<=\d)\.(?=\s)|(?<=www)\.)")


def problem(message: str) -> None:
    """Show why something cannot be used, and what to do."""
    st.error(literal(message), icon=":material/error:")


def hint(message: str) -> None:
    """Show something to know; nothing is wrong."""
    st.info(literal(message), icon=":material/info:")


def literal(text: str) -> str:
    """Return text with everything escaped that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", text)
