"""How often "made up" is right: `python -m benchmarks.made_up data/flickr8k/data.jsonl IMAGES`.

Flickr8k has five captions a photo. What three of the five name is taken to be there, and must not
be called made up; what the next photo's caption names and none of the five does is taken to be
absent, and should be.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from core.contexts.detector import ObjectDetector
from core.contexts.objects import named_objects
from core.images import read_image
from core.lines import decode_line, read_lines

RESULT = Path(__file__).parent / "results" / "made_up.json"
_MOST = 3  # of five people


def main(
    file: Annotated[Path, typer.Argument(help="Flickr8k's data.jsonl.")],
    images: Annotated[Path, typer.Argument(help="Folder of its photos.")],
    split: Annotated[str, typer.Option(help="Of the file.")] = "dev",
) -> None:
    """Compare captions with what the detector sees, print the shares and write them to `RESULT`."""
    rows = [json.loads(decode_line(line)) for _, line in read_lines(file)]
    posts = [row for row in rows if row["split"] == split]
    detector = ObjectDetector()
    there, called, absent, caught = 0, 0, 0, 0
    for row, other in track(list(zip(posts, [*posts[1:], posts[0]], strict=True))):
        perhaps = set(detector.sight(read_image(images / row["image"]).pixels).perhaps)
        named = Counter(labels for caption in row["captions"] for labels in _meanings(caption))
        agreed = [labels for labels, people in named.items() if people >= _MOST]
        there, called = there + len(agreed), called + _unlikely(agreed, perhaps)
        anyhow = {
            label for text in row["captions"] for one in named_objects(text) for label in one.labels
        }
        foreign = [m for m in _meanings(other["captions"][0]) if not set(m) & anyhow]
        absent, caught = absent + len(foreign), caught + _unlikely(foreign, perhaps)
    made = {
        "photos": len(posts),
        "objects that are there": there,
        "of these called made up": round(called / there, 3),
        "objects that are not there": absent,
        "of these called made up, rightly": round(caught / absent, 3),
    }
    for name, value in made.items():
        print(f"{name}: {value}")
    RESULT.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def _meanings(caption: str) -> set[tuple[str, ...]]:
    return {one.labels for one in named_objects(caption) if not one.is_loose}


def _unlikely(meanings: list[tuple[str, ...]], perhaps: set[str]) -> int:
    return sum(not set(labels) & perhaps for labels in meanings)


if __name__ == "__main__":
    typer.run(main)
