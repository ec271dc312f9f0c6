"""From a key pressed on computed results to the frame that shows what it changed."""

import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.browser import open_page
from benchmarks.server import serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROUNDS = 15
PATIENCE = 60_000  # milliseconds
# Times the next key, from its event to the first frame in which a part of the page reads otherwise.
_WATCH = """
(selector) => {
  const part = () => document.querySelector(selector)?.innerText;
  const before = part();
  window.answered = new Promise((resolve) => {
    window.addEventListener("keydown", () => {
      const started = performance.now();
      const look = () => part() !== before
        ? resolve((performance.now() - started) / 1000) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}
"""


def click_seconds() -> dict[str, float]:
    """Return the median seconds of each kind of click.

    Raises:
        InputError: There is no browser.
    """
    with open_page(height=1600) as page, serve() as url:
        page.set_default_timeout(PATIENCE)
        return {**_lab(page, url), **_coalitions(page, url)}


def _lab(page: "Page", url: str) -> dict[str, float]:
    page.goto(f"{url}/lab?l_game=soft_match&l_rule=banzhaf")
    page.get_by_role("heading", name="Take away").wait_for()
    players = page.get_by_role("slider", name="Players n")
    share = page.get_by_role("slider", name="Mixed in")
    back_and_forth = ("ArrowRight", "ArrowLeft")
    return {
        "lab: the next player arrives": median_answer(
            page, ".st-key-card-lab-walk", lambda turn: page.keyboard.press("nb"[turn % 2])
        ),
        "lab: an axiom's slider moves": median_answer(
            page,
            ".st-key-card-lab-axioms table",
            lambda turn: share.press(back_and_forth[turn % 2]),
        ),
        "lab: a player more or fewer, everything anew": median_answer(
            page,
            '[class*="lab-chart-choose"]:not([data-retained])',
            lambda turn: players.press(back_and_forth[turn % 2]),
        ),
    }


def _coalitions(page: "Page", url: str) -> dict[str, float]:
    page.goto(f"{url}/?e_post=golden-temple")
    section = page.locator('[class*="st-key-card-why"]')
    section.get_by_role("radio", name="Which contexts help?").click()
    page.locator(".sc-meters").wait_for()
    box = section.get_by_role("checkbox").first
    return {
        "Explore: a context ticked in the coalition browser": median_answer(
            page, ".sc-meters", lambda _: box.press(" ")
        )
    }


def median_answer(page: "Page", selector: str, press: Callable[[int], None]) -> float:
    """Return the median of `ROUNDS` presses after two that warm up, each once the page rests."""
    taken = []
    for turn in range(ROUNDS + 2):
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        page.wait_for_timeout(250)
        page.evaluate(_WATCH, selector)
        press(turn)
        taken.append(float(page.evaluate("window.answered")))
    return statistics.median(taken[2:])
