"""Who reviews."""

from types import SimpleNamespace

from dashboard.errors.reviewing import take_name
from dashboard.errors.state import key


def test_a_name_is_one_however_its_signs_are_composed():
    names = []
    for typed in ("Zo\u00eb", " Zoe\u0308 "):
        state = SimpleNamespace(widgets={key("review", "name"): typed}, reviewer="")
        take_name(state)
        names.append(state.reviewer)
    assert names == ["Zo\u00eb"] * 2
