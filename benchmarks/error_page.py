"""The error page on ten thousand posts: `python -m benchmarks.error_page [RUN.parquet]`.

The posts of the run, by default the one that ships, are taken again and again under new names.
"Opened" is from the address to the page whose script rests, each once but for "again"; the rest is
from a key pressed to the frame that shows what it changed, the median. Two cores, nothing else
running.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.browser import open_page
from benchmarks.clicks import median_answer
from benchmarks.machine import describe_machine
from benchmarks.server import ROOT, serve
from core.annotations import read_annotations, read_record, write_annotations
from core.records import Record

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RESULT = Path(__file__).parent / "results" / "error_page.json"
SHIPPED = ROOT / "sample_data" / "twitter17-minilm.parquet"
POSTS = 10_000
OPENINGS = 5
PATIENCE = 60_000  # milliseconds
_VIEWS = (
    "overview",
    "map",
    "contexts",
    "slices",
    "confusion",
    "disagreements",
    "calibration",
    "records",
)


def main() -> None:
    """Measure, print a table and write `RESULT`."""
    source = Path(sys.argv[1]) if sys.argv[1:] else SHIPPED
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.parquet"
        about = read_annotations(source).about
        write_annotations(large, islice(_again_and_again(source), POSTS), about=about)
        with open_page(height=1600) as page, serve(Path(folder)) as url:
            page.set_default_timeout(PATIENCE)
            address = f"{url}/errors?x_run={Path(folder).name}/{large.name}"
            seconds = _openings(page, url, address) | _clicks(page, address)
    table = Table("what", "seconds", title=f"error page, {POSTS:,} posts")
    for what, value in seconds.items():
        table.add_row(what, f"{value:.2f}")
    Console(width=100).print(table)
    said = {
        "posts": POSTS,
        "of": source.name,
        "machine": describe_machine().model_dump(),
        "seconds": seconds,
    }
    RESULT.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _again_and_again(path: Path) -> Iterator[Record]:
    rows = len(read_annotations(path).table)
    records = [read_record(path, row) for row in range(rows)]
    for turn in count():
        for record in records:
            post = record.post.model_copy(update={"id": f"{record.post.id}-{turn}"})
            yield record.model_copy(update={"post": post})


def _openings(page: "Page", url: str, address: str) -> dict[str, float]:
    """Return what the first view takes, cold and when somebody has had the run open before."""
    page.goto(f"{url}/runs")  # the server is warm, the run is not
    page.get_by_role("link", name="Shapley lab").wait_for()
    cold = _opened(page, address)
    warm = statistics.median(_opened(page, address) for _ in range(OPENINGS))
    views = {
        f"{view} opened by its address": _opened(page, f"{address}&x_view={view}")
        for view in _VIEWS[1:]
    }
    return {"first view, the file never read before": cold, "first view, again": warm} | views


def _opened(page: "Page", address: str) -> float:
    started = time.perf_counter()
    page.goto(address)
    page.locator(".sc-selection").wait_for()
    page.get_by_role("radio", name="Records").wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    return time.perf_counter() - started


def _clicks(page: "Page", address: str) -> dict[str, float]:
    found = {}
    _opened(page, address)
    found["another section"] = median_answer(
        page,
        ".stMain",
        lambda turn: page.get_by_role("radio", name=("Slices", "Overview")[turn % 2]).press(
            "Enter"
        ),
    )
    _opened(page, f"{address}&x_view=map")
    threshold = page.get_by_role("slider", name="Threshold, text side")
    found["a threshold moved"] = median_answer(
        page,
        '[class*="errors-map-quadrant"]',
        lambda turn: threshold.press(("End", "Home")[turn % 2]),
    )
    _opened(page, f"{address}&x_view=records")
    found["the next page of records"] = median_answer(
        page,
        '[class*="st-key-errors-paging"]',
        lambda turn: page.get_by_role("button", name=f"Page {2 + turn % 2}").press("Enter"),
    )
    search = page.get_by_label("Search in sentences and names")
    found["a word looked for"] = median_answer(
        page, '[class*="st-key-errors-paging"]', lambda turn: _typed(page, search, turn)
    )
    return found


def _typed(page: "Page", search: "Locator", turn: int) -> None:
    search.fill(("the", "a")[turn % 2])
    page.keyboard.press("Enter")


if __name__ == "__main__":
    main()
