import pytest
from pydantic import ValidationError

from core.lab.games import lab_game
from dashboard.jobs import Job
from dashboard.lab.settings import Settings
from dashboard.lab.state import Lab, key, visitor


def test_settings_out_of_range_are_refused_and_nothing_changes():
    lab = Lab("lab", {}, Settings())
    with pytest.raises(ValidationError):
        lab.take(players=99)

    assert lab.settings == Settings()


def test_an_address_is_followed_when_it_changes_and_not_when_it_is_our_own():
    lab = Lab("lab", {}, Settings())
    lab.follow({"l_n": "3", "other": "x"})
    assert lab.settings.players == 3

    address = lab.take(players=6)
    assert address == {"l_n": "6"}
    lab.follow(address)
    assert lab.settings.players == 6
    lab.follow({"l_n": "3"})  # Back
    assert lab.settings.players == 3


def test_a_walk_stays_within_its_order():
    lab = Lab("lab", {}, Settings())
    lab.begin(lab_game("gloves", 3))
    lab.arrive(-1)
    assert lab.arrived == 0
    for _ in range(5):
        lab.arrive(1)
    assert lab.arrived == 3

    lab.next_order()
    assert (lab.order, lab.arrived) == (1, 0)


def test_another_game_starts_the_walk_anew_and_stops_the_sampling():
    lab = Lab("lab", {}, Settings(), job=Job())
    lab.job_game = lab_game("gloves", 3)
    lab.begin(lab.job_game)
    lab.next_order(50)
    running = lab.job
    lab.begin(lab.job_game)
    assert (lab.order, lab.job) == (50, running)

    lab.begin(lab_game("gloves", 4))
    assert (lab.order, lab.job) == (0, None)
    assert running.is_unwanted()


def test_a_widget_is_given_its_setting_before_it_is_drawn():
    widgets = {}
    lab = Lab("lab", widgets, Settings())
    lab.take(players=7)

    assert widgets[lab.widget("players")] == 7


def test_two_visitors_have_two_labs():
    one, other = {}, {}
    visitor(one).take(players=2)

    assert visitor(other).settings.players == 5
    assert visitor(one) is one[key("state")]
