import pytest

from core.errors import InputError
from core.records import Pair
from dashboard.names import found_again

PAIR = Pair(head=(2, 3), tail=(4, 6))
TEXT = "Rome or Rome or Gare Lyon"


def test_names_are_found_again_at_the_same_occurrence():
    found = found_again(PAIR, TEXT, "so Rome , then ROME , then gare lyon")

    assert found == Pair(head=(4, 5), tail=(7, 9))


def test_a_name_that_occurs_less_often_is_its_last_one():
    assert found_again(PAIR, TEXT, "Rome to Gare Lyon") == Pair(head=(0, 1), tail=(2, 4))


def test_a_name_that_is_gone_is_named():
    with pytest.raises(InputError, match="no longer has “Gare Lyon”"):
        found_again(PAIR, TEXT, "Rome and Gare du Lyon")
