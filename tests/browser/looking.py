"""What several tests of pages look at or wait for."""

import contextlib
import re

import pytest
from playwright.sync_api import Page, TimeoutError

# Width and colours have nothing to do with one another: each value once.
SCREENS = pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])


def idle(page: Page) -> None:
    """Wait until the page's script rests."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def no_sideways_scroll(page: Page) -> bool:
    """Return whether everything fits into the width of the screen."""
    return page.evaluate(
        "[document.documentElement, document.querySelector('.stMain')]"
        ".every(part => part.scrollWidth <= part.clientWidth)"
    )


def brightness(page: Page, selector: str = ".stApp", quality: str = "backgroundColor") -> float:
    """Return how bright a colour of a part of the page is, 0 to 255."""
    colour = page.evaluate(
        "([selector, quality]) => getComputedStyle(document.querySelector(selector))[quality]",
        [selector, quality],
    )
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def press_until(page: Page, key: str, words: str) -> None:
    """Press a key until it is heard: a page that stands may not listen to its keys yet."""
    for _ in range(6):
        page.keyboard.press(key)
        with contextlib.suppress(TimeoutError):
            page.get_by_text(words).first.wait_for(timeout=10_000)
            return
    pytest.fail(f"'{key}' is not heard")
