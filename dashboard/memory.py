"""Keeps garbage collection from making every click wait."""

import gc


def settle() -> None:
    """Take everything loaded so far out of the collector's rounds; for use after a model came.

    What was taken out before and is no longer used, such as another model, is collected first.

    Streamlit collects garbage after every run of a script. A language model and its libraries are
    none, and looking through all of them each time takes a third of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
