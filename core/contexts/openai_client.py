"""The official OpenAI client with limits around it, and its errors in plain words.

Importing this module imports the client, which takes a while: do it where a server is asked.
"""

import os
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx2
import openai

from core.contexts.openai_answer import Answer, quote, read_answer, read_usage
from core.contexts.openai_cost import Spending
from core.contexts.openai_reasons import network_reason, status_reason
from core.contexts.openai_settings import OpenAISettings
from core.errors import InputError

MOST_BYTES = 1_000_000  # of an answer; a context takes a few thousand
_RETRY_COUNT = "x-stainless-retry-count"  # how the official client numbers its retries
_OF_THE_ACCOUNT = ("OpenAI-Organization", "OpenAI-Project")
_SECRET = 16  # characters; shorter keys are words for servers that want any


class Connection:
    """A server that can be asked, to be used as a context manager.

    Any number of threads may ask. The official client repeats what may pass: time-outs, broken
    connections, 408, 409, 429 and 5xx, with growing pauses or those that Retry-After asks for, up
    to two minutes; where a server asks for more it gives up at once. Redirects are not followed:
    they could take the key and the photo elsewhere.
    """

    def __init__(self, settings: OpenAISettings, spending: Spending) -> None:
        """Prepare the client; nothing is sent.

        Raises:
            InputError: There is no key, or one that cannot be sent.
        """
        key = settings.read_key()
        self._key = key or ""
        unsent = [] if key else ["Authorization"]
        # The official client reads them from the environment, whomever it asks.
        unsent += [] if settings.is_openai else [*_OF_THE_ACCOUNT, *_custom_headers()]
        self._headers = dict.fromkeys(unsent, openai.Omit())
        self._settings = settings
        self._spending = spending
        self._client = openai.OpenAI(
            api_key=key or "none",
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            max_retries=settings.retries,
            default_headers={"Authorization": f"Bearer {key}"} if key else None,
            http_client=openai.DefaultHttpxClient(
                follow_redirects=False,
                # A proxy would take what was meant for this machine out of it.
                trust_env=not settings.is_local,
                # Packed answers could be of any size once they are unpacked.
                headers={"Accept-Encoding": "identity"},
                event_hooks={"request": [self._count], "response": [self._bound]},
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def ask(self, body: dict[str, Any]) -> Answer | InputError:
        """Return what the model said, or why it said nothing.

        The reason is a `NothingWorks` where it concerns every request.
        """
        try:
            sent = self._client.chat.completions.with_raw_response.create(
                **body, extra_headers=self._headers
            )
        except openai.APIStatusError as error:
            told = error.body.get("message") if isinstance(error.body, dict) else error.body
            return status_reason(self._settings, error, quote(self._hide(told)))
        except openai.APIConnectionError as error:
            return network_reason(self._settings, error)
        except openai.OpenAIError as error:
            return InputError(f"The answer of {self._settings.host} was not read: {error}.")
        content = self._hide(sent.content.decode(errors="replace"))
        self._spending.count_answer(read_usage(content))
        return read_answer(content)

    def _count(self, request: httpx2.Request) -> None:
        self._spending.count_request(is_retry=request.headers.get(_RETRY_COUNT, "0") != "0")

    def _bound(self, response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise openai.OpenAIError("it is packed, though that was not asked for")
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, self._settings.timeout_seconds)

    def _hide(self, said: object) -> str:
        """Text of the server without the key; a word such as "ollama" is no secret."""
        if not isinstance(said, str):
            return ""
        return said.replace(self._key, "[key]") if len(self._key) >= _SECRET else said


def _custom_headers() -> list[str]:
    """Return the names of the headers that OPENAI_CUSTOM_HEADERS adds; a key's goes by itself."""
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    names = [line.partition(":")[0].strip() for line in lines if ":" in line]
    return [name for name in names if name and name.lower() != "authorization"]


class _Bounded(httpx2.SyncByteStream):
    """A body that ends, in bytes and in time: time-outs alone allow one byte a minute for ever."""

    def __init__(self, stream: httpx2.SyncByteStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        end = time.monotonic() + self._seconds
        size = 0
        for part in self._stream:
            size += len(part)
            if size > MOST_BYTES:
                raise openai.OpenAIError(f"it is longer than {MOST_BYTES // 1_000_000} MB")
            if time.monotonic() > end:
                raise httpx2.ReadTimeout("the answer took too long to arrive")
            yield part

    def close(self) -> None:
        self._stream.close()
