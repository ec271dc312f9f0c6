"""The command that gives the result on the page again, without the page."""

import shlex
from typing import NamedTuple

from core.datasets.samples import Sample
from core.records import Record
from dashboard.inputs import Inputs
from dashboard.sample_posts import is_as_shipped
from dashboard.services import checkpoint

PHOTO = "photo.jpg"  # a Record does not know where its photo came from


class Command(NamedTuple):
    """A line for a shell, and what has to be known about it."""

    line: str
    note: str


def analyse_command(inputs: Inputs, sample: Sample | None, record: Record) -> Command:
    """Return the command that analyses a post again.

    Args:
        inputs: The post.
        sample: Whose sentence it has; with its photo and contexts too, its id is enough.
        record: What came out, with its explanation or without.
    """
    words = ["python", "-m", "core", "analyse"]
    words += ["--checkpoint", inputs.checkpoint or checkpoint()]
    if sample and is_as_shipped(inputs, sample):
        words += ["--sample", sample.id]
        note = "Prints the Record above, but for the seconds it took."
    else:
        words += _post(inputs)
        note = "Prints the same numbers; its contexts count as typed."
        if inputs.photo:
            note += f" {PHOTO} stands for your photo."
    if inputs.pair:
        for name, (start, end) in (("--head", inputs.pair.head), ("--tail", inputs.pair.tail)):
            words += [name, f"{start}:{end}"]
    if record.attributions:
        note += " What was traced back is not in it; --attribute traces every entity."
    return Command(shlex.join([*words, "--explain"] if record.explanation else words), note)


def _post(inputs: Inputs) -> list[str]:
    words = ["--text", inputs.text]
    if inputs.photo:
        words += ["--image", PHOTO]
    given = [context.text for context in inputs.contexts if context.included]
    for text in given:
        words += ["--context", text]
    return words if given or not inputs.photo else [*words, "--no-describe"]
