"""A page of an installed Chromium or Chrome, for what can only be measured or drawn in one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from playwright.sync_api import Page

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def open_page(width: int = 1280, height: int = 720, *, scale: float = 1.0) -> Iterator["Page"]:
    """Yield an empty page, and close its browser afterwards.

    Args:
        width: Of the page, in CSS pixels.
        height: Likewise.
        scale: Pixels of a screenshot per CSS pixel.

    Raises:
        InputError: Playwright or a browser is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise InputError(
            "a browser is driven by playwright, which is not installed; run .ci/setup dev"
        ) from None
    command = next(filter(None, map(shutil.which, _COMMANDS)), None)
    if command is None:
        raise InputError("no Chromium or Chrome was found; install one, such as Debian's chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=command, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=scale
        )
        browser.close()
