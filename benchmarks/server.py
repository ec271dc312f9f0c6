"""A dashboard of its own for what is measured on the page."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0


@contextmanager
def serve(runs: Path | None = None) -> Iterator[str]:
    """Yield the address of a dashboard that has just answered for the first time.

    Args:
        runs: One more folder of runs for its error page.

    Raises:
        TimeoutError: It did not answer within `START_SECONDS`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboard", "--port", str(port)]
    environment = os.environ | ({"SHAPCA_RUNS": str(runs)} if runs else {})
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health").close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise TimeoutError(f"the server did not answer within {START_SECONDS:.0f} s")
