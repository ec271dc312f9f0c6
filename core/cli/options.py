"""What several commands share: common options, and writing a result."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError

Checkpoint = Annotated[str, typer.Option(help="Name under checkpoints/, or a folder.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Contexts = Annotated[
    list[Path] | None, typer.Option(help="JSONL of contexts by image id; repeat for several.")
]
Images = Annotated[Path | None, typer.Option(help="Folder of the file's photos.")]
Split = Annotated[str | None, typer.Option(help="Keep only lines of this split.")]
RunFolder = Annotated[Path | None, typer.Option(help="Run folder; default runs/<name>.")]
OutFolder = Annotated[
    Path | None, typer.Option(help="Checkpoint folder; default checkpoints/<name>.")
]
SkipBadLines = Annotated[bool, typer.Option(help="Leave out bad lines, and count them.")]


def _in_a_folder(path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before there is anything to write.

    Raises:
        InputError: It is a folder, or there is none around it.
    """
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        why = "is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise InputError(f"{path}: cannot be written ({why}); name a file in a folder there is")
    return path


JsonFile = Annotated[
    Path | None,
    typer.Option("--json", callback=_in_a_folder, help="Write the result here as JSON."),
]


def write(text: str, path: Path | None) -> None:
    """Write a text into a file and say so, or print it where there is none.

    Raises:
        InputError: The file cannot be written.
    """
    if path is None:
        print(text)
        return
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    print(f"wrote {path}")
