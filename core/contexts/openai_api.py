"""Contexts from any server that speaks OpenAI's protocol: OpenAI, vLLM, llama.cpp, Ollama."""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from core.contexts.generator import Written
from core.contexts.openai_answer import Answer, NothingWorks, Refused
from core.contexts.openai_cost import Spending, Spent, dollars_for
from core.contexts.openai_request import encode_photo, request_body
from core.contexts.openai_settings import OpenAISettings
from core.contexts.prompts import Prompt, read_prompt
from core.errors import InputError
from core.images import LoadedImage
from core.records import Context

if TYPE_CHECKING:
    from core.contexts.openai_client import Connection

__all__ = ["OpenAIGenerator", "OpenAISettings"]

_log = logging.getLogger(__name__)


class OpenAIGenerator:
    """Asks a server about a photo, once for each prompt.

    The photo is scaled down and sent without metadata; nothing else of its post is. The key is
    read from the environment by each call and kept nowhere. One generator serves any number of
    threads, which share its `at_once` requests in flight.

    Attributes:
        name: "openai".
        settings: That it was made with.
        at_once: Requests in flight, at most.
        fingerprint: Hash of address, model, prompts, decoding and size of the photo.
    """

    name = "openai"

    def __init__(self, settings: OpenAISettings) -> None:
        """Read the prompts; nothing is sent, and no key is needed yet.

        Raises:
            InputError: There is no such prompt.
        """
        self.settings = settings
        self.at_once = settings.at_once
        self._prompts = tuple(read_prompt(name) for name in settings.prompts)
        self.fingerprint = settings.fingerprint(self._prompts)
        self._slots = threading.BoundedSemaphore(settings.at_once)
        self._spending = Spending(settings)

    @property
    def spent(self) -> Spent:
        """What all calls so far have used up."""
        return self._spending.spent

    def generate(self, images: Sequence[LoadedImage]) -> list[Written]:
        """Return a context for each prompt about each photo, or why a photo has none.

        Ours: of several prompts those that were answered are kept, where the model refused the
        others. A photo fails, with the first reason, when none was answered, or one may be the next
        time: what is kept is never asked for again. After a reason that concerns every photo
        nothing more is sent; it is raised unless some photo was described before, whose contexts
        have been paid for.

        Raises:
            InputError: The key is missing or refused, the model unknown, the server away.
        """
        from core.contexts.openai_client import Connection

        with Connection(self.settings, self._spending) as connection:
            run = _Run(connection)
            pool = ThreadPoolExecutor(self.at_once)
            try:
                tasks = [
                    [pool.submit(self._describe, run, image, prompt) for prompt in self._prompts]
                    for image in images
                ]
                made = [[task.result() for task in of_photo] for of_photo in tasks]
            finally:
                # Ctrl-C waits for what is in flight, not for what has yet to be sent.
                pool.shutdown(cancel_futures=True)
        written = [self._join(image, said) for image, said in zip(images, made, strict=True)]
        if run.end and not any(isinstance(contexts, list) for contexts in written):
            raise run.end
        return written

    def _describe(self, run: "_Run", image: LoadedImage, prompt: Prompt) -> Context | InputError:
        with self._slots:
            if run.end:
                return run.end
            jpeg = encode_photo(image.pixels, self.settings.largest_side)
            start = time.perf_counter()
            answer = run.connection.ask(request_body(self.settings, prompt, jpeg))
            seconds = time.perf_counter() - start
        if isinstance(answer, NothingWorks):
            run.end = answer
        if isinstance(answer, InputError):
            return answer
        return self._context(answer, prompt, seconds)

    def _context(self, answer: Answer, prompt: Prompt, seconds: float) -> Context:
        used, cost = answer.usage, None
        if used:
            cost = dollars_for(self.settings, used.prompt_tokens, used.completion_tokens)
        return Context(
            text=answer.text,
            generator=self.name,
            model=answer.model or self.settings.model,
            prompt=prompt.label,
            seconds=seconds,
            log_likelihood=answer.log_likelihood,
            cost=cost,
        )

    def _join(self, image: LoadedImage, said: Sequence[Context | InputError]) -> Written:
        contexts = [part for part in said if isinstance(part, Context)]
        reasons = [part for part in said if isinstance(part, InputError)]
        if not contexts:
            return reasons[0]
        for reason in reasons:
            if not isinstance(reason, Refused):
                return reason
        for reason in reasons:
            _log.warning("A prompt about the photo %s was not answered: %s", image.sha256, reason)
        return contexts


class _Run:
    """One call: its connection, and why it ended early, if it did."""

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.end: NothingWorks | None = None
