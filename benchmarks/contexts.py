"""What contexts of many photos take: `python -m benchmarks.contexts`, with nothing else running.

Photos that the store knows, looked up and written into a file by the same calls as `python -m core
contexts`; and photos described anew by each generator that ships.
"""

import io
import statistics
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine, describe_machine
from benchmarks.server import ROOT
from core.catalogue import build_generator, read_settings
from core.contexts.generation import generate_contexts
from core.contexts.generator import ContextGenerator
from core.contexts.lookup import look_up
from core.contexts.photos import find_photos
from core.contexts.store import ContextStore
from core.images import read_digest, read_image
from core.records import Context, Frozen

RESULT = Path(__file__).parent / "results" / "contexts-rates.json"
SAMPLES = sorted((ROOT / "sample_data" / "photos").glob("*.jpg"))
# Those that ship: name, and settings that differ.
GENERATORS: dict[str, tuple[str, list[str]]] = {
    "perception without OCR": ("perception", ["ocr=false"]),
    "perception with OCR": ("perception", []),
    "captioner": ("captioner", []),
}
CACHED = 400
SIDES = (2400, 1600)  # pixels: what phones send, once messengers have shrunk it
DESCRIBED = 20
ROUNDS = 5
TEXTS = ("A tall iron tower stands over lawns under a clear sky.", "Tourists walk near a tower.")


class ContextRates(Frozen):
    """What was measured, with two threads.

    Attributes:
        machine: Where.
        cached_photos: How many photos the store knew.
        cached_megabytes: Of their files together.
        cached_photos_per_second: Looked up, and their contexts written; median of `ROUNDS`.
        milliseconds_per_photo: By generator, photos in memory, median over `DESCRIBED` of them.
    """

    machine: Machine
    cached_photos: int
    cached_megabytes: float
    cached_photos_per_second: float
    milliseconds_per_photo: dict[str, float]


def main() -> None:
    """Measure, print a table and write `RESULT`."""
    torch.set_num_threads(2)
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as folder:
        rate, megabytes = cached_rate(Path(folder))
    times = {
        what: describing_milliseconds(build_generator(read_settings(name, changes)))
        for what, (name, changes) in GENERATORS.items()
    }
    rates = ContextRates(
        machine=machine,
        cached_photos=CACHED,
        cached_megabytes=megabytes,
        cached_photos_per_second=rate,
        milliseconds_per_photo=times,
    )
    table = Table("what", "median", title="contexts" + (" (busy machine)" * machine.is_busy))
    table.add_row(f"photos the store knows ({CACHED}, {megabytes:.0f} MB)", f"{rate:.0f} a second")
    for what, milliseconds in times.items():
        table.add_row(what, f"{milliseconds:.0f} ms a photo")
    Console(width=100).print(table)
    RESULT.write_text(rates.model_dump_json(indent=2) + "\n", encoding="utf-8")


def cached_rate(folder: Path) -> tuple[float, float]:
    """Return photos a second that the store knows, and the megabytes of their files."""
    (folder / "photos").mkdir()
    for number in range(CACHED):
        path = folder / "photos" / f"{number}.jpg"
        path.write_bytes(_enlarged(SAMPLES[number % len(SAMPLES)], number))
    generator = build_generator(read_settings("perception"))
    store, photos = ContextStore(folder / "store"), find_photos(folder / "photos")
    contexts = [Context(text=text, generator=generator.name) for text in TEXTS]
    for photo in photos:
        store.keep(read_digest(photo.path), generator, contexts)
    taken = []
    for _ in range(ROUNDS):
        out = folder / "contexts.jsonl"
        out.unlink(missing_ok=True)
        started = time.perf_counter()
        found = look_up(photos, generator, store, out)
        generate_contexts(found, generator, store, out)
        taken.append(time.perf_counter() - started)
    megabytes = sum(photo.path.stat().st_size for photo in photos) / 1e6
    return len(photos) / statistics.median(taken), megabytes


def describing_milliseconds(generator: ContextGenerator) -> float:
    """Return what a generator takes for a photo, after one that warms it up."""
    images = [read_image(path) for path in SAMPLES[: DESCRIBED + 1]]
    generator.generate(images[:1])
    taken = []
    for start in range(1, len(images), generator.at_once):
        part = images[start : start + generator.at_once]
        started = time.perf_counter()
        generator.generate(part)
        taken.append((time.perf_counter() - started) / len(part))
    return 1000 * statistics.median(taken)


def _enlarged(path: Path, number: int) -> bytes:
    """Return a sample photo as large as one of a phone, with bytes of its own."""
    buffer = io.BytesIO()
    image = Image.open(path).convert("RGB").resize(SIDES)
    image.save(buffer, "JPEG", quality=90, comment=str(number).encode())
    return buffer.getvalue()


if __name__ == "__main__":
    main()
