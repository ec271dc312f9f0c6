"""The command that describes photos."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.amounts import amount
from core.cli.options import Device
from core.cli.progress import work_bar
from core.errors import InputError

if TYPE_CHECKING:
    from core.contexts.generation import Generated
    from core.contexts.lookup import LookedUp
    from core.contexts.openai_cost import Spent
    from core.contexts.openai_settings import OpenAISettings
    from core.images import LoadedImage


def contexts(
    images: Annotated[
        Path, typer.Option(help="Folder of photos; a photo's id is its name without the ending.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write: JSONL, a context a line.")],
    generator: Annotated[
        str, typer.Option(help="Name under configs/contexts, or a .toml file.")
    ] = "perception",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key: temperature=0.7.")
    ] = None,
    from_: Annotated[
        list[Path] | None,
        typer.Option("--from", help="JSONL of contexts that this generator wrote; repeat."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first photos.")] = None,
    device: Device = "auto",
    store: Annotated[
        Path | None, typer.Option(help="Folder of the store; default: in your cache folder.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be described; describe nothing.")
    ] = False,
) -> None:
    """Describe the photos of a folder; started again after a kill, it goes on where it was."""
    from core.catalogue import build_generator, read_settings
    from core.contexts.generation import generate_contexts
    from core.contexts.lookup import look_up
    from core.contexts.openai_api import OpenAIGenerator
    from core.contexts.openai_settings import OpenAISettings
    from core.contexts.photos import find_photos
    from core.contexts.store import ContextStore

    started = time.monotonic()
    photos = find_photos(images)[:limit]
    settings, kept = read_settings(generator, set_), ContextStore(store)
    chosen = build_generator(settings, device)
    with work_bar("looking up", "photo") as report:
        found = look_up(photos, chosen, kept, out, imported=from_ or [], progress=report)
    for warning in found.warnings:
        print(f"damaged: {warning}", file=sys.stderr)
    if dry_run:
        print(_prospect(found, generator))
        if isinstance(settings, OpenAISettings) and found.missing:
            print(_estimate(found, settings))
        return
    try:
        with work_bar(out.name, "photo") as report:
            done = generate_contexts(found, chosen, kept, out, progress=report)
    finally:  # what failed was paid for as well
        if isinstance(chosen, OpenAIGenerator):
            print(_spent(chosen.spent), file=sys.stderr)
    for failure in done.failed:
        print(f"left out: {failure.image_id}: {failure.reason}", file=sys.stderr)
    print(f"wrote {out}: {_total(found, done, time.monotonic() - started)}")


def _prospect(found: "LookedUp", generator: str) -> str:
    return (
        f"{amount(len(found.photos), 'photo')}: {found.known} known, "
        f"{len(found.unreadable)} unreadable; "
        f"{generator} would describe {len(found.missing)} different ones"
    )


def _estimate(found: "LookedUp", settings: "OpenAISettings") -> str:
    """Say what would be sent where, and what it would cost."""
    from core.contexts.openai_cost import estimate

    damaged: list[str] = []
    made = estimate(settings, _readable(found, damaged))
    cost = "at an unknown price" if made.dollars is None else f"${made.dollars:.4f} at most"
    return "\n".join(
        [
            f"{made.requests} requests of {made.bytes / 1e6:.1f} MB to {made.host}"
            f"{', which is this machine' if made.is_local else ''}: about {made.input_tokens:,} "
            f"tokens in, at most {made.output_tokens:,} out, {cost}",
            *(f"- {line}" for line in made.contents),
            *(f"left out: {reason}" for reason in damaged),
        ]
    )


def _readable(found: "LookedUp", damaged: list[str]) -> Iterator["LoadedImage"]:
    """Yield the photos that are missing, and note why others cannot be read."""
    from core.images import read_image

    for same in found.missing.values():
        try:
            yield read_image(same[0].path)
        except InputError as error:
            damaged.append(str(error))


def _total(found: "LookedUp", done: "Generated", seconds: float) -> str:
    known = len(found.photos) - done.described - len(done.failed)
    return (
        f"{amount(done.contexts, 'context')} of {amount(known + done.described, 'photo')}, "
        f"{known} of them known before; {len(done.failed)} failed; {seconds:.1f} s"
    )


def _spent(spent: "Spent") -> str:
    cost = "at an unknown price" if spent.dollars is None else f"{spent.dollars:.4f} US dollars"
    left_open = f", {spent.uncounted} answers without a count" if spent.uncounted else ""
    return f"{spent.requests} requests, {cost}{left_open}"
