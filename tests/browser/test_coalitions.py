"""The section Why? as a visitor meets it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import SCREENS, no_sideways_scroll

pytestmark = pytest.mark.browser

SAMPLE = "/?e_post=golden-temple"
HELP, PAIRS, WHAT_IF = "Which contexts help?", "Which work together?", "What if …?"
FAITHFUL, WORDS = "Is φ faithful?", "Which words decide?"


def ask(page, question):
    """The section, with the answer to a question on its way."""
    section = page.locator('[class*="st-key-card-why"]')
    section.wait_for()
    section.get_by_role("radio", name=question).click()
    return section


def meters(section):
    section.locator(".sc-meters").wait_for()
    return section.locator(".sc-value").all_text_contents()


def test_ticking_contexts_off_changes_the_values_and_the_entities_at_once(visit):
    section = ask(visit(SAMPLE), HELP)
    everybody = meters(section)
    for box in section.get_by_role("checkbox").all():
        box.press(" ")

    expect(section.locator(".sc-caption", has_text="With no context")).to_be_visible()
    assert meters(section) == ["+0.00"] * 3
    assert everybody != ["+0.00"] * 3
    expect(section.locator(".sc-gold")).to_contain_text(re.compile("same|lost|gained|retyped"))
    scores = section.locator(".sc-label i").all_text_contents()
    section.get_by_role("checkbox").first.press(" ")
    expect(section.locator(".sc-caption", has_text="With contexts 1,")).to_be_visible()
    assert section.locator(".sc-label i").all_text_contents() != scores


def test_the_values_of_a_post_lead_from_no_context_to_all(visit):
    section = ask(visit(SAMPLE), HELP)
    meters(section)
    chart = section.locator('[class*="waterfall"] .annotation')
    chart.first.wait_for()

    words = " ".join(chart.all_text_contents())
    assert "no context" in words
    assert "all contexts" in words
    expect(section.get_by_role("figure")).to_have_count(2)


def test_a_dropped_context_puts_the_new_result_beside_the_old_until_it_is_undone(visit):
    section = ask(visit(SAMPLE), WHAT_IF)
    section.get_by_role("button", name="Try it").click()

    expect(section.locator(".sc-steps")).to_contain_text("without context 1")
    expect(section.locator(".sc-lines")).to_contain_text("→ off")
    expect(section.locator(".sc-sentence")).to_have_count(2)
    expect(section.get_by_text("Entities")).to_be_visible()
    section.get_by_role("button", name="Undo").click()
    expect(section.get_by_text("Nothing is changed yet")).to_be_visible()


def test_a_rewritten_sentence_is_typed_and_tried_in_one_go(visit):
    section = ask(visit(SAMPLE), WHAT_IF)
    section.get_by_role("radio", name="Rewrite the sentence").click()
    section.get_by_label("Its new words").fill("Anna meets Bruno in Lima")
    section.get_by_role("button", name="Try it").click()

    expect(section.locator(".sc-sentence").last).to_contain_text("Lima")
    expect(section.locator(".sc-gold")).to_contain_text("lost")


def test_an_entity_is_traced_back_to_words_contexts_and_the_photo(visit):
    section = ask(visit(SAMPLE), WORDS)
    section.get_by_role("radio", name=re.compile("LOC")).first.click()

    expect(section.locator(".sc-target").first).to_be_visible()
    expect(section.locator(".sc-reading li")).to_have_count(3)
    expect(section.get_by_text("completeness gap")).to_be_visible()
    signs = section.locator(".sc-sign").all_text_contents()
    assert any(re.match(r"\+\d", sign) for sign in signs)


@SCREENS
def test_no_answer_scrolls_sideways_on_any_screen(visit, scheme, width):
    page = visit(SAMPLE, width=width, scheme=scheme)
    for question, sign in ((HELP, ".sc-meters"), (PAIRS, ".sc-names"), (FAITHFUL, ".sc-defined")):
        section = ask(page, question)
        section.locator(sign).wait_for()
        assert no_sideways_scroll(page), question
    section = ask(page, WHAT_IF)
    section.get_by_role("button", name="Try it").click()
    section.locator(".sc-lines").wait_for()
    assert no_sideways_scroll(page)
