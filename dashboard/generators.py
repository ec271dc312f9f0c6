"""The dashboard's door to generators of contexts: which there are, and one at work.

Each chosen generator is a job of its own, so that a slow one holds up no other and no other page.
What it wrote goes into the store, which answers at once when the same is asked again.
"""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.catalogue import about_generator, build_generator, generator_files, read_settings
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt, prompt_names, read_prompt
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context
from dashboard.jobs import Job, Queue, Unwanted

if TYPE_CHECKING:
    from core.contexts.generator import ContextGenerator
    from core.contexts.openai_cost import Estimate

AT_ONCE = 4  # generators at work, of all visitors together
MOST_LOADED = 2  # models of this machine that stay in memory


@dataclass(frozen=True)
class Offered:
    """A generator a visitor may choose.

    Attributes:
        name: Of its file.
        about: What its file says of it.
        host: Server that it asks; "" when a model of this machine answers.
        leaves: Photos leave the machine.
        prompts: What it is asked unless something else is chosen; none when it takes no question.
        trouble: Why it cannot be used, "" when it can.
    """

    name: str
    about: str = ""
    host: str = ""
    leaves: bool = False
    prompts: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Answer:
    """What a generator wrote about a photo.

    Attributes:
        contexts: None when it had nothing to say.
        seconds: It took now; 0 when the store knew.
        dollars: It cost now; None when nobody told.
        is_known: The store knew it.
    """

    contexts: tuple[Context, ...]
    seconds: float
    dollars: float | None
    is_known: bool


def offered() -> tuple[Offered, ...]:
    """Return the generators a visitor may choose, those that ship first."""
    found = [_offer(name) for name in generator_files()]
    ships = ("captioner", "perception")
    return tuple(sorted(found, key=lambda made: (made.name not in ships, made.name)))


def prompts() -> tuple[Prompt, ...]:
    """Return the prompts a visitor may choose; a file that cannot be read is left out."""
    found = []
    for name in prompt_names():
        try:
            found.append(read_prompt(name))
        except InputError:
            continue
    return tuple(found)


def expected(name: str, asked: Sequence[str], photo: LoadedImage) -> "Estimate | None":
    """Return what asking a server about a photo would send and cost; None without a server.

    Raises:
        InputError: The generator's file or a prompt cannot be read.
    """
    from core.contexts.openai_cost import estimate

    settings = _settings(name, asked)
    return estimate(settings, [photo]) if isinstance(settings, OpenAISettings) else None


def start(name: str, asked: Sequence[str], photo: LoadedImage) -> Job[Answer]:
    """Let a generator describe a photo; the job hands over one answer, or says why not.

    Args:
        name: Of the generator.
        asked: Prompts, where it takes any; none: those of its file.
        photo: That is described.
    """

    def work(unwanted: Unwanted) -> Iterator[Answer]:
        if unwanted():
            return
        generator = _generator(name, tuple(asked), _stamp(name))
        store, started = ContextStore(), time.monotonic()
        known = store.find(photo.sha256, generator)
        contexts = store.get_or_generate(photo, generator) if known is None else known
        is_known = known is not None
        costs = [context.cost for context in contexts if context.cost is not None]
        yield Answer(
            tuple(contexts),
            0.0 if is_known else time.monotonic() - started,
            None if is_known or not costs else sum(costs),
            is_known,
        )

    return _queue().submit(work)


def _offer(name: str) -> Offered:
    try:
        about, settings = about_generator(generator_files()[name]), read_settings(name)
    except InputError as error:
        return Offered(name, trouble=str(error))
    asked = tuple(getattr(settings, "prompts", ()))
    if isinstance(settings, OpenAISettings):
        return Offered(name, about, settings.host, not settings.is_local, asked)
    return Offered(name, about, prompts=asked)


def _settings(name: str, asked: Sequence[str]) -> Any:
    settings = read_settings(name)
    if asked and getattr(settings, "prompts", ()):
        return settings.model_copy(update={"prompts": tuple(asked)})
    return settings


def _stamp(name: str) -> tuple[int, ...]:
    """Tell a generator's file from a later one of the same name."""
    path = generator_files().get(name)
    return (os.stat(path).st_mtime_ns,) if path else ()


@st.cache_resource(show_spinner=False, max_entries=MOST_LOADED)
def _generator(name: str, asked: tuple[str, ...], stamp: tuple[int, ...]) -> "ContextGenerator":
    return build_generator(_settings(name, asked))


@st.cache_resource(show_spinner=False)
def _queue() -> Queue:
    return Queue(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="contexts"))
