import pytest

from core.datasets.marked_pairs import checked_pair, marked_pair, numbered_words
from core.datasets.tokens import tokenize
from core.errors import InputError
from core.records import Pair

TOKENS = tokenize("Anna sees the Eiffel Tower !")


def test_two_ranges_are_a_pair():
    assert marked_pair(TOKENS, "3:5", " 0 : 1 ") == Pair(head=(3, 5), tail=(0, 1))


@pytest.mark.parametrize(
    ("head", "tail", "said"),
    [
        (None, "0:1", "the head is not marked"),
        ("0:1", None, "the tail is not marked"),
        ("three", "0:1", "the head 'three' is no range of words"),
        ("-1:2", "0:1", "the head '-1:2' is no range of words"),
        ("3-5", "0:1", "the head '3-5' is no range of words"),
        ("0:1", "٣:٥", "is no range of words"),
        ("0:1", "4:4", "the tail 4:4 marks no words of a sentence of 6"),
        ("0:1", "5:4", "the tail 5:4 marks no words of a sentence of 6"),
        ("5:7", "0:1", "the head 5:7 marks no words of a sentence of 6"),
        ("3:5", "3:5", "head and tail are the same words"),
    ],
)
def test_what_marks_no_pair_is_refused_and_the_words_are_numbered(head, tail, said):
    with pytest.raises(InputError) as refused:
        marked_pair(TOKENS, head, tail)

    assert said in str(refused.value)
    assert "0 Anna, 1 sees, 2 the, 3 Eiffel, 4 Tower, 5 !" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_names_may_share_words_as_they_do_in_the_data():
    assert checked_pair((0, 3), (1, 2), 3) == Pair(head=(0, 3), tail=(1, 2))


def test_only_the_first_words_of_a_long_sentence_are_numbered():
    said = numbered_words(tokenize("word " * 200))

    assert said.endswith("79 word, …")
    assert "80 word" not in said
