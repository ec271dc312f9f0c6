import pytest

from core.lab.axioms import RULES
from core.lab.converge import ESTIMATORS
from core.lab.games import LAB_GAMES
from dashboard.lab.settings import (
    CONTEXTS,
    TYPED,
    Choice,
    Estimator,
    Rule,
    Settings,
)


def test_the_page_knows_every_game_estimator_and_rule_of_the_lab():
    assert set(Choice.__args__) == {*LAB_GAMES, CONTEXTS, TYPED}
    assert set(Estimator.__args__) == set(ESTIMATORS)
    assert set(Rule.__args__) == set(RULES) - {"shapley"}


def test_the_address_of_the_usual_settings_is_empty():
    assert Settings().address == {}
    assert Settings.read({}) == (Settings(), ())


def test_settings_come_back_from_their_address():
    settings = Settings().changed(
        game="airport",
        players=8,
        seed=42,
        estimators=("kernel", "rotated"),
        budget=1000,
        repeats=3,
        error=0.015,
        checks=5,
        seconds=2.5,
        rule="equal",
        share=0.35,
        side="image",
        post="eiffel-tower",
        values=(0, 1.5, 2, -4.25),
        screen=3,
    )

    assert Settings.read(settings.address) == (settings, ())
    assert settings.address["l_est"] == "kernel,rotated"
    assert settings.address["l_v"] == "0,1.5,2,-4.25"


def test_typed_values_keep_every_digit_in_the_address():
    third = 1 / 3
    settings = Settings().changed(values=(0, third))

    assert Settings.read(settings.address)[0].values == (0, third)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("l_game", "chess"),
        ("l_n", "0"),
        ("l_n", "9"),
        ("l_n", "many"),
        ("l_seed", "-1"),
        ("l_m", "1e9"),
        ("l_m", "3"),
        ("l_est", "kernel,foo"),
        ("l_est", "foo,bar"),
        ("l_rep", "51"),
        ("l_share", "1.5"),
        ("l_share", "nan"),
        ("l_rule", "shapley"),
        ("l_side", "both"),
        ("l_v", "0,1,2"),
        ("l_v", "0,x"),
        ("l_v", "0,inf"),
        ("l_v", ","),
        ("l_se", "-1"),
        ("l_step", "8"),
        ("e_post", "x" * 201),
    ],
)
def test_what_cannot_be_used_is_said_and_the_usual_value_takes_its_place(name, value):
    settings, refused = Settings.read(
        {name: value, "l_seed": "3"} if name != "l_seed" else {name: value}
    )

    assert len(refused) == 1
    assert f"{name}=" in refused[0]
    assert settings == (Settings() if name == "l_seed" else Settings().changed(seed=3))


def test_names_of_other_pages_are_passed_over():
    assert Settings.read({"x_run": "1", "l_n": "4"}) == (Settings().changed(players=4), ())
    assert "x_run" not in Settings.names().values()
