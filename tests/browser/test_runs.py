"""The runs page as a visitor meets it."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.looking import SCREENS, no_sideways_scroll

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def runs(server, write_run):
    """Two trainings that have ended."""
    write_run(server.runs / "first")
    write_run(server.runs / "second", seed=14, end="early stop", resumed_at=120)
    return server.runs


def opened(page):
    """The page, once all of it stands."""
    page.get_by_role("heading", name="Behind the run").wait_for()
    return page


def chart(page, name):
    return page.locator(f'[class*="runs-chart-{name}"]:not([data-retained]) .js-plotly-plot')


def row(page, name):
    return page.locator(".sc-runs tr", has_text=name)


def test_a_run_shows_its_curves_and_what_the_method_promises(visit):
    page = opened(visit("/runs?r_run=first"))

    for name in ("score", "loss-task", "learning_rate", "values-text", "rates-image", "gates-text"):
        expect(chart(page, name)).to_be_visible()
    expect(page.get_by_text("python -m core train configs/first.toml")).to_be_visible()


def test_a_training_grows_on_the_page_while_it_runs_and_ends_there(visit, runs, write_run):
    path = write_run(runs / "alive", started=time.time() - 300, end=None)
    page = opened(visit("/runs?r_run=alive"))
    expect(row(page, "alive")).to_contain_text("running")
    event = {"step": 320, "time": time.time(), "event": "step", "epoch": 4}
    with path.open("a") as file:
        file.write(json.dumps({**event, "losses": {"task": 1.0}}) + "\n")
    expect(row(page, "alive")).to_contain_text("step 320")
    with path.open("a") as file:
        file.write(json.dumps({**event, "event": "end", "reason": "early stop"}) + "\n")

    expect(row(page, "alive")).to_contain_text("finished")
    expect(row(page, "alive")).to_contain_text("early stop")


def test_a_second_run_is_drawn_beside_the_first_and_back_takes_it_away(visit):
    page = opened(visit("/runs?r_run=first"))
    page.get_by_role("combobox", name="Draw up to 5").click()
    page.get_by_role("option", name="second").click()
    expect(page).to_have_url(re.compile("r_run=first%2Csecond"))
    page.keyboard.press("Escape")
    expect(page.locator(".sc-legend").first).to_contain_text("second")
    page.go_back()

    expect(page.locator(".sc-legend").first).not_to_contain_text("second")


def test_a_logarithmic_scale_stands_in_the_address(visit):
    page = opened(visit("/runs?r_run=first"))
    page.get_by_text("Losses on a logarithmic scale").click()

    expect(page).to_have_url(re.compile("r_log=True"))
    expect(chart(page, "loss-task")).to_be_visible()


def test_settings_that_differ_from_another_run_are_listed(visit):
    page = opened(visit("/runs?r_run=first&r_against=second"))

    expect(page.locator(".sc-differences tr", has_text="seed")).to_contain_text("14")


def test_files_are_shown_with_their_hashes_when_asked_for(visit):
    page = opened(visit("/runs?r_run=first"))
    page.get_by_text("Files with their SHA-256").click()

    expect(page.get_by_text("Folder of the run")).to_be_visible()


def test_the_page_is_one_click_away_and_keeps_its_runs(visit):
    page = opened(visit("/runs?r_run=second"))
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="Compare", exact=False).first.wait_for()
    page.get_by_role("link", name="Runs").click()
    opened(page)

    expect(page).to_have_url(re.compile("r_run=second"))


@SCREENS
def test_nothing_scrolls_sideways_on_any_screen(visit, scheme, width):
    page = opened(visit("/runs?r_run=first,second", width=width, scheme=scheme))
    expect(chart(page, "score")).to_be_visible()

    assert no_sideways_scroll(page)


def test_charts_carry_words_for_those_who_do_not_see_them(visit):
    page = opened(visit("/runs?r_run=first"))
    expect(chart(page, "score")).to_be_visible()

    labels = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert any("first best 0.7000 in epoch 2" in (label or "") for label in labels)
