"""Keeps garbage collection from making every click wait."""

import gc


def settle() -> None:
    """Take everything loaded so far out of the collector's rounds; for use after large imports.

    Streamlit collects garbage after every run of a script. A language model and its libraries are
    none, and looking through all of them each time takes a third of a second.
    """
    gc.freeze()
