import pytest

from dashboard.asked import Asked


def test_what_is_usual_is_left_out_of_the_address():
    assert Asked().address == {}
    asked = Asked().changed(model="tiny", head="3-5", tail="8-9")
    assert asked.address == {"e_model": "tiny", "e_head": "3-5", "e_tail": "8-9"}
    assert Asked.read(asked.address) == (asked, ())


@pytest.mark.parametrize("words", ["3", "3:5", "-1-2", "3-5-7", "1234-1235", "a-b", "3-5 "])
def test_words_written_otherwise_are_refused_in_one_sentence(words):
    asked, (why,) = Asked.read({"e_head": words, "e_tail": "8-9"})

    assert (asked.head, asked.tail) == ("", "8-9")
    assert f"e_head={words}" in why
