"""A real HTTP server on this machine that speaks OpenAI's protocol, well or badly, as told."""

import base64
import io
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

TEXT = "A dog runs on a beach."
USAGE = {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520}


@dataclass(frozen=True)
class Answer:
    """What the server sends, and how."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    wait: float = 0  # seconds before anything is sent
    drip: float = 0  # seconds before each byte of the body
    missing: int = 0  # bytes that are announced and never sent


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    content: bytes
    attempt: int  # 0 when this body comes for the first time

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @property
    def prompt(self) -> str:
        return self.body["messages"][0]["content"][0]["text"]

    @property
    def jpeg(self) -> bytes:
        url = self.body["messages"][0]["content"][1]["image_url"]["url"]
        return base64.b64decode(url.removeprefix("data:image/jpeg;base64,"), validate=True)

    @property
    def photo(self) -> Image.Image:
        return Image.open(io.BytesIO(self.jpeg))


Answering = Callable[[Asked], Answer]


class MisbehavingServer:
    """Answers on a port of its own; set `answer` to what it is to do, and read what it was asked.

    Attributes:
        answer: Called for each request, by several threads.
        asked: Requests so far.
        most_in_flight: Of requests that were answered at the same time.
    """

    def __init__(self) -> None:
        self.answer: Answering = lambda asked: good()
        self.asked: list[Asked] = []
        self.most_in_flight = 0
        self._in_flight = 0
        self._seen: Counter[bytes] = Counter()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        """Stop answering; whoever waits for a slow answer waits no longer."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                # A client that has had enough hangs up.
                with suppress(OSError), server._asking():
                    answer = server.answer(server._note(self.path, dict(self.headers), content))
                    server._send(self, answer)

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def _note(self, path: str, headers: dict[str, str], content: bytes) -> Asked:
        with self._lock:
            asked = Asked(path, headers, content, self._seen[content])
            self._seen[content] += 1
            self.asked.append(asked)
        return asked

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._lock:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        self._closing.wait(answer.wait)
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.content_type)
        handler.send_header("Content-Length", str(len(answer.body) + answer.missing))
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if answer.drip:
            for byte in answer.body:
                self._closing.wait(answer.drip)
                handler.wfile.write(bytes([byte]))
        handler.wfile.write(b"" if answer.drip else answer.body)
        handler.close_connection = bool(answer.missing)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture
def misbehaving_server() -> Iterator[MisbehavingServer]:
    """A server that answers well until it is told otherwise."""
    server = MisbehavingServer()
    yield server
    server.close()


def always(answer: Answer) -> Answering:
    """Answer every request alike."""
    return lambda asked: answer


def in_turn(*answers: Answer) -> Answering:
    """Answer the first try of a request by the first, its next by the next; the last one stays."""
    return lambda asked: answers[min(asked.attempt, len(answers) - 1)]


def good(
    text: Any = TEXT,
    *,
    finish_reason: str = "stop",
    refusal: str | None = None,
    **changes: Any,
) -> Answer:
    """Answer as OpenAI does; changes replace keys of the whole, and None leaves one out."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4o-2024-11-20",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": USAGE,
        **changes,
    }
    kept = {key: value for key, value in whole.items() if value is not None}
    return Answer(body=json.dumps(kept).encode())


def failing(status: int, message: str = "no", code: str | None = None, **headers: str) -> Answer:
    """Answer with an error as OpenAI words them; headers are written with underscores."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(body).encode(), named)


def limited(seconds: str = "0.01") -> Answer:
    """Answer 429, and say how long to wait."""
    return failing(429, "slow down", "rate_limit_exceeded", retry_after=seconds)


def slow(seconds: float = 60) -> Answer:
    """Answer well, when nobody waits any longer."""
    return Answer(body=good().body, wait=seconds)


def dripping() -> Answer:
    """Answer well, one byte after the other."""
    return Answer(body=good().body, drip=0.05)


def cut_off_json() -> Answer:
    """Answer with half a JSON object."""
    body = good().body
    return Answer(body=body[: len(body) // 2])


def broken_off() -> Answer:
    """Announce more than is sent."""
    return Answer(body=good().body, missing=10)


def web_page() -> Answer:
    """Answer as a proxy's log-in page does."""
    return Answer(body=b"<!doctype html><p>Log in", content_type="text/html")


def endless() -> Answer:
    """Answer with more than anybody can use."""
    return good("a" * 2_000_000)


def refusing() -> Answer:
    """Answer with a refusal."""
    return good(None, refusal="I'm sorry, I can't help with that.")


def filtered() -> Answer:
    """Answer with what a content filter left."""
    return good("", finish_reason="content_filter")


def redirecting(to: str) -> Answer:
    """Send the request on to another address."""
    return Answer(307, headers={"Location": to})
