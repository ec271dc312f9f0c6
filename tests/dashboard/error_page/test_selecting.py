"""Each section of the error page, and the posts selected in it."""

import pytest

from dashboard.errors.state import key
from tests.dashboard.error_page.reading import press, shown, state


@pytest.mark.parametrize(
    "view", ["overview", "map", "contexts", "slices", "confusion", "calibration"]
)
def test_a_slice_of_the_address_is_selected_everywhere(visit, run, view):
    app = visit(x_view=view, x_slice="verdict=misaligned")

    assert not app.error
    assert "<b>14</b> of 40 posts: <q>verdict: misaligned</q>" in shown(app)


def test_a_frequent_confusion_selects_the_posts_behind_it(visit, run):
    app = visit(x_view="confusion")
    press(app, "confusion", "entity", "LOC", "ORG")

    assert "<b>10</b> of 40 posts" in shown(app)
    table = app.dataframe[-1].value
    assert list(table["post"])[:2] == ["post-1", "post-5"]


def test_the_address_brings_back_a_lasso(visit, run):
    app = visit(x_view="map", x_slice="@lasso:0,0,2,0,2,2,0,2")

    # Both margins are +1: uneven, and no multiple of three.
    assert "<b>13</b> of 40 posts" in shown(app)


def test_a_quadrant_follows_its_thresholds(visit, run):
    app = visit(x_view="map")
    press(app, "map", "quadrant", "fits both")
    assert "<b>13</b> of 40 posts: <q>quadrant fits both</q>" in shown(app)
    app.slider(key("set", "tau_text")).set_value(-1.0).run()

    assert app.query_params["x_tau_text"] == "-1"
    assert "<b>20</b> of 40 posts" in shown(app)


def test_the_worst_slices_are_found_when_asked_and_can_be_selected(visit, runs, write_annotated):
    write_annotated(runs / "more.parquet", posts=120)
    app = visit(x_view="slices")
    assert "slices of at least" not in shown(app).replace("slices of at least 30 posts; those", "")
    press(app, "slices", "find")
    assert "p is adjusted" in shown(app)
    press(app, "slices", "worst", 0)

    assert state(app).settings.slice


def test_a_list_of_disagreements_keeps_its_order(visit, run):
    app = visit(x_view="disagreements")
    press(app, "list", "better-without")
    assert "<b>10</b> of 40 posts: <q>better without contexts</q>" in shown(app)
    press(app, "selection", "show")

    assert state(app).settings.view == "records"
    assert len(app.dataframe[0].value) == 10


def test_a_selection_can_be_named_saved_and_found_again(visit, run):
    app = visit(x_slice="verdict=misaligned")
    app.text_input(key("set", "name")).set_value("do not fit").run()
    assert "<q>do not fit</q>" in shown(app)
    press(app, "selection", "save")
    press(app, "selection", "clear")
    assert "All <b>40</b> posts" in shown(app)
    press(app, "selection", "kept", "do not fit")

    assert "<b>14</b> of 40 posts: <q>do not fit</q>" in shown(app)


@pytest.mark.parametrize(
    "link",
    ["words:9", "@cell:entity", "@lasso:1,2,x", "@quadrant:nowhere", "@list:none", "@score:a:b:c"],
)
def test_a_broken_link_is_named_and_all_posts_are_shown(visit, run, link):
    app = visit(x_slice=link)

    assert len(app.error) == 1
    assert "All <b>40</b> posts" in shown(app)


def test_what_an_address_says_wrong_is_named_and_the_rest_followed(visit, run):
    app = visit(x_view="nowhere", x_tau_text="0.5")

    assert "x\\_view=nowhere" in app.info[0].value
    assert state(app).settings.tau_text == 0.5
