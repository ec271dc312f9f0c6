import pytest
from pydantic import Field, ValidationError

from dashboard.address import Address
from dashboard.page_state import PageState


class Settings(Address):
    size: int = Field(3, ge=1, alias="t_size")
    name: str = Field("", alias="t_name")
    kinds: tuple[str, ...] = Field((), alias="t_kinds")


@pytest.fixture
def state():
    return PageState("test", {}, Settings())


def test_an_address_is_followed_when_it_changes_and_not_when_it_is_our_own(state):
    state.follow({"t_size": "5", "other": "x"})
    assert state.settings.size == 5
    address = state.take(size=7)
    assert address == {"t_size": "7"}

    state.follow(address)
    assert state.settings.size == 7
    state.follow({"t_size": "5"})  # Back
    assert state.settings.size == 5


def test_what_cannot_be_used_is_named_once(state):
    state.follow({"t_size": "0", "t_name": "n"})

    assert (state.settings.size, state.settings.name) == (3, "n")
    assert len(state.refused) == 1
    state.take(size=4)
    assert state.refused == ()


def test_settings_out_of_range_are_refused_and_nothing_changes(state):
    with pytest.raises(ValidationError):
        state.take(size=0)

    assert state.settings == Settings()


def test_a_widget_is_given_its_setting_before_it_is_drawn(state):
    state.take(size=9)
    arguments = state.holds("size")

    assert arguments["key"] == state.key("set", "size") == "test.set.size"
    assert state.widgets["test.set.size"] == 9


def test_several_values_are_given_to_a_widget_as_the_browser_answers_them(state):
    state.take(kinds=["a", "b"])
    assert state.widgets[state.widget("kinds")] == ["a", "b"]
    assert state.settings.kinds == ("a", "b")


def test_a_widget_that_shows_its_value_already_is_left_alone():
    class Watched(dict):
        """Counts how often a value is given."""

        given = 0

        def __setitem__(self, name, value):
            self.given += 1
            super().__setitem__(name, value)

    watched = Watched()
    state = PageState("test", watched, Settings(t_kinds=("a", "b")))
    for _ in range(3):
        state.holds("kinds")
        state.shows("name", "what is drawn")
    assert watched.given == 2
    state.take(kinds=["b"])
    assert state.widgets[state.holds("kinds")["key"]] == ["b"]
    assert state.settings.name == ""
    assert watched.given == 3
