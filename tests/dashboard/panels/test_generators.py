import pytest

from core.records import Context
from dashboard.generating import Column
from dashboard.generators import Answer, Offered
from dashboard.panels.generators import escaped, offer_html, taken, words


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer((), 2.34, None, is_known=False), "2.3 s"),
        (Answer((), 2.34, 0.00145, is_known=False), "2.3 s · $0.00145"),
        (Answer((), 0.0, None, is_known=True), "from the store"),
    ],
)
def test_an_answer_says_what_it_took(answer, said):
    assert taken(answer) == said


def test_what_is_borrowed_says_so():
    borrowed = (Context(text="a dog", generator="typed"),)
    assert words(Column(1, "another post", borrowed=borrowed)) == "borrowed"


def test_a_generator_says_where_it_runs_and_nothing_of_its_file_is_markup():
    here = offer_html(Offered("mine", "A <b>model</b>."))
    assert "on this machine" in here
    assert "&lt;b&gt;" in here
    there = offer_html(Offered("far", host="photos.example", leaves=True))
    assert "asks photos.example, outside of this machine" in there
    assert "broken" in offer_html(Offered("odd", trouble="broken"))


def test_a_sentence_is_shown_as_it_stands():
    assert escaped("*a* [b] <c> $d$") == "\\*a\\* \\[b\\] \\<c\\> \\$d\\$"
    assert escaped("ein Hund, schön") == "ein Hund, schön"
