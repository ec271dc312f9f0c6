"""The error page as a visitor meets it."""

import contextlib
import hashlib
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.browser.looking import SCREENS, brightness, idle, no_sideways_scroll, press_until

pytestmark = pytest.mark.browser

REVIEWS = Path(__file__).parents[2] / "runs" / "reviews"


@pytest.fixture(scope="module")
def run(tmp_path_factory, write_annotated):
    """A run of forty posts; what is said of them is taken away again."""
    path = write_annotated(tmp_path_factory.mktemp("runs") / "forty.parquet")
    yield path
    shutil.rmtree(REVIEWS / hashlib.sha256(path.read_bytes()).hexdigest(), ignore_errors=True)
    with contextlib.suppress(OSError):  # others may have reviews of their own
        REVIEWS.rmdir()


def opened(page, run):
    """The page with a file of one's own, once it is read."""
    page.get_by_role("button", name="Own file").click()
    page.locator('input[type="file"]').set_input_files(run)
    expect(page.get_by_role("combobox", name="Run")).to_have_value(f"{run.name} (your file)")
    idle(page)
    page.keyboard.press("Escape")
    idle(page)
    return page


def section(page, name):
    page.get_by_role("radio", name=name).click()
    idle(page)


def chart(page, name):
    """A chart, not the one it is about to take the place of."""
    return page.locator(f'[class*="{name}"]:not([data-retained]) .js-plotly-plot')


def selection(page):
    return page.locator(".sc-selection")


def place_of(area):
    """Scroll to a chart and return its box, once more where it is drawn anew meanwhile."""
    for _ in range(6):
        with contextlib.suppress(Error):
            area.scroll_into_view_if_needed()
            if box := area.bounding_box():
                return box
    return pytest.fail("the chart does not stay")


def test_the_first_view_has_scores_types_and_what_the_contexts_did(visit, run):
    page = opened(visit("/errors"), run)

    expect(page.get_by_text("50 right · 30 spurious · 30 missed")).to_be_visible()
    expect(selection(page)).to_contain_text("All 40 posts")
    expect(chart(page, "errors-overview-types")).to_be_visible()
    labels = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert any("F1 of each group" in (label or "") for label in labels)


def test_a_threshold_moves_the_quadrants_and_stands_in_the_address(visit, run):
    page = opened(visit("/errors?x_view=map"), run)
    expect(page.get_by_role("button", name="fits both 13")).to_be_visible()
    page.get_by_role("slider", name="Threshold, text side").press("End")
    expect(page).to_have_url(re.compile("x_tau_text=1"))
    page.get_by_role("button", name="fits the photo only").click()

    expect(selection(page)).to_contain_text("quadrant fits the photo only")
    expect(page).to_have_url(re.compile("x_slice="))


def test_an_area_drawn_on_the_map_selects_every_post_in_it(visit, run):
    page = opened(visit("/errors?x_view=map"), run)
    page.get_by_role("radio", name="Box").click()
    idle(page)
    area = chart(page, "errors-map-chart").locator(".nsewdrag").first
    for _ in range(3):  # a chart that is drawn anew under the pointer forgets the box
        box = place_of(area)
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 0.4 * box["height"], steps=8)
        page.mouse.up()
        with contextlib.suppress(AssertionError):
            expect(selection(page)).to_contain_text("13 of 40 posts", timeout=15_000)
            break

    expect(selection(page)).to_contain_text("13 of 40 posts")


def test_a_click_on_a_confusion_cell_brings_its_posts(visit, run):
    page = opened(visit("/errors?x_view=confusion"), run)
    cells = chart(page, "errors-confusion-entity").locator(".scatterlayer .point")
    expect(cells).to_have_count(16)
    place = cells.nth(1).bounding_box()  # gold LOC, predicted ORG
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    expect(selection(page)).to_contain_text("10 of 40 posts: gold LOC → predicted ORG")
    expect(page.get_by_role("heading", name="Posts selected")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(selection(page)).to_contain_text("All 40 posts")


def test_a_click_on_a_slice_selects_it(visit, run):
    page = opened(visit("/errors?x_view=slices&x_by=verdict"), run)
    bars = chart(page, "errors-slices-chart").locator(".bars .point path")
    expect(bars).to_have_count(2)
    bars.nth(1).click(force=True)

    expect(selection(page)).to_contain_text("14 of 40 posts: verdict: misaligned")


def test_a_click_on_a_measure_cuts_the_posts_by_it(visit, run):
    page = opened(visit("/errors?x_view=contexts"), run)
    marks = chart(page, "errors-contexts-forest").locator(".scatterlayer .point")
    expect(marks.first).to_be_visible()
    marks.first.click(force=True)
    expect(page).to_have_url(re.compile("x_measure="))
    idle(page)
    page.locator('[class*="errors-contexts-third"] button').first.click()

    expect(page).to_have_url(re.compile("x_slice="))
    expect(selection(page)).to_contain_text(" of 40 posts")


def test_a_post_of_the_gallery_opens_and_arrow_keys_turn_pages(visit, run):
    page = opened(visit("/errors?x_view=records&x_gallery=True"), run)
    page.get_by_role("button", name="post-0", exact=True).click()
    page.locator(".sc-verdict").wait_for()
    expect(page).to_have_url(re.compile("x_post=post-0"))
    press_until(page, "ArrowRight", "2 of 40")
    expect(page).to_have_url(re.compile("x_post=post-1"))  # else Back goes one further

    page.go_back()
    expect(page.get_by_text("1 of 40")).to_be_visible()


def test_the_list_is_where_it_was_when_a_post_is_closed(visit, run):
    page = opened(visit("/errors?x_view=records"), run)
    page.get_by_text("Gallery").click()
    expect(page.get_by_text("1–12 of 40 posts")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("13–24 of 40 posts")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="post-12", exact=True).click()
    page.locator(".sc-verdict").wait_for()
    page.go_back()
    expect(page.get_by_text("13–24 of 40 posts")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("1–12 of 40 posts")).to_be_visible()


def test_verdicts_are_given_by_single_keys_and_taken_back(visit, run):
    page = opened(visit("/errors?x_view=review"), run)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_label("Your name")).to_have_count(0)  # it would take the keys for letters
    expect(page.get_by_text("0 of 40 reviewed")).to_be_visible()
    page.get_by_role("heading", name="Reviewer").click()  # out of the field: keys are verdicts now
    press_until(page, "m", "1 of 40 reviewed")
    expect(page.get_by_text("Post 2 of 40")).to_be_visible()
    expect(page.get_by_text("Ada and model")).to_be_visible()
    page.keyboard.press("u")

    expect(page.get_by_text("0 of 40 reviewed")).to_be_visible()
    expect(page.get_by_text("Post 1 of 40")).to_be_visible()


def test_the_selection_can_be_taken_away(visit, run):
    page = opened(visit("/errors?x_view=confusion"), run)
    page.get_by_role("button", name="LOC → ORG").click()
    expect(selection(page)).to_contain_text("10 of 40 posts")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()

    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 10
    assert lines[1].startswith("post-1,")


@SCREENS
def test_nothing_scrolls_sideways_on_any_screen(visit, run, scheme, width):
    page = opened(visit("/errors", width=width, scheme=scheme), run)
    for name in (
        "Misalignment map",
        "Contexts",
        "Slices",
        "Confusion",
        "Calibration",
        "Records",
        "Review",
    ):
        section(page, name)
        assert no_sideways_scroll(page), name

    assert (brightness(page) < 128) == (scheme == "dark")
