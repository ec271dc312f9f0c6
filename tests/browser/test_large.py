"""The pages on runs of ten thousand posts: all of it is there, and one post opens."""

from itertools import count, islice
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.annotations import read_annotations, read_record, write_annotations
from tests.browser.looking import idle, no_sideways_scroll

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "sample_data"
POSTS = 10_000
VIEWS = ("map", "contexts", "slices", "confusion", "disagreements", "calibration", "records")


@pytest.fixture(scope="module", autouse=True)
def runs(server):
    """The two runs that ship, their posts again and again under new names."""
    folder = server.runs / "large"
    folder.mkdir(parents=True)
    for name in ("twitter17-minilm", "twitter15-minilm"):
        shipped = SAMPLES / f"{name}.parquet"
        about = read_annotations(shipped).about
        records = islice(again_and_again(shipped), POSTS)
        write_annotations(folder / f"{name}.parquet", records, about=about)
    return folder


def again_and_again(path):
    records = [read_record(path, row) for row in range(len(read_annotations(path).table))]
    for turn in count():
        for record in records:
            post = record.post.model_copy(update={"id": f"{record.post.id}-{turn}"})
            yield record.model_copy(update={"post": post})


def nothing_failed(page):
    idle(page)
    return page.locator('[data-testid="stAlert"], [data-testid="stException"]').count() == 0


def test_every_view_of_the_errors_of_ten_thousand_posts_is_drawn(visit):
    page = visit("/errors?x_run=runs/large/twitter17-minilm.parquet")
    expect(page.locator(".sc-selection")).to_contain_text("All 10,000 posts")
    for view in VIEWS:
        page.goto(f"{page.url.split('&')[0]}&x_view={view}")
        expect(page.locator(".sc-selection")).to_contain_text("All 10,000 posts")
        assert nothing_failed(page), view
        assert no_sideways_scroll(page), view


def test_one_of_ten_thousand_posts_is_found_and_opened(visit):
    page = visit("/errors?x_run=runs/large/twitter17-minilm.parquet&x_view=records&x_q=Eiffel")
    expect(page.get_by_text("1–25 of 264 posts")).to_be_visible()
    page.goto(f"{page.url}&x_post=eiffel-tower-263")
    expect(page.get_by_role("status").filter(has_text="264 of 264")).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("status").filter(has_text="eiffel-tower-262")).to_be_visible()
    assert nothing_failed(page)


def test_two_runs_of_ten_thousand_posts_are_compared(visit):
    runs = "c_a=runs/large/twitter17-minilm.parquet&c_b=runs/large/twitter15-minilm.parquet"
    page = visit(f"/compare?{runs}")
    page.get_by_role("heading", name="Cost", exact=False).wait_for()
    expect(page.get_by_text("10,000 posts").first).to_be_attached()
    assert nothing_failed(page)
    assert no_sideways_scroll(page)
