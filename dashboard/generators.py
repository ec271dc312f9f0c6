"""The dashboard's door to generators of contexts: which there are, and one at work.

Each chosen generator is a job of its own, so that a slow one holds up no other and no other page.
What it wrote goes into the store, which answers at once when the same is asked again.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.catalogue import (
    Settings,
    about_generator,
    build_generator,
    generator_files,
    read_settings,
)
from core.contexts.huggingface_settings import HuggingFaceSettings
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt, prompt_names, read_prompt
from core.contexts.store import ContextStore
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context
from core.weights import is_model_here
from dashboard.jobs import Job, Queue, Unwanted

if TYPE_CHECKING:
    from core.contexts.generator import ContextGenerator
    from core.contexts.openai_cost import Estimate

AT_ONCE = 4  # generators at work, of all visitors together
MOST_LOADED = 2  # models of this machine that stay in memory


@dataclass(frozen=True)
class Offered:
    """A generator a visitor may choose, as its file was when it was shown to them.

    Attributes:
        name: Of its file.
        about: What its file says of it.
        settings: Of its file; None when it cannot be used.
        trouble: Why it cannot be used, "" when it can.
    """

    name: str
    about: str = ""
    settings: Settings | None = None
    trouble: str = ""

    @property
    def host(self) -> str:
        """Server that it asks; "" when a model of this machine answers."""
        return self.settings.host if isinstance(self.settings, OpenAISettings) else ""

    @property
    def leaves(self) -> bool:
        """Whether photos leave the machine."""
        return isinstance(self.settings, OpenAISettings) and not self.settings.is_local

    @property
    def fetches(self) -> bool:
        """Whether its weights have to be fetched before it can describe anything."""
        made = self.settings
        return isinstance(made, HuggingFaceSettings) and not is_model_here(
            made.model, made.revision
        )

    @property
    def prompts(self) -> tuple[str, ...]:
        """What it is asked unless something else is chosen; none when it takes no question."""
        return _prompts_of(self.settings)

    def asking(self, asked: Sequence[str]) -> Settings:
        """Return its settings with other prompts, where it takes any and some were chosen.

        Raises:
            InputError: It cannot be used.
        """
        if self.settings is None:
            raise InputError(self.trouble)
        if not asked or not self.prompts:
            return self.settings
        return self.settings.model_copy(update={"prompts": tuple(asked)})


@dataclass(frozen=True)
class Answer:
    """What a generator wrote about a photo.

    Attributes:
        contexts: Empty when it had nothing to say.
        seconds: It took now; 0 when the store knew.
        dollars: It cost now; None when nobody told.
        is_known: The store knew it.
    """

    contexts: tuple[Context, ...]
    seconds: float
    dollars: float | None
    is_known: bool


def offered() -> tuple[Offered, ...]:
    """Return the generators a visitor may choose, those that ship first.

    Raises:
        InputError: The folder of the user's own is none.
    """
    found = [_offer(name, path) for name, path in generator_files().items()]
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


def expected(offer: Offered, asked: Sequence[str], photo: LoadedImage) -> "Estimate | None":
    """Return what asking a server about a photo would send and cost; None without a server.

    Raises:
        InputError: The generator cannot be used, or a prompt cannot be read.
    """
    from core.contexts.openai_cost import estimate

    settings = offer.asking(asked)
    return estimate(settings, [photo]) if isinstance(settings, OpenAISettings) else None


def start(offer: Offered, asked: Sequence[str], photo: LoadedImage) -> Job[Answer]:
    """Let a generator describe a photo; the job hands over one answer, or says why not.

    Args:
        offer: The generator; a file changed since then changes nothing.
        asked: Prompts, where it takes any; none: those of its file.
        photo: That is described.
    """

    def work(unwanted: Unwanted) -> Iterator[Answer]:
        if unwanted():
            return
        generator = _generator_of(offer.asking(asked))
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


def _offer(name: str, path: Path) -> Offered:
    try:
        return Offered(name, about_generator(path), read_settings(str(path)))
    except InputError as error:
        return Offered(name, trouble=str(error))


def _prompts_of(settings: Settings | None) -> tuple[str, ...]:
    if isinstance(settings, OpenAISettings | HuggingFaceSettings):
        return settings.prompts
    return ()


def _generator_of(settings: Settings) -> "ContextGenerator":
    labels = tuple(read_prompt(name).label for name in _prompts_of(settings))
    return _built(settings.model_dump_json(), labels, settings)


@st.cache_resource(show_spinner=False, max_entries=MOST_LOADED)
def _built(described: str, labels: tuple[str, ...], _settings: Settings) -> "ContextGenerator":
    """Build a generator once; changed settings or an edited prompt make it another."""
    return build_generator(_settings)


@st.cache_resource(show_spinner=False)
def _queue() -> Queue:
    return Queue(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="contexts"))
