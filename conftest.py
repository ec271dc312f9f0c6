"""Rules of the whole test run: nothing is downloaded, and no browser test is skipped quietly."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.invented_runs", "tests.misbehaving_server"]

# Set before transformers is imported, which reads it then.
os.environ["HF_HUB_OFFLINE"] = "1"

# A busy machine may take its time over an example.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str | None:
    """Return the Chromium or Chrome to test with: the one CHROMIUM names, or an installed one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    on_path = (shutil.which(command) for command in COMMANDS)
    installed = (app for app in MAC_APPS if Path(app).exists())
    return next((path for path in (*on_path, *installed) if path), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; a test that asks for it is skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped browser test into a failed one where REQUIRE_BROWSER=1."""
    report = yield
    required = os.environ.get("REQUIRE_BROWSER") == "1" and item.get_closest_marker("browser")
    if required and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_BROWSER=1, yet: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that browser tests were skipped: a green run without them proves less."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "browser" in report.keywords
    ]
    if skipped:
        headline = f"{len(skipped)} BROWSER TESTS WERE SKIPPED"
        terminalreporter.section(headline, sep="!", red=True, bold=True)
        terminalreporter.line(
            "Install Chromium (Debian: sudo apt-get install chromium) or Chrome,"
            " or name one: CHROMIUM=/path/to/chrome make test"
        )
