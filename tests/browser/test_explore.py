"""The Explore page as a visitor meets it."""

import io
import json
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.looking import SCREENS, brightness, no_sideways_scroll

pytestmark = pytest.mark.browser

SAMPLE = "/?e_post=eiffel-tower"


def jpeg(colour="teal"):
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(stream, "JPEG")
    return stream.getvalue()


def result(page):
    """The verdict line, once a result is there."""
    verdict = page.locator(".sc-verdict")
    verdict.wait_for()
    return verdict


def chart(page):
    """The two-sided chart of the contexts, not the one it is about to take the place of."""
    return page.locator('[class*="explore-result-contexts-chart"]:not([data-retained])')


def values(page):
    """The scaled values that the chart shows."""
    chart(page).locator(".annotation").first.wait_for()
    words = " ".join(chart(page).locator(".annotation").all_text_contents())
    return re.findall(r"[+−]\d+\.\d\d", words)


def sentence(page):
    return page.get_by_label("Sentence", exact=True)


def analyse(page):
    page.get_by_role("button", name="Analyse").click()


def test_a_chosen_sample_shows_its_values_after_one_click(visit):
    page = visit()
    page.get_by_role("button", name="Colosseum").click()

    result(page)
    assert len(values(page)) == 2 * (1 + 3)  # each side: the best of the bank and three contexts
    assert page.url.endswith("e_post=colosseum")
    expect(page.locator(".sc-entity").first).to_be_visible()


def test_a_link_opens_its_sample_and_back_returns_to_the_one_before(visit):
    page = visit(SAMPLE)
    result(page)
    page.get_by_role("button", name="Colosseum").click()
    expect(sentence(page)).to_have_value(re.compile("Colosseum"))
    page.go_back()

    expect(sentence(page)).to_have_value(re.compile("Eiffel"))


def test_an_uploaded_photo_is_described_and_analysed(visit):
    page = visit()
    page.locator('input[type="file"]').set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    expect(page.get_by_text("320 × 240 pixels")).to_be_visible()
    sentence(page).fill("Anna swims in Lake Como")
    analyse(page)

    result(page)
    expect(page.get_by_label("Context 1", exact=True)).not_to_have_value("")
    assert values(page)


def test_an_edited_context_changes_its_value(visit):
    page = visit(SAMPLE)
    result(page)
    before = values(page)
    page.get_by_label("Context 1", exact=True).fill("A plate of pasta beside a glass of red wine.")
    analyse(page)

    expect(chart(page)).to_contain_text("A plate of pasta")
    assert values(page) != before


def test_a_context_switched_off_leaves_the_chart(visit):
    page = visit(SAMPLE)
    result(page)
    # By keyboard: while rows still settle, a click may land on a neighbour.
    page.get_by_role("checkbox", name="1", exact=True).press(" ")

    expect(page.locator(".sc-standing")).to_contain_text("Switched off")
    expect(chart(page)).not_to_contain_text("The Eiffel Tower rises")
    assert len(values(page)) == 2 * (1 + 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GIF89a but nothing more", "damaged or truncated"),
        (b"<svg onload=alert(1)>", "not an image of a known kind"),
        (b"", "empty"),
    ],
)
def test_a_hostile_upload_gets_its_message_and_the_post_stays(visit, data, message):
    page = visit(SAMPLE)
    result(page)
    page.locator('input[type="file"]').set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": data}
    )

    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(sentence(page)).to_have_value(re.compile("Eiffel"))
    expect(page.get_by_text("640 × 481 pixels")).to_be_visible()


def test_markup_in_a_sentence_is_text_and_never_runs(visit):
    page = visit()
    alarms = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    sentence(page).fill("<img src=x onerror=alert(1)> in <b>Paris</b>")
    analyse(page)

    result(page)
    shown = page.locator(".sc-sentence").inner_text()
    assert "onerror" in shown
    assert "<" in shown
    assert page.locator(".sc-sentence img, .sc-sentence b").count() == 0
    assert alarms == []


def test_a_right_to_left_sentence_starts_at_the_right(visit):
    page = visit()
    sentence(page).fill("برج إيفل في باريس")
    analyse(page)

    result(page)
    boxes = [word.bounding_box()["x"] for word in page.locator(".sc-word").all()]
    assert boxes == sorted(boxes, reverse=True)


def test_two_visitors_at_once_do_not_see_each_other(visit):
    one, other = visit(), visit()
    sentence(one).fill("Anna visits Oslo")
    sentence(other).fill("Bruno leaves Lima")
    analyse(one)
    analyse(other)
    result(one)
    result(other)

    assert "Oslo" in one.locator(".sc-sentence").inner_text()
    assert "Lima" in other.locator(".sc-sentence").inner_text()
    assert "Lima" not in one.inner_text("body")
    assert "Oslo" not in other.inner_text("body")


def test_the_record_can_be_taken_away(visit):
    page = visit(SAMPLE)
    result(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Record (JSON)").click()

    record = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert record["post"]["id"] == "eiffel-tower"
    assert download.value.suggested_filename == "eiffel-tower.json"


@SCREENS
def test_nothing_scrolls_sideways_on_any_screen(visit, scheme, width):
    page = visit(SAMPLE, width=width, scheme=scheme)
    result(page)
    values(page)

    assert no_sideways_scroll(page)
    assert (brightness(page) < 128) == (scheme == "dark")


def test_charts_carry_words_for_those_who_do_not_see_them(visit):
    page = visit(SAMPLE)
    result(page)
    values(page)

    labels = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert any("Scaled Shapley value of each context" in (label or "") for label in labels)
