"""Choosing who describes the photo, as a visitor does."""

import contextlib
import io
import itertools
import re

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError, expect

from tests.browser.looking import SCREENS, no_sideways_scroll
from tests.misbehaving_server import Answer, failing, good

pytestmark = pytest.mark.browser

SHADES = itertools.count()


@pytest.fixture
def asked(generator_server):
    """The server of the generators: answers by the name of the model."""
    server = generator_server[1]
    server.asked.clear()

    def answer(request):
        if request.body["model"] == "slow":
            return Answer(body=good("Too late.").body, wait=8)
        if request.body["model"] == "failing":
            return failing(500, "the model is out of order")
        return good("A *teal* square [1] <b>hangs</b> on a wall.")

    server.answer = answer
    return server


@pytest.fixture
def opened(visit_generators):
    """A page with a photo that no one has seen before, and the generators open."""

    def open_page(**screen):
        page = visit_generators(**screen)
        stream = io.BytesIO()
        # Of one colour, of which perception can tell; each of its own, which no store knows.
        Image.new("RGB", (320, 240), (next(SHADES), 128, 128)).save(stream, "PNG")
        page.locator('input[type="file"]').set_input_files(
            {"name": "photo.png", "mimeType": "image/png", "buffer": stream.getvalue()}
        )
        expect(page.get_by_text("320 × 240 pixels")).to_be_visible()
        page.get_by_text("More generators").click()
        return page

    return open_page


def choose(page, *names):
    for name in names:
        pill = page.locator('[data-testid="stButtonGroup"]').get_by_role(
            "button", name=name, exact=True
        )
        pill.click()
        expect(page.locator(".sc-origin b", has_text=name).first).to_be_visible()


def write(page):
    return page.get_by_role("button", name="Write contexts")


def column(page, title):
    return page.locator('[class*="st-key-generator-"]').filter(
        has=page.get_by_role("heading", name=re.compile(f"^{title}"))
    )


def other_photo(page):
    """Put another photo in the place of the one on the page."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "maroon").save(stream, "PNG")
    page.get_by_role("button", name="Remove photo", exact=True).click()
    # Only then is the chooser a new one.
    expect(page.get_by_text("No photo: the post is analysed")).to_be_visible()
    page.locator('input[type="file"]').set_input_files(
        {"name": "other.png", "mimeType": "image/png", "buffer": stream.getvalue()}
    )
    expect(page.get_by_text("64 × 64 pixels")).to_be_visible()


def test_two_generators_write_side_by_side_and_what_is_kept_joins_the_post(opened, asked):
    page = opened()
    choose(page, "quick", "perception")
    expect(
        page.get_by_text(re.compile(r"quick asks 127\.0\.0\.1:\d+\. A test model\."))
    ).to_be_visible()
    write(page).click()

    said = column(page, "quick")
    expect(said.get_by_text("A *teal* square [1] <b>hangs</b> on a wall.")).to_be_visible()
    expect(said.get_by_text(re.compile(r"\d\.\d s · \$0\.00145"))).to_be_visible()
    seen = column(page, "perception").get_by_role("checkbox")
    expect(seen.first).to_be_visible()
    count = seen.count()
    assert len(asked.asked) == 1

    column(page, "perception").locator("label").first.click()
    page.get_by_role("button", name=f"Add {count} to the post").click()
    expect(page.get_by_label("Context 1", exact=True)).to_have_value(re.compile(r"."))
    values = [
        page.get_by_label(f"Context {place}", exact=True).input_value()
        for place in range(1, count + 1)
    ]
    assert "A *teal* square [1] <b>hangs</b> on a wall." in values
    expect(page.get_by_text("Contexts to choose from")).to_have_count(0)
    expect(page.get_by_text("openai · gpt-4o-2024-11-20")).to_be_visible()


def test_what_was_written_before_comes_from_the_store(opened, asked):
    page = opened()
    choose(page, "quick")
    write(page).click()
    expect(column(page, "quick").get_by_text(re.compile(r"\d s"))).to_be_visible()
    expect(page.get_by_role("button", name="Discard")).to_be_visible()
    write(page).click()
    expect(column(page, "quick").get_by_text("from the store")).to_be_visible()
    assert len(asked.asked) == 1


def test_a_slow_generator_can_be_cancelled_and_the_others_stay(opened, asked):
    page = opened()
    choose(page, "slow", "quick")
    write(page).click()
    expect(column(page, "quick").get_by_role("checkbox")).to_be_visible()
    expect(column(page, "slow").get_by_text(re.compile(r"running · \d+ s"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()

    expect(column(page, "slow").get_by_text(re.compile("cancelled"))).to_be_visible()
    expect(column(page, "quick").get_by_role("checkbox")).to_be_visible()
    expect(page.get_by_role("button", name="Add 1 to the post")).to_be_enabled()


def test_a_failing_endpoint_says_why_in_its_column_and_disturbs_no_other(opened, asked):
    page = opened()
    choose(page, "failing", "quick")
    write(page).click()

    expect(column(page, "failing").get_by_text(re.compile("500"))).to_be_visible()
    expect(column(page, "quick").get_by_role("checkbox")).to_be_visible()


def test_a_photo_leaves_the_machine_only_after_consent_for_this_photo(opened, asked):
    page = opened()
    choose(page, "abroad")
    expect(page.get_by_text("outside of this machine")).to_be_visible()
    expect(page.get_by_text(re.compile("1 request of .* KB, price unknown"))).to_be_visible()
    expect(write(page)).to_be_disabled()
    assert asked.asked == []
    page.locator("label").filter(has_text="Send this photo to photos.example").click()
    write(page).click()

    expect(column(page, "abroad").get_by_role("checkbox")).to_be_visible()
    (request,) = asked.asked
    assert request.path == "http://photos.example/v1/chat/completions"
    assert request.photo.size == (320, 240)

    other_photo(page)
    expect(write(page)).to_be_disabled()
    assert len(asked.asked) == 1


def test_prompts_are_shown_with_their_hash_and_asked(opened, asked):
    page = opened()
    choose(page, "quick")
    choose(page, "caption", "names")
    expect(page.get_by_text(re.compile(r"caption@[0-9a-f]{12}"))).to_be_visible()
    write(page).click()
    expect(column(page, "quick").get_by_role("checkbox").first).to_be_visible()
    assert len({request.prompt for request in asked.asked}) == 2


def test_contexts_are_borrowed_from_another_post(opened, asked):
    page = opened()
    box = page.get_by_role("combobox", name="Borrow from another post")
    for _ in range(6):
        box.click()  # which may scroll, and scrolling closes the list
        with contextlib.suppress(TimeoutError):
            page.get_by_role("option").first.click(timeout=3_000)
            break
    page.get_by_role("button", name="Borrow", exact=True).click()
    expect(page.get_by_text("borrowed")).to_be_visible()
    page.get_by_role("button", name="Replace the post's contexts").click()
    expect(page.get_by_label("Context 1", exact=True)).to_have_value(re.compile(r"\w"))


@SCREENS
def test_on_a_long_page_a_link_leads_to_what_came_in(visit_generators, asked, width, scheme):
    page = visit_generators("/?e_post=eiffel-tower", width=width, scheme=scheme)
    page.locator(".sc-verdict").wait_for()
    page.get_by_text("More generators").click()
    choose(page, "quick")
    write(page).click()
    expect(page.get_by_text("Contexts to choose from are there.")).to_be_visible()
    heading = page.get_by_role("heading", name="Contexts to choose from")
    expect(heading).not_to_be_in_viewport()
    page.get_by_role("link", name="Contexts to choose from").click()

    expect(heading).to_be_in_viewport()


@SCREENS
def test_it_is_whole_on_every_screen(opened, asked, width, scheme):
    page = opened(width=width, scheme=scheme)
    choose(page, "quick", "failing")
    write(page).click()
    expect(column(page, "quick").get_by_role("checkbox")).to_be_visible()
    assert no_sideways_scroll(page)
