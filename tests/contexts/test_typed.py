import pytest

from core.contexts.typed import typed_contexts
from core.errors import InputError


def test_texts_become_clean_contexts_in_their_order():
    contexts = typed_contexts(["  A dog\x07 runs.\n", "<b>A cat</b>"])

    assert [(c.text, c.generator) for c in contexts] == [
        ("A dog runs.", "typed"),
        ("<b>A cat</b>", "typed"),
    ]
    assert typed_contexts([]) == []


@pytest.mark.parametrize("empty", ["", "  \n", "\u200b"])
def test_an_empty_text_is_refused_with_its_position(empty):
    with pytest.raises(InputError, match="Context 2 is empty"):
        typed_contexts(["A dog", empty])


def test_ten_contexts_are_taken_and_eleven_refused():
    assert len(typed_contexts(["A dog"] * 10)) == 10
    with pytest.raises(InputError, match="at most 10 contexts, and 11 were given"):
        typed_contexts(["A dog"] * 11)
