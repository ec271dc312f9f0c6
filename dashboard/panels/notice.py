"""Messages: one clear sentence, shown letter by letter whatever it quotes."""

import re

import streamlit as st

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$:~&])")


def problem(message: str) -> None:
    """Show why something cannot be used, and what to do."""
    st.error(literal(message), icon=":material/error:")


def hint(message: str) -> None:
    """Show something to know; nothing is wrong."""
    st.info(literal(message), icon=":material/info:")


def literal(text: str) -> str:
    """Return text with everything escaped that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", text)
