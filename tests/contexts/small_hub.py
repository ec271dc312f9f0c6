"""A real HTTP server on this machine that offers one model as the hub of Hugging Face does."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = "owner/tiny"
_API = f"/api/models/{NAME}"
_FILES = f"/{NAME}/resolve/"


class SmallHub:
    """The server, and what it was asked for.

    Attributes:
        commit: That its branches stand for.
        asked: Paths, in the order in which they were asked for.
        url: Of the server.
    """

    def __init__(self, folder: Path, commit: str) -> None:
        self.commit, self.asked = commit, list[str]()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, folder))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler(hub: SmallHub, folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # As by default, HTTP/1.0: a connection that stayed open would outlive the server.

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(path)
            found = _find(path, folder, hub.commit)
            status = 404 if found is None else 200
            body, headers = found or (b"{}", {"X-Error-Code": "EntryNotFound"})
            self.send_response(status)
            headers |= {"X-Repo-Commit": hub.commit, "Content-Length": str(len(body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    return Handler


def _find(path: str, folder: Path, commit: str) -> tuple[bytes, dict[str, str]] | None:
    """Return the body of an answer and its headers, None where there is no such thing."""
    names = [file.name for file in folder.iterdir()]
    if path.startswith(f"{_API}/tree/"):
        rows = [{"type": "file", "path": name, "size": 1, "oid": "x"} for name in names]
        is_root = path.count("/") == _API.count("/") + 2
        return (json.dumps(rows).encode(), {}) if is_root else None
    if path.startswith(_API):
        siblings = [{"rfilename": name} for name in names]
        about = {"id": NAME, "sha": commit, "private": False, "tags": [], "siblings": siblings}
        return json.dumps(about).encode(), {}
    name = path.removeprefix(_FILES).partition("/")[2]
    if not path.startswith(_FILES) or name not in names:
        return None
    body = (folder / name).read_bytes()
    return body, {"ETag": f'"{hashlib.sha256(body).hexdigest()}"'}
