"""Marking a pair and reading its relation, as a visitor does."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import brightness

pytestmark = pytest.mark.browser

SAMPLE = "/?e_post=eiffel-tower"


def arcs(page):
    """The drawing of the relation, once there is one."""
    return page.locator("svg.sc-arcs")


def test_a_pair_is_marked_and_swapped_by_keyboard_alone(visit_relations):
    page = visit_relations(SAMPLE)
    expect(arcs(page)).to_have_attribute("aria-label", re.compile("Paris to Eiffel Tower: "))

    tail = page.get_by_role("combobox", name="Tail")
    tail.focus()
    page.keyboard.type("blue day")
    page.keyboard.press("Enter")
    expect(arcs(page)).to_have_attribute("aria-label", re.compile("Paris to blue day: "))
    expect(page).to_have_url(re.compile("e_tail=8-10"))

    page.get_by_role("button", name="Swap head and tail").focus()
    page.keyboard.press("Enter")
    expect(arcs(page)).to_have_attribute("aria-label", re.compile("blue day to Paris: "))
    page.go_back()
    expect(arcs(page)).to_have_attribute("aria-label", re.compile("Paris to blue day: "))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_arc_is_drawn_in_the_colours_of_the_page(visit_relations, scheme):
    page = visit_relations(SAMPLE, scheme=scheme)
    expect(arcs(page)).to_be_visible()

    assert (brightness(page) < 128) == (scheme == "dark")
    # The drawing stands before its style sheet does: until then it is black.
    expect(arcs(page).locator(".sc-name").first).not_to_have_css("fill", "rgb(0, 0, 0)")
    assert (brightness(page, "svg.sc-arcs .sc-name", "fill") > 128) == (scheme == "dark")
    box = arcs(page).bounding_box()
    words = [word.bounding_box() for word in arcs(page).locator("text").all()]
    assert all(box["x"] <= word["x"] for word in words)
    assert all(word["x"] + word["width"] <= box["x"] + box["width"] for word in words)


def test_on_a_telephone_the_relation_is_a_list(visit_relations):
    page = visit_relations(SAMPLE, width=390)
    listed = page.locator(".sc-relations li")
    expect(listed).to_be_visible()

    assert re.match(r"Paris → Eiffel Tower (peer|contain) 0\.\d\d", listed.inner_text())
    expect(arcs(page)).to_be_hidden()
    assert page.evaluate(
        "[document.documentElement, document.querySelector('.stMain')]"
        ".every(part => part.scrollWidth <= part.clientWidth)"
    )
