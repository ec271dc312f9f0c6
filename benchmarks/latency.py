"""What a person waits for: `python -m benchmarks.latency`, on two cores with nothing else running.

One warm post with five contexts, its photo described from scratch with and without reading words;
the help of the command line; the page's first paint, from the server's first answer to the first
heading; and clicks on results that are there already.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.browser import open_page
from benchmarks.clicks import click_seconds
from benchmarks.server import ROOT, serve
from core.contexts.perception import PerceptionGenerator
from core.contexts.typed import typed_contexts
from core.errors import InputError
from core.images import read_image
from core.pipeline import Pipeline

RESULT = Path(__file__).parent / "results" / "latency.json"
PHOTO = ROOT / "sample_data" / "photos" / "eiffelTower.jpg"
TEXT = "Sunset run past the Eiffel Tower with Anna , one week to the Paris Marathon !"
FIVE = typed_contexts(
    [
        "A tall iron tower stands over lawns under a clear sky.",
        "There is a large tower in the middle of the photo.",
        "Tourists walk near the Eiffel Tower in Paris.",
        "A plate of pasta on a wooden table.",
        "The photo may show an obelisk or a palace.",
    ]
)
ROUNDS = 15


def main() -> None:
    """Measure, print a table and write `RESULT`."""
    torch.set_num_threads(2)
    seconds = {
        "one post, five contexts, photo seen without OCR": post_seconds(ocr=False),
        "one post, five contexts, photo seen with OCR": post_seconds(ocr=True),
        "python -m core --help": help_seconds(),
    }
    try:
        seconds["first paint of the page"] = first_paint_seconds()
        seconds |= click_seconds()
    except InputError as error:
        print(f"the page was not measured: {error}")
    table = Table("what", "seconds (median)", title=f"latency, {torch.get_num_threads()} threads")
    for what, value in seconds.items():
        table.add_row(what, f"{value:.2f}")
    Console(width=100).print(table)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(seconds, indent=2) + "\n", encoding="utf-8")


def post_seconds(*, ocr: bool) -> float:
    """Return what a post takes: read the file, perceive the photo anew, analyse five contexts."""
    pipeline, generator = Pipeline.load(device="cpu"), PerceptionGenerator(ocr=ocr)

    def analyse() -> None:
        image = read_image(PHOTO)
        generator.generate([image])
        pipeline.analyse(TEXT, image, FIVE)

    return median_seconds(analyse)


def help_seconds() -> float:
    """Return what the command line's help takes, from a cold interpreter."""
    command = [sys.executable, "-m", "core", "--help"]
    return median_seconds(
        lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True) and None
    )


def first_paint_seconds() -> float:
    """Return the time from opening the page of a server just started to its first heading.

    Raises:
        InputError: There is no browser to open it.
    """
    with serve() as url, open_page() as page:
        started = time.perf_counter()
        page.goto(url)
        page.get_by_role("heading").first.wait_for()
        return time.perf_counter() - started


def median_seconds(run: Callable[[], None]) -> float:
    """Return the median of `ROUNDS` runs after one that warms up."""
    run()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
