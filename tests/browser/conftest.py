"""A real server and a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.config import Config, HeadConfig
from core.model import ShapCA
from tests.misbehaving_server import MisbehavingServer

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds; a busy machine, not a slow page
TROUBLE = ("WARNING", "ERROR", "Traceback", "Exception")


@dataclass(frozen=True)
class Server:
    """A running dashboard.

    Attributes:
        url: Of its page.
        log: What it has written so far.
        runs: Folder of the runs it shows; none at first.
    """

    url: str
    log: Path
    runs: Path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard with the shipped checkpoint, started from a folder that is not its own."""
    with _serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def relation_server(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    make_config: Callable[..., Config],
    save_untrained: Callable[[Config, Path], ShapCA],
) -> Iterator[Server]:
    """The dashboard with a tiny checkpoint that tells one of two relations of any marked pair."""
    folder = tmp_path_factory.mktemp("relations")
    head = HeadConfig(task="mre", relations=("/per/per/peer", "/loc/loc/contain"))
    config = make_config().model_copy(update={"name": "relations", "head": head})
    save_untrained(config, folder / "relations")
    with _serving(folder, SHAPCA_CHECKPOINT=str(folder / "relations")) as running:
        yield running


@pytest.fixture(scope="session")
def generator_server(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, MisbehavingServer]]:
    """The dashboard with generators that ask a server of this machine, or of another.

    What is sent to another arrives at the same server, which is the way out of the machine.
    """
    folder, asked = tmp_path_factory.mktemp("generators"), MisbehavingServer()
    generators = folder / "own"
    generators.mkdir()
    for name in ("quick", "slow", "failing"):
        text = f'# A test model.\nkind = "openai"\nmodel = "{name}"\nretries = 0\n'
        text += f'base_url = "{asked.base_url}"\ninput_price = 2.5\noutput_price = 10.0\n'
        (generators / f"{name}.toml").write_text(text, encoding="utf-8")
    abroad = '# A server elsewhere.\nkind = "openai"\nmodel = "abroad"\nretries = 0\n'
    abroad += 'base_url = "http://photos.example/v1"\nkey_variable = ""\n'
    (generators / "abroad.toml").write_text(abroad, encoding="utf-8")
    try:
        way_out = {"http_proxy": asked.base_url, "no_proxy": ""}
        with _serving(folder, SHAPCA_GENERATORS=str(generators), **way_out) as running:
            yield running, asked
    finally:
        asked.close()


@pytest.fixture
def visit_generators(
    browser: Browser, generator_server: tuple[Server, MisbehavingServer]
) -> Iterator[Callable[..., Page]]:
    """Open a page of the dashboard that offers those generators, as a new visitor."""
    with _visiting(browser, generator_server[0]) as open_page:
        yield open_page


@contextmanager
def _serving(folder: Path, **environment: str) -> Iterator[Server]:
    """Serve the dashboard from a folder; its log has to be clean in the end."""
    port, log, runs = _free_port(), folder / "log.txt", folder / "runs"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", ROOT / "dashboard" / "app.py"),
                f"--server.port={port}",
            ],
            cwd=folder,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "XDG_CACHE_HOME": str(folder),
                "SHAPCA_RUNS": str(runs),
                **environment,
            },
        )
    try:
        running = Server(f"http://127.0.0.1:{port}", log, runs)
        _wait_for(running, process)
        yield running
        written = log.read_text(encoding="utf-8")
        assert not [word for word in TROUBLE if word in written], written
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open a page of the dashboard as a new visitor who has nothing to do with the others."""
    with _visiting(browser, server) as open_page:
        yield open_page


@pytest.fixture
def visit_relations(browser: Browser, relation_server: Server) -> Iterator[Callable[..., Page]]:
    """Open a page of the dashboard whose checkpoint tells relations, as a new visitor."""
    with _visiting(browser, relation_server) as open_page:
        yield open_page


@contextmanager
def _visiting(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Let visitors open pages of a server; nothing may leave the machine."""
    contexts, strangers = [], []

    def open_page(path: str = "/", *, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: strangers.append(request.url))
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    local = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in strangers if not url.startswith(local)] == [], (
        "something left the machine"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            pytest.fail(f"the server ended: {server.log.read_text(encoding='utf-8')}")
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the server did not answer within a minute")
