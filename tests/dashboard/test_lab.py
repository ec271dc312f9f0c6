"""The Shapley lab without a browser: each game, each section, each failure."""

import json
import shlex
import subprocess
import sys
from functools import partial

import pytest
from typer.testing import CliRunner

from core.cli import app as command_line
from core.lab.axioms import rule_values
from core.lab.games import LAB_GAMES, lab_game
from core.lab.questions import cards
from dashboard.lab.settings import TYPED_EXAMPLE
from dashboard.lab.state import key
from dashboard.sample_posts import samples
from dashboard.state import Result
from dashboard.state import key as explore_key

CONTEXTS = ("A tower over a park.", "A plate of pasta.", "Tourists in Paris.")  # of make_record


def lab_page():
    from dashboard.views import lab

    lab.render()


@pytest.fixture
def lab(tiny_checkpoint, tmp_path, monkeypatch, open_page):
    """Open the lab as a new visitor, at an address."""
    monkeypatch.setenv("SHAPCA_CHECKPOINT", str(tiny_checkpoint))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return partial(open_page, lab_page)


def shown(app):
    return " ".join(element.proto.body for element in app.get("html"))


def state(app):
    return app.session_state[key("state")]


def open_on_explore(app, record):
    explore = app.session_state[explore_key("state")]
    explore.result = Result(record, None, None, "", ())


def press(app, *parts):
    app.button(key(*parts)).click().run()
    assert not app.exception


def finish(app):
    """Wait until the sampling is over, and look again."""
    state(app).job.wait(60)
    app.run()
    assert not app.exception


def report(app):
    """The numbers as they are taken away, made by the command that the page shows."""
    words = shlex.split(app.code[0].value)
    assert words[:3] == ["python", "-m", "core"]
    return words[3:]


def test_the_lab_opens_with_all_seven_steps(lab):
    app = lab()

    assert not app.error
    for title in ("Choose a game", "Walk", "Count", "Axioms", "Converge", "Interact", "Ask"):
        assert title in shown(app)
    assert "Σφ = v(N), residual" in shown(app)
    assert len(app.get("plotly_chart")) == 4


def test_the_page_imports_no_model_before_it_is_opened():
    code = "import dashboard.views.lab, sys; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", LAB_GAMES)
def test_each_game_shows_its_story_and_its_exact_values(lab, name):
    app = lab(l_game=name, l_n="4", l_seed="3")
    game = lab_game(name, 4, 3)
    table = next(element.value for element in app.dataframe if "φ" in element.value.columns)

    assert not app.error
    assert list(table["player"]) == list(game.players)
    assert list(table["φ"]) == pytest.approx(list(rule_values(game, "shapley")))


@pytest.mark.parametrize("players", ["1", "8"])
def test_the_smallest_and_the_largest_game_can_be_shown(lab, players):
    app = lab(l_game="soft_match", l_n=players)

    assert not app.error
    assert len(state(app).walked.players) == int(players)


def test_a_typed_game_is_played_from_its_address(lab):
    app = lab(l_game="typed", l_v="0,3,4,12")
    table = next(element.value for element in app.dataframe if "φ" in element.value.columns)

    assert list(table["φ"]) == pytest.approx([5.5, 6.5])
    assert app.slider(key("set", "players")).value == 2


def test_a_typed_game_grows_by_a_player_who_adds_nothing(lab):
    app = lab(l_game="typed")
    app.slider(key("set", "players")).set_value(4).run()

    assert state(app).settings.values == (*TYPED_EXAMPLE, *TYPED_EXAMPLE)
    assert app.query_params["l_v"].count(",") == 15


def test_a_game_that_earns_without_players_is_refused_in_one_sentence(lab):
    app = lab(l_game="typed", l_v="1,3,4,12")

    assert len(app.error) == 1
    assert "empty coalition" in app.error[0].value
    assert app.selectbox(key("set", "game")).value == "typed"


def test_typing_starts_from_the_game_that_was_played(lab):
    app = lab(l_game="gloves", l_n="2")
    app.selectbox(key("set", "game")).set_value("typed").run()

    assert state(app).settings.values == (0, 0, 0, 1)
    assert not app.error


def test_the_contexts_of_a_sample_play_without_a_post_open(lab):
    app = lab(l_game="contexts", e_post="colosseum")

    assert not app.error
    assert len(state(app).walked.players) == 3
    assert state(app).walked.unit == "similarity"


def test_the_contexts_of_the_open_post_play(lab, make_record):
    app = lab()
    open_on_explore(app, make_record())
    app.selectbox(key("set", "game")).set_value("contexts").run()

    assert not app.exception
    assert app.selectbox(key("set", "post")).value == ""
    assert state(app).walked.players == CONTEXTS
    assert "in your session only" in shown(app)


def test_a_post_without_a_photo_has_no_side_to_play_on(lab, make_record):
    app = lab(l_game="airport")
    open_on_explore(app, make_record(image=False))
    app.selectbox(key("set", "game")).set_value("contexts").run()
    app.segmented_control(key("set", "side")).set_value("image").run()

    assert not app.exception
    assert "no image side" in app.error[0].value


def test_an_unknown_post_gives_way_to_one_of_the_list(lab):
    app = lab(l_game="contexts", e_post="no-such-post")

    assert not app.error
    assert state(app).settings.post == samples()[0].id
    assert len(state(app).walked.players) == len(samples()[0].contexts)


def test_a_missing_checkpoint_stops_only_the_game_that_needs_it(lab, monkeypatch):
    monkeypatch.setenv("SHAPCA_CHECKPOINT", "no-such-checkpoint")
    app = lab(l_game="contexts", e_post="colosseum")
    assert "checkpoint" in app.error[0].value

    app.selectbox(key("set", "game")).set_value("airport").run()
    assert not app.error


def test_a_fault_of_ours_is_admitted_without_a_traceback(lab, monkeypatch, caplog):
    def broken(asked):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.lab.numbers.report", broken)
    app = lab()

    assert "inside Shap" in app.error[0].value
    assert "secret detail" not in app.error[0].value
    assert "secret detail" in caplog.text


def test_what_an_address_says_wrong_is_named_and_the_rest_followed(lab):
    app = lab(l_n="99", l_game="gloves")

    assert "l\\_n=99" in app.info[0].value
    assert state(app).settings.game == "gloves"
    assert state(app).settings.players == 5


def test_a_change_is_in_the_address_at_once(lab):
    app = lab()
    app.slider(key("set", "players")).set_value(3).run()
    app.selectbox(key("set", "game")).set_value("majority").run()

    assert app.query_params["l_n"] == "3"
    assert app.query_params["l_game"] == "majority"
    assert len(state(app).walked.players) == 3


def test_a_walk_credits_each_arrival_and_ends_at_the_value_of_everybody(lab):
    app = lab(l_game="additive", l_n="3")
    assert "nobody is here yet" in shown(app)
    for _ in range(3):
        press(app, "walk", "next")
    assert "comes third" in shown(app)
    assert app.button(key("walk", "next")).disabled
    assert "mean of 1" in shown(app)

    press(app, "walk", "back")
    assert "comes second" in shown(app)
    press(app, "walk", "order")
    assert "Order 2: nobody" in shown(app)


def test_fifty_orders_at_once_move_the_mean(lab):
    app = lab(l_game="gloves", l_n="3")
    press(app, "walk", "many")

    assert "mean of 50" in shown(app)


def test_counts_mark_this_game_and_times_are_measured_when_asked(lab):
    app = lab(l_n="5")
    assert 'aria-current=true><th scope="row">5' in shown(app)
    assert "measured here" not in shown(app)
    press(app, "count", "measure")

    assert "n = 5, measured here" in shown(app)


def test_shapley_keeps_all_axioms_and_the_slider_breaks_one(lab):
    app = lab(l_game="soft_match", l_rule="banzhaf")
    assert "All four hold." in shown(app)
    app.slider(key("set", "share")).set_value(0.5).run()

    assert "Efficiency is broken" in shown(app)
    assert "✗ broken" in shown(app)
    assert app.query_params["l_share"] == "0.5"


@pytest.mark.parametrize(
    ("rule", "broken"),
    [("equal", "Null player"), ("one_order", "Symmetry"), ("first_arrival", "Efficiency")],
)
def test_each_rule_breaks_the_axiom_it_is_there_for(lab, rule, broken):
    app = lab(l_game="soft_match", l_rule=rule, l_share="1")
    verdict = shown(app).split(" broken</b> by")[0]

    assert broken.lower() in verdict[-60:].lower()


def test_sampling_runs_to_its_budget_and_says_so(lab):
    app = lab(l_n="4", l_est="permutation,kernel", l_m="100", l_rep="2")
    press(app, "converge", "run")
    finish(app)

    assert state(app).job.condition == "done"
    assert "budget used up" in shown(app)
    assert "first repeat" in shown(app).lower()
    assert {point.estimator for point in state(app).job.parts} == {"permutation", "kernel"}


def test_one_run_and_the_sampling_end_with_the_same_numbers(lab):
    app = lab(l_n="4", l_est="antithetic", l_m="100", l_rep="1", l_seed="11")
    before = next(
        words for words in shown(app).split("<tr>") if "±" in words and "</th><td>" in words
    )
    press(app, "converge", "run")
    finish(app)
    last = state(app).job.parts[-1]

    assert f"{last.values[0]:+.3f}".replace("-", "−") in before


def test_a_stop_rule_ends_a_repeat_before_its_budget(lab):
    app = lab(l_n="4", l_est="permutation", l_m="20000", l_rep="1", l_rank="3")
    press(app, "converge", "run")
    finish(app)

    assert "ranking stable" in shown(app)
    assert state(app).job.parts[-1].evaluations < 20_000


def test_cancelled_sampling_keeps_what_it_found(lab):
    app = lab(l_n="8", l_m="20000", l_rep="50")
    press(app, "converge", "run")
    assert app.button(key("converge", "run")).disabled
    while not state(app).job.parts:
        pass
    press(app, "converge", "cancel")
    finish(app)

    assert "Cancelled after" in app.info[0].value
    assert "cancelled" in shown(app)
    assert not app.button(key("converge", "run")).disabled


def test_a_budget_too_small_for_one_sample_stops_only_the_sampling(lab):
    app = lab(l_n="8", l_est="rotated", l_m="50")

    assert len(app.error) == 1
    assert "budget" in app.error[0].value
    assert "All four hold." in shown(app)
    press(app, "converge", "run")
    finish(app)
    assert state(app).job.condition == "failed"


def test_without_an_estimator_there_is_nothing_to_run(lab):
    app = lab()
    app.button_group(key("set", "estimators")).set_value([]).run()

    assert not app.exception
    assert app.button(key("converge", "run")).disabled
    assert "Choose an estimator" in shown(app)


def test_a_lone_player_has_nobody_to_interact_with(lab):
    assert "nobody to interact with" in shown(lab(l_n="1"))


def test_equal_players_share_one_credit(lab):
    app = lab(l_game="typed", l_v="0,1,1,1")

    assert "Players 1 and 2 repeat each other most" in shown(app)


def test_an_answer_shows_only_after_a_prediction_and_counts(lab):
    app = lab()
    card = cards(7)[0]
    assert app.button(key("ask", "reveal")).disabled
    app.radio(key("ask", f"{card.id} 7")).set_value(card.answer).run()
    assert card.because[:20] not in shown(app)
    press(app, "ask", "reveal")

    assert "As predicted" in shown(app)
    assert "1 of 1 predicted right" in shown(app)
    assert app.radio(key("ask", f"{card.id} 7")).disabled

    press(app, "ask", "next")
    other = cards(7)[1]
    wrong = (other.answer + 1) % len(other.options)
    app.radio(key("ask", f"{other.id} 7")).set_value(wrong).run()
    press(app, "ask", "reveal")
    assert "Not as predicted" in shown(app)
    assert "1 of 2 predicted right" in shown(app)


def test_another_seed_asks_anew(lab):
    app = lab(l_seed="7")
    card = cards(7)[0]
    app.radio(key("ask", f"{card.id} 7")).set_value(card.answer).run()
    press(app, "ask", "reveal")
    app.number_input(key("set", "seed")).set_value(8).run()
    (radio,) = [radio for radio in app.radio if radio.label == "Your prediction"]
    assert (radio.value, radio.disabled) == (None, False)
    assert "0 of 0 predicted right" in shown(app)
    app.number_input(key("set", "seed")).set_value(7).run()
    assert "1 of 1 predicted right" in shown(app)


def test_the_command_shown_writes_the_numbers_of_the_page(lab, tmp_path):
    app = lab(l_game="soft_match", l_n="4", l_est="antithetic", l_m="200", l_seed="5")
    words = report(app)
    written = tmp_path / "lab.json"
    result = CliRunner().invoke(command_line, [*words, "--json", str(written)])
    assert result.exit_code == 0, result.output

    numbers = json.loads(written.read_text(encoding="utf-8"))
    table = next(element.value for element in app.dataframe if "φ" in element.value.columns)
    assert numbers["shapley_values"] == list(table["φ"])
    assert numbers["estimate"]["method"] == "antithetic"


def test_a_presenter_turns_one_step_per_screen_and_comes_back(lab):
    app = lab()
    press(app, "present", "present")
    assert app.query_params["l_step"] == "1"
    assert "2  Walk" not in shown(app)
    press(app, "present", "right")
    assert "2  Walk" in shown(app)
    assert "1  Choose a game" not in shown(app)

    for _ in range(5):
        press(app, "present", "right")
    assert app.button(key("present", "right")).disabled
    assert "7  Ask" in shown(app)
    press(app, "present", "leave")
    assert "Take away" in shown(app)
    assert "l_step" not in app.query_params


@pytest.mark.parametrize("screen", range(1, 8))
def test_each_screen_can_be_opened_by_its_address(lab, screen):
    app = lab(l_step=str(screen), l_game="majority")

    assert not app.error
    assert f"{screen} of 7" in shown(app)
