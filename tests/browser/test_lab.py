"""The Shapley lab as a visitor meets it."""

import contextlib
import json
import re

import pytest
from playwright.sync_api import Error, expect

from core.lab.axioms import rule_values
from core.lab.games import lab_game
from core.lab.questions import cards
from tests.browser.looking import SCREENS, brightness, idle, no_sideways_scroll, press_until

pytestmark = pytest.mark.browser

CHART = '[class*="lab-chart-{}"]:not([data-retained])'


def opened(page):
    """The page, once all of it stands."""
    page.get_by_role("heading", name="Take away").wait_for()
    idle(page)
    return page


def chart(page, name):
    return page.locator(CHART.format(name))


def values(page, name="choose"):
    """The numbers written beside the bars of a chart."""
    chart(page, name).locator(".annotation").first.wait_for()
    words = " ".join(chart(page, name).locator(".annotation").all_text_contents())
    return re.findall(r"[+−]\d+\.\d+", words)


def type_over_first_cell(page, value, address):
    """Type over v(A) until the address says so: a table drawn anew meanwhile forgets its editor."""
    table, editor = (
        page.locator(".st-key-card-lab-choose canvas").first,
        page.locator("#portal input"),
    )
    for _ in range(12):
        idle(page)
        with contextlib.suppress(Error):
            place = table.bounding_box(timeout=5_000)
            page.mouse.dblclick(place["x"] + 0.75 * place["width"], place["y"] + 35 * 1.5)
            editor.fill(value, timeout=2_000)
            editor.press("Enter", timeout=2_000)
            page.wait_for_url(address, timeout=5_000)
            return
    pytest.fail("what is typed into the table is not heard")


def written(value):
    return f"{value:+.{2 if abs(value) >= 1 else 3}f}".replace("-", "−")


def test_an_address_brings_back_the_same_numbers(visit):
    page = opened(visit("/lab?l_game=airport&l_n=4&l_seed=3"))

    exact = rule_values(lab_game("airport", 4, 3), "shapley")
    assert values(page) == [written(value) for value in exact]


def test_a_changed_game_is_in_the_address_and_back_returns(visit):
    page = opened(visit("/lab?l_game=gloves&l_n=3"))
    before = values(page)
    page.get_by_role("slider", name="Players n").press("ArrowRight")
    expect(page).to_have_url(re.compile("l_n=4"))
    expect(chart(page, "choose")).to_contain_text("right glove 2")
    page.go_back()

    expect(chart(page, "choose")).not_to_contain_text("right glove 2")
    assert values(page) == before


def test_the_lab_is_one_click_from_explore_and_nothing_is_lost_on_the_way_back(visit):
    page = visit("/?e_post=colosseum")
    page.locator(".sc-verdict").wait_for()
    words = page.get_by_label("Context 1", exact=True)
    words.fill("a bowl of soup")
    words.blur()
    expect(page.get_by_text("Changed since the result shown")).to_be_visible()
    page.get_by_role("link", name="Shapley lab").click()
    opened(page)
    page.get_by_role("link", name="Explore").click()

    expect(page.locator(".sc-verdict")).to_be_visible()
    expect(page.get_by_label("Context 1", exact=True)).to_have_value("a bowl of soup")
    expect(page).to_have_url(re.compile("e_post=colosseum"))


def test_the_contexts_of_the_open_post_play_and_the_address_names_it(visit):
    page = visit("/?e_post=colosseum")
    page.locator(".sc-verdict").wait_for()
    page.get_by_role("link", name="Shapley lab").click()
    opened(page)
    page.get_by_role("combobox", name="Game").click()
    page.get_by_role("option", name="This post's contexts").click()

    expect(chart(page, "choose")).to_contain_text("The Colosseum in Rome")
    expect(page).to_have_url(re.compile("e_post=colosseum"))


def test_a_walk_by_keys_moves_the_bars(visit):
    page = opened(visit("/lab?l_game=additive&l_n=3"))
    press_until(page, "n", "comes first")
    for place in ("second", "third"):
        page.keyboard.press("n")
        expect(page.get_by_text(f"comes {place}")).to_be_visible()

    expect(page.get_by_role("button", name="Next player")).to_be_disabled()
    assert len(values(page, "walk")) == 3


def test_sampling_shows_its_band_while_it_runs_and_says_how_it_ended(visit):
    page = opened(visit("/lab?l_n=4&l_est=permutation,antithetic&l_m=200&l_rep=3"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(chart(page, "estimate")).to_be_visible()
    expect(chart(page, "estimate")).to_contain_text("exact")
    expect(page.get_by_text("budget used up").first).to_be_visible()

    expect(chart(page, "estimate").locator(".fills path").nth(1)).to_be_attached()
    expect(chart(page, "error")).to_be_visible()
    expect(chart(page, "rank")).to_be_visible()


def test_cancel_stops_the_sampling_and_keeps_what_was_found(visit):
    page = opened(visit("/lab?l_n=8&l_m=20000&l_rep=50"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("estimates so far")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()

    expect(page.get_by_text("Cancelled after")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(chart(page, "estimate")).to_be_visible()


def test_the_slider_breaks_an_axiom_and_the_page_says_which(visit):
    page = opened(visit("/lab?l_game=soft_match&l_rule=banzhaf"))
    expect(page.get_by_text("All four hold.")).to_be_visible()
    page.get_by_role("slider", name="Mixed in").press("ArrowRight")

    expect(page.get_by_text("Efficiency is broken")).to_be_visible()
    expect(page.get_by_text("✗ broken")).to_have_count(1)
    expect(page).to_have_url(re.compile("l_share=0.05"))


def test_a_card_reveals_its_answer_after_a_prediction(visit):
    page = opened(visit("/lab"))
    card = cards(7)[0]
    expect(page.get_by_role("button", name="Reveal")).to_be_disabled()
    page.get_by_role("radio", name=card.options[card.answer]).check(force=True)
    page.get_by_role("button", name="Reveal").click()

    expect(page.get_by_text("As predicted.")).to_be_visible()
    expect(page.get_by_text("1 of 1 predicted right")).to_be_visible()


def test_typed_values_change_the_shares(visit):
    page = opened(visit("/lab?l_game=typed&l_v=0,1,1,4"))
    assert values(page) == ["+2.00", "+2.00"]
    type_over_first_cell(page, "3", re.compile("l_v=0%2C3%2C1%2C4"))

    expect(page).to_have_url(re.compile("l_v=0%2C3%2C1%2C4"))
    expect(chart(page, "choose")).to_contain_text("+3.00")


def test_arrow_keys_turn_the_screens_of_a_presenter(visit):
    page = opened(visit("/lab"))
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_text("1 of 7")).to_be_visible()
    press_until(page, "ArrowRight", "2 of 7")
    expect(page.get_by_role("heading", name="Walk")).to_be_visible()
    expect(page.get_by_role("heading", name="Choose a game")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Choose a game")).to_be_visible()
    size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size > 16

    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Take away")).to_be_visible()


def test_worksheet_and_numbers_can_be_taken_away(visit):
    page = opened(visit("/lab?l_game=gloves&l_n=3"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Worksheet").click()
    sheet = download.value.path().read_text(encoding="utf-8")
    assert sheet.startswith("# Gloves")

    with page.expect_download() as download:
        page.get_by_role("button", name="Numbers (JSON)").click()
    numbers = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [written(value) for value in numbers["shapley_values"]] == values(page)


def test_a_wrong_address_is_named_and_the_page_stands(visit):
    page = opened(visit("/lab?l_n=99&l_game=<b>x</b>"))

    expect(page.get_by_text("l_n=99, which cannot be used")).to_be_visible()
    expect(page.get_by_text("l_game=<b>x</b>, which")).to_be_visible()


@SCREENS
def test_nothing_scrolls_sideways_on_any_screen(visit, scheme, width):
    page = opened(visit("/lab?l_game=soft_match&l_n=8", width=width, scheme=scheme))
    values(page)

    assert no_sideways_scroll(page)
    assert (brightness(page) < 128) == (scheme == "dark")


def test_charts_carry_words_for_those_who_do_not_see_them(visit):
    page = opened(visit("/lab?l_game=gloves&l_n=3"))
    values(page)

    labels = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert any("φ of each player: left glove 1" in (label or "") for label in labels)
