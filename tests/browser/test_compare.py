"""The page that compares systems, as a visitor meets it."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.annotations import About, read_record, write_annotations
from tests.browser.looking import SCREENS, no_sideways_scroll

pytestmark = pytest.mark.browser

POSTS = 40


@pytest.fixture(scope="module", autouse=True)
def runs(server, write_annotated):
    """Two runs over the same posts: the second has post 1 of four right and says nothing of 0."""
    folder = server.runs / "compared"
    folder.mkdir(parents=True)
    first = write_annotated(folder / "first.parquet", posts=POSTS)
    records = []
    for place in range(POSTS):
        record = read_record(first, place)
        right = record.gold.entities if place % 4 == 1 else record.entities
        records.append(record.model_copy(update={"entities": right if place % 4 else []}))
    about = About(task="mner", checkpoint="other@1", dataset="invented", created="", command="")
    write_annotations(folder / "second.parquet", records, about=about)
    return folder


@pytest.fixture
def both(visit):
    """The page with both runs, once all of it stands."""

    def open_page(more="", **options):
        path = "/compare?c_a=runs/compared/first.parquet&c_b=runs/compared/second.parquet"
        page = visit(path + more, **options)
        page.get_by_role("heading", name="Cost", exact=False).wait_for()
        return page

    return open_page


def bring(page, path):
    page.get_by_role("button", name="Bring a file").click()
    page.locator('input[type="file"]').set_input_files(path)


def chart(page, name):
    return page.locator(f'[class*="compare-chart-{name}"]:not([data-retained]) .js-plotly-plot')


def test_two_runs_are_held_against_one_another(both):
    page = both()

    for name in ("differences", "types", "phi", "changes"):
        expect(chart(page, name)).to_be_visible()
    expect(page.get_by_text("10 fixed").first).to_be_attached()
    labels = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert any("10 fixed, 10 broken" in (label or "") for label in labels)


def test_lists_and_pages_stand_in_the_address_and_back_returns(both):
    page = both()
    page.get_by_role("radio", name="fixed").click()
    expect(page).to_have_url(re.compile("c_view=fixed"))
    expect(page.locator(".sc-sided")).to_contain_text("ORG for LOC")
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile("c_page=2"))
    expect(page.get_by_text("9–10 of 10 posts")).to_be_visible()
    page.go_back()

    expect(page.get_by_text("1–8 of 10 posts")).to_be_visible()


def test_predictions_of_another_system_join_the_comparison(both, tmp_path):
    rows = [
        {"id": f"post-{number}", "entities": [{"start": 0, "end": 4, "type": "PER"}]}
        for number in range(POSTS)
    ]
    path = tmp_path / "theirs.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    page = both()
    bring(page, path)

    expect(page.locator(".sc-scores tr", has_text="theirs.jsonl").first).to_contain_text("66.67")
    expect(page).to_have_url(re.compile("c_c=own"))


def test_a_bad_line_is_named_and_the_comparison_stays(both, tmp_path):
    path = tmp_path / "theirs.jsonl"
    path.write_text('{"id": "post-0"}\n{"id": "post-1", "entities": 7}\n')
    page = both()
    bring(page, path)

    expect(page.get_by_text("theirs.jsonl:2: entities")).to_be_visible()
    expect(chart(page, "differences")).to_be_visible()


def test_a_choice_of_runs_stands_in_the_address(visit):
    page = visit("/compare?c_a=runs/compared/first.parquet")
    expect(page.get_by_text("Choose two runs over the same posts")).to_be_visible()
    page.get_by_role("combobox", name="B", exact=True).click()
    page.get_by_role("option", name="runs/compared/second.parquet").click()

    expect(page).to_have_url(re.compile("c_b=runs%2Fcompared%2Fsecond"))
    expect(chart(page, "differences")).to_be_visible()


@SCREENS
def test_nothing_scrolls_sideways_on_any_screen(both, scheme, width):
    page = both(width=width, scheme=scheme)
    expect(chart(page, "phi")).to_be_visible()

    assert no_sideways_scroll(page)
