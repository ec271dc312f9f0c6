import pytest
from pydantic import ValidationError

from dashboard.runs.state import PAGE, Settings, visitor


def test_runs_stand_in_the_address_by_their_names():
    state = visitor({})
    state.follow({"r_run": "one,two", "r_smooth": "0.5", "other": "x"})

    assert state.settings.runs == ("one", "two")
    assert state.settings.smoothing == 0.5
    assert state.settings.address == {"r_run": "one,two", "r_smooth": "0.5"}


def test_what_cannot_be_used_is_named_and_the_rest_is_followed():
    state = visitor({})
    state.follow({"r_run": "one", "r_smooth": "2"})

    assert state.settings == Settings(r_run=("one",))
    assert "r_smooth=2" in state.refused[0]


def test_more_runs_than_colours_are_refused():
    with pytest.raises(ValidationError):
        visitor({}).take(runs=tuple("abcdef"))


def test_a_widget_is_given_its_setting_and_gives_it_back():
    widgets = {}
    state = visitor(widgets)
    arguments = state.holds("log")

    assert arguments["key"] == f"{PAGE}.set.log"
    assert widgets[arguments["key"]] is False


def test_two_visitors_have_two_pages():
    one, other = {}, {}
    visitor(one).take(runs=("a",))

    assert visitor(other).settings.runs == ()
    assert visitor(one) is one[f"{PAGE}.state"]
